"""Companies looked up one by one (R101)."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from registry.models import CnpjRecord

State = CnpjRecord.State
ABSENCE_AGE = timedelta(hours=24)
"""How long "does not exist" holds: a company may have been opened since."""


def find_cnpj_record(cnpj: str) -> CnpjRecord | None:
    """Return what is known of a CNPJ (14 characters, no mask), or None when nobody asked yet."""
    return CnpjRecord.objects.filter(cnpj=cnpj).first()


def is_fresh(row: CnpjRecord, *, max_age: timedelta | None = None) -> bool:
    """Whether the row has an answer that is young enough to stand, so that asking would tell nothing new.

    `max_age` as in `services.lookups.request_cnpj`.
    """
    limit = max_age if max_age is not None else timedelta(days=settings.REGISTRY_MAX_AGE_DAYS)
    if row.state == State.NOT_FOUND:
        limit = min(limit, ABSENCE_AGE)
    if row.fetched_at is None or row.state not in {State.FOUND, State.NOT_FOUND}:
        return False
    return row.fetched_at >= timezone.now() - limit
