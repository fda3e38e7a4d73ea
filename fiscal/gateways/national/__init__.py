"""SEFIN Nacional and ADN: own DPS, signed with the company's A1, over mutual TLS (nfse/national.md)."""

from fiscal.gateways.national.gateway import NationalGateway

__all__ = ["NationalGateway"]
