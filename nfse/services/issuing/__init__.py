"""Issuing notes: mirror, confirmation, sending, asking, cancelling (docs/nfse-issuing.md)."""
