"""What all apps ask of PostgreSQL: connections given back in time, constraints by name, parts of a CNPJ."""

from django.db import IntegrityError, connections
from django.db.models import Q

from core.documents import compact_document

_SHORTEST_CNPJ_PART = 3


def give_back_connections() -> None:
    """Return this thread's idle pooled connections to the pool; the next query takes one again.

    Without a pool (DATABASE_POOL_SIZE) the thread keeps its own connection: opening one costs more.
    """
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
            connection.close()


def has_cnpj_part(field: str, text: str) -> Q:
    """Return the condition that a CNPJ holds what somebody typed of it, masked or not, wherever it stands.

    Less than three characters find nothing.
    """
    part = compact_document(text)
    return Q(**{f"{field}__contains": part}) if len(part) >= _SHORTEST_CNPJ_PART else Q(pk__in=[])


def violates(error: IntegrityError, constraint: str) -> bool:
    """Return whether the database refused the row because of this constraint (R102)."""
    return violated_constraint(error) == constraint


def violated_constraint(error: IntegrityError) -> str:
    """Return the name of the constraint that refused the row; empty when the database named none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
