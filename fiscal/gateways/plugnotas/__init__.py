"""TecnoSpeed PlugNotas: cities with an issuer of their own, and fallback (contracts: nfse/plugnotas.md)."""

from fiscal.gateways.plugnotas.company import CompanyRegistration, PlugNotasAccount
from fiscal.gateways.plugnotas.gateway import PlugNotasGateway

__all__ = ["CompanyRegistration", "PlugNotasAccount", "PlugNotasGateway"]
