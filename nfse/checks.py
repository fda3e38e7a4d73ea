"""System checks: settings of nfse that would fail only when the first note of a city is sent."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from core import crypto
from fiscal.documents.layouts import read_schedule
from fiscal.gateways.national.endpoints import find_flaws


@register()
def check_city_endpoints(**_kwargs: Any) -> list[CheckMessage]:
    """Name every mistake in NFSE_CITY_ENDPOINTS."""
    return [
        Error(
            f"NFSE_CITY_ENDPOINTS: {flaw}.",
            hint="docs/nfse-gateways.md has an example and the fields.",
            id="nfse.E001",
        )
        for flaw in find_flaws(settings.NFSE_CITY_ENDPOINTS)
    ]


@register()
def check_layouts(**_kwargs: Any) -> list[CheckMessage]:
    """Name the first mistake in NFSE_LAYOUTS."""
    try:
        read_schedule(settings.NFSE_LAYOUTS)
    except ValueError as error:
        hint = 'NFSE_LAYOUTS={"staging": {"2026-12-01": "1.01"}}'
        return [Error(f"NFSE_LAYOUTS: {error}.", hint=hint, id="nfse.E002")]
    return []


@register()
def check_certificate_keys(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse keys that are none. Without any, `check --deploy` says so and no certificate is taken."""
    try:
        if settings.CERTIFICATE_ENCRYPTION_KEYS:
            crypto.encrypt("certificate", "CERTIFICATE_ENCRYPTION_KEYS")
    except ImproperlyConfigured as error:
        return [Error(f"{error}.", id="nfse.E003")]
    return []
