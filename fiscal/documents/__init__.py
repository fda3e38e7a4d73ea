"""Fiscal documents as pure functions: no model, no network, no setting (contracts/nfse/national.md)."""
