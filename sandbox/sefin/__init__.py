"""SEFIN Nacional, ADN and the parametrização over mutual TLS (contracts: nfse/national.md)."""
