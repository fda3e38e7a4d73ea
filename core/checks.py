"""System checks for a deployment: `check --deploy` names every production setting that is missing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from core.documents import is_cnpj

DEVELOPMENT_VALUES = {
    "SECRET_KEY": "DEVELOPMENT_SECRET_KEY",
    "BLIND_INDEX_KEY": "DEVELOPMENT_BLIND_INDEX_KEY",
    "PLUGNOTAS_WEBHOOK_SECRET": "DEVELOPMENT_WEBHOOK_SECRET",
    "STRIPE_WEBHOOK_SECRET": "DEVELOPMENT_STRIPE_SECRET",
}
DEVELOPMENT_KEYS = {
    "FIELD_ENCRYPTION_KEYS": "DEVELOPMENT_FIELD_KEY",
    "CERTIFICATE_ENCRYPTION_KEYS": "DEVELOPMENT_CERTIFICATE_KEY",
}
SHORTEST_KEY = 32
SERVERS = {"DATABASE_URL", "BROKER_URL", "CACHE_URL", "EMAIL_URL"}
"""Addresses of our own servers, which speak no HTTP."""

NEIGHBOURS = {"EVOLUTION_BASE_URL"}
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@register(Tags.security, deploy=True)
def check_environment(**_kwargs: Any) -> list[CheckMessage]:
    """Without this everything below would describe a development machine."""
    if settings.PRODUCTION:
        return []
    return [
        Error("NITRO_ENVIRONMENT is not production.", hint="NITRO_ENVIRONMENT=production", id="core.E001")
    ]


@register(Tags.security, deploy=True)
def check_missing(**_kwargs: Any) -> list[CheckMessage]:
    """Name each variable of settings.PRODUCTION_VARIABLES that the environment does not set."""
    return [
        Error(f"{name} is not set.", hint=hint, id="core.E002")
        for name, hint in settings.PRODUCTION_VARIABLES.items()
        if not os.environ.get(name, "").strip()
    ]


@register(Tags.security, deploy=True)
def check_secrets(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse secrets that are published in this repository, and short ones."""
    return list(_weak_secrets())


def _weak_secrets() -> Iterator[CheckMessage]:
    for name, development in DEVELOPMENT_VALUES.items():
        value = getattr(settings, name)
        if value == getattr(settings, development):
            yield Error(f"{name} is the one for development.", id="core.E003")
        elif len(value) < SHORTEST_KEY:
            yield Error(f"{name} has fewer than {SHORTEST_KEY} characters.", id="core.E003")
    for name, development in DEVELOPMENT_KEYS.items():
        if getattr(settings, development) in getattr(settings, name):
            yield Error(f"{name} holds the key for development.", id="core.E003")
    if set(settings.CERTIFICATE_ENCRYPTION_KEYS) & set(settings.FIELD_ENCRYPTION_KEYS):
        yield Error(
            "CERTIFICATE_ENCRYPTION_KEYS must share no key with FIELD_ENCRYPTION_KEYS.", id="core.E003"
        )


@register(Tags.security, deploy=True)
def check_addresses(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a sandbox, an open connection to a provider and a site without TLS."""
    return [
        Error(f"{name} must be https:// and not the sandbox, not {_origin(value)}.", id="core.E004")
        for name, value in _addresses().items()
        if not (value.startswith("https://") or _is_neighbour(name, value))
        or value.startswith((settings.SANDBOX_URL, settings.SANDBOX_SEFIN_URL))
    ]


def _is_neighbour(name: str, value: str) -> bool:
    """Whether the address is of a server that may stand on this machine, where nobody listens in between."""
    address = urlsplit(value)
    return name in NEIGHBOURS and address.scheme == "http" and address.hostname in LOOPBACK


def _addresses() -> dict[str, str]:
    names = [name for name in settings.PRODUCTION_VARIABLES if name.endswith("_URL")]
    return {name: getattr(settings, name) for name in names if name not in SERVERS}


@register(Tags.compatibility, deploy=True)
def check_seller(**_kwargs: Any) -> list[CheckMessage]:
    """Name what receipts do not say of who sells. They are printed without it."""
    hint = "Who receives the payments, as receipts of purchases name it; until then they are printed without."
    missing: list[CheckMessage] = [
        Warning(f"{name} is not set.", hint=hint, id="core.W008")
        for name in ("SELLER_LEGAL_NAME", "SELLER_CNPJ", "SELLER_ADDRESS")
        if not getattr(settings, name).strip()
    ]
    if settings.SELLER_CNPJ.strip() and not is_cnpj(settings.SELLER_CNPJ):
        missing.append(Error("SELLER_CNPJ is no CNPJ: its check digits are wrong.", id="core.E009"))
    return missing


@register(Tags.security, deploy=True)
def check_separate_redis(**_kwargs: Any) -> list[CheckMessage]:
    """A cache evicts, a queue must not: they are two instances."""
    broker, cache = urlsplit(settings.BROKER_URL), urlsplit(settings.CACHE_URL)
    if (broker.hostname, broker.port) != (cache.hostname, cache.port):
        return []
    return [Error("BROKER_URL and CACHE_URL name the same Redis instance.", id="core.E005")]


@register(Tags.security, deploy=True)
def check_hosts(**_kwargs: Any) -> list[CheckMessage]:
    """A host that is not listed is how password-reset links get forged."""
    if "*" in settings.ALLOWED_HOSTS:
        return [Error("ALLOWED_HOSTS must name the hosts, not *.", id="core.E006")]
    if urlsplit(settings.SITE_URL).hostname not in settings.ALLOWED_HOSTS:
        return [Error("ALLOWED_HOSTS must hold the host of SITE_URL.", id="core.E006")]
    return []


@register(Tags.security, deploy=True)
def check_private_files(**_kwargs: Any) -> list[CheckMessage]:
    """Files of people's data must not lie where the web server looks."""
    root = Path(settings.FILES_ROOT)
    served = [Path(settings.STATIC_ROOT), Path(settings.MEDIA_ROOT)]
    if root.is_absolute() and not any(root.is_relative_to(folder) for folder in served):
        return []
    return [Error("FILES_ROOT must be an absolute path outside what is served.", id="core.E007")]


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname or ''}"
