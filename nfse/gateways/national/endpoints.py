"""Where an environment and a city are served: national addresses unless settings say otherwise (1.1)."""

from dataclasses import dataclass, fields, replace

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from nfse.documents.signing import SignatureAlgorithm
from nfse.values import Environment


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
    if unknown := set(override) - {field.name for field in fields(Endpoints)}:
        raise ImproperlyConfigured(f"NFSE_CITY_ENDPOINTS has unknown fields: {', '.join(sorted(unknown))}")
    return replace(national, **override)
