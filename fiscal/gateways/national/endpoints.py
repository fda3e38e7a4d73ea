"""Where an environment and a city are served: national addresses unless settings say otherwise (1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from fiscal.documents.signing import SignatureAlgorithm
from fiscal.enumerations import Environment
from registry.tables import get_municipality_names


@dataclass(frozen=True)
class Endpoints:
    """Base addresses, case-sensitive paths of operations, and how documents are signed for them."""

    base_url: str
    adn_url: str
    parameters_url: str
    issue: str = "/nfse"
    note: str = "/nfse/{key}"
    dps: str = "/dps/{id}"
    events: str = "/nfse/{key}/eventos"
    event: str = "/nfse/{key}/eventos/{code}/{sequence}"
    all_events: str = "/NFSe/{key}/Eventos"
    signature: str = SignatureAlgorithm.RSA_SHA256_EXCLUSIVE


FIELDS = {field.name for field in fields(Endpoints)}


def get_endpoints(environment: Environment, city_code: str) -> Endpoints:
    """Return the endpoints for a city: those of settings.NFSE_CITY_ENDPOINTS over the national ones.

    Raises:
        ImproperlyConfigured: the override names a field that does not exist.
    """
    name = environment.name
    national = Endpoints(
        base_url=getattr(settings, f"SEFIN_{name}_URL"),
        adn_url=getattr(settings, f"ADN_{name}_URL"),
        parameters_url=getattr(settings, f"ADN_PARAMETERS_{name}_URL"),
        signature=settings.SEFIN_SIGNATURE_ALGORITHM,
    )
    override = settings.NFSE_CITY_ENDPOINTS.get(f"{environment.value}:{city_code}", {})
    if unknown := set(override) - FIELDS:
        raise ImproperlyConfigured(f"NFSE_CITY_ENDPOINTS has unknown fields: {', '.join(sorted(unknown))}")
    return replace(national, **override)


def find_flaws(overrides: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return what is wrong with overrides, in English, for the system check."""
    flaws = []
    for place, override in overrides.items():
        environment, _, city = place.partition(":")
        if environment not in set(Environment) or city not in get_municipality_names():
            flaws.append(f"{place}: write production:IBGE or staging:IBGE, with a city that exists")
        for name, value in override.items():
            if flaw := _flaw(name, value):
                flaws.append(f"{place}: {name} {flaw}")
    return flaws


def _flaw(name: str, value: str) -> str:
    if name not in FIELDS:
        return "is not a field of an endpoint"
    if name.endswith("_url"):
        return "" if value.startswith("https://") else "must be https://"
    if name == "signature":
        return "" if value in set(SignatureAlgorithm) else "is not an algorithm that we sign with"
    return "" if value.startswith("/") and not value.startswith("//") else "must start with one slash"
