"""Turns a violated constraint into the failure it stands for (R102)."""

from django.db import IntegrityError


def violates(error: IntegrityError, constraint: str) -> bool:
    """Whether the database refused the row because of this constraint."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == constraint
