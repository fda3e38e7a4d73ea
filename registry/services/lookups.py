"""Looking one CNPJ up, once for everybody (A20, N9; R47, R55, R101; docs/registry.md).

A page calls `request_cnpj`, shows what is there, and asks `find_cnpj_record` again while it is pending. The
providers are asked by `fetch_cnpj`, in a work item.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.days import start_of_day
from core.documents import normalize_cnpj
from core.errors import ProviderError, Unavailable
from queue_worker.errors import RetryLater
from queue_worker.services import enqueue
from queue_worker.work import Work
from registry.gateways import get_registry_sources
from registry.gateways.base import RegistryGateway
from registry.models import CnpjRecord
from registry.selectors.cities import find_city_of
from registry.selectors.lookups import is_fresh
from registry.selectors.open_data import list_own_records
from registry.signals import cnpj_looked_up
from registry.values import RegistryRecord, record_as_json

FETCH_CNPJ = "registry.fetch_cnpj"
SOURCES_TO_DENY = 2
"""A CNPJ does not exist only when this many sources say so (R47)."""

PATIENCE = 30.0
"""Seconds: a provider that wants us to wait longer is not waited for; the person may ask again."""

URGENT = 20
"""Priority: somebody looks at the page."""

State = CnpjRecord.State
logger = structlog.get_logger(__name__)


def request_cnpj(*, cnpj: str, max_age: timedelta | None = None) -> CnpjRecord:
    """Return what is known of a CNPJ, and have it looked up when that is nothing or too old.

    `cnpj` with or without mask. `max_age` (default REGISTRY_MAX_AGE_DAYS) is the age that found data may
    have. The row comes back `pending` when an answer is on its way; `record` holds the older data, if any.
    However many ask at once, one work item and one row serve them all. Calls no provider; inside or outside
    of the caller's transaction. Raises InvalidCnpj.
    """
    number = normalize_cnpj(cnpj)
    limit = max_age if max_age is not None else timedelta(days=settings.REGISTRY_MAX_AGE_DAYS)
    with transaction.atomic():
        CnpjRecord.objects.bulk_create([CnpjRecord(cnpj=number)], ignore_conflicts=True)
        row = CnpjRecord.objects.select_for_update().get(cnpj=number)
        if row.state == State.PENDING or is_fresh(row, max_age=limit):
            return row
        row.state, row.asked_at = State.PENDING, timezone.now()
        row.save(update_fields=["state", "asked_at"])
        payload = {"cnpj": number, "max_age_seconds": limit.total_seconds()}
        enqueue(kind=FETCH_CNPJ, payload=payload, dedupe_key=number, priority=URGENT)
    return row


def fetch_cnpj(*, cnpj: str, max_age_seconds: float, work: Work) -> None:
    """Ask our own load of the open data, then each source in order, and record the first answer.

    Called by the work item, outside of any transaction. Without an answer that settles it, raises RetryLater
    until the last attempt (or a long wait), which records what we have. Raises LeaseLost.
    """
    own = list_own_records([cnpj]).get(cnpj)
    if own and _date_of(own, timezone.now()) >= timezone.now() - timedelta(seconds=max_age_seconds):
        _record_answer(Answer(cnpj, own), work)
        return
    answer = ask_sources(cnpj, get_registry_sources(), work)
    may_wait = work.attempts < work.max_attempts and (answer.retry_after or 0) <= PATIENCE
    if not answer.is_settled and may_wait:
        raise RetryLater(answer.retry_after, reason=f"failed: {[*answer.failed]}, silent: {[*answer.silent]}")
    _record_answer(replace(answer, record=answer.record or own), work)


def end_lookup(*, cnpj: str) -> None:
    """Close a look-up whose work died: open data of any age, else what was known before, else unknown.

    Inside the caller's transaction.
    """
    own = list_own_records([cnpj]).get(cnpj)
    row = CnpjRecord.objects.select_for_update().get(cnpj=cnpj)
    if row.state == State.PENDING:
        _save(row, Answer(cnpj, own))


@dataclass(frozen=True)
class Answer:
    """What the sources said: a record; or which were `silent` (do not know the CNPJ), and which `failed`."""

    cnpj: str
    record: RegistryRecord | None = None
    silent: tuple[str, ...] = ()
    failed: dict[str, ProviderError] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """Whether asking again would tell nothing new: somebody knows the CNPJ, or enough deny it."""
        return self.record is not None or self.denies

    @property
    def retry_after(self) -> float | None:
        """Seconds that the providers asked us to wait, the shortest wish."""
        wishes = [e.retry_after for e in self.failed.values() if isinstance(e, Unavailable) and e.retry_after]
        return min(wishes, default=None)

    @property
    def denies(self) -> bool:
        return len(set(self.silent)) >= SOURCES_TO_DENY


def ask_sources(cnpj: str, sources: Sequence[RegistryGateway], work: Work) -> Answer:
    """Ask the sources in order until one knows the CNPJ. One "I do not know it" proves nothing (R47)."""
    answer = Answer(cnpj)
    for source in sources:
        work.check()
        try:
            record = source.get_company(cnpj)
        except ProviderError as error:
            logger.warning("registry_source_failed", source=source.name, error=type(error).__name__)
            answer = replace(answer, failed={**answer.failed, source.name: error})
            continue
        if record:
            return replace(answer, record=record)
        answer = replace(answer, silent=(*answer.silent, source.name))
    return answer


def _record_answer(answer: Answer, work: Work) -> None:
    with transaction.atomic():
        row = CnpjRecord.objects.select_for_update().get(cnpj=answer.cnpj)
        _save(row, answer)
        work.finish({"state": row.state, "source": row.source})


def _save(row: CnpjRecord, answer: Answer) -> None:
    """Write the answer and tell that the look-up ended.

    Known data are replaced by newer ones or by a proven absence only.
    """
    now = timezone.now()
    row.silent_sources = list(answer.silent)
    if answer.record and not _is_older(answer.record, row, now):
        row.data = record_as_json(_with_city(answer.record))
        row.state, row.status, row.source = State.FOUND, answer.record.status[:2], answer.record.source
        row.fetched_at = _date_of(answer.record, now)
    elif answer.denies and not answer.record:
        row.state, row.data, row.status, row.source, row.fetched_at = State.NOT_FOUND, {}, "", "", now
    else:
        row.state = State.FOUND if row.data else State.UNKNOWN
    row.save()
    cnpj_looked_up.send(
        CnpjRecord, cnpj=row.cnpj, state=State(row.state), status=row.status, fetched_at=row.fetched_at
    )


def _with_city(record: RegistryRecord) -> RegistryRecord:
    """The record with the city's codes, however the source names it."""
    city = find_city_of(record)
    return replace(record, ibge_code=city.ibge_code, siafi_code=city.siafi_code) if city else record


def _is_older(record: RegistryRecord, row: CnpjRecord, now: datetime) -> bool:
    return bool(row.data and row.fetched_at and _date_of(record, now) < row.fetched_at)


def _date_of(record: RegistryRecord, now: datetime) -> datetime:
    """Open data are as old as their delivery, whenever we read them."""
    if record.as_of is None:
        return now
    return min(now, start_of_day(record.as_of))
