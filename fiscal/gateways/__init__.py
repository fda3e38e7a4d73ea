"""The gateways that issue notes, picked by company, environment and city (docs/nfse-gateways.md)."""

from fiscal.enumerations import Environment, Gateway
from fiscal.gateways.base import NFSeGateway, Recorder
from fiscal.gateways.national import NationalGateway
from fiscal.gateways.plugnotas import PlugNotasGateway
from fiscal.values import LoadedCertificate


def get_gateway(
    kind: str,
    *,
    environment: Environment | str,
    city_code: str,
    certificate: LoadedCertificate | None = None,
    record: Recorder | None = None,
) -> NFSeGateway:
    """Return the gateway of one company.

    Args:
        kind: "national" or "plugnotas". city_code: IBGE code of the issuer, for cities with an own host.
        certificate: the company's A1; the national gateway signs and speaks with it, PlugNotas has its own.
        record: is given every answer for the audit trail.

    Raises:
        ValueError: no such kind.
    """
    if kind == Gateway.NATIONAL:
        return NationalGateway(
            environment=Environment(environment), city_code=city_code, certificate=certificate, record=record
        )
    if kind == Gateway.PLUGNOTAS:
        return PlugNotasGateway(record=record)
    raise ValueError(f"no gateway {kind!r}")
