"""Write down how a run ended. Only the holder of the lease may (fencing), and only once."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from core.database import violates
from core.masking import mask_text
from core.prepared import execute_prepared
from queue_worker.bell import ring_on_commit
from queue_worker.errors import LeaseLost, QueueError
from queue_worker.models import WorkItem
from queue_worker.registry import get_handler
from queue_worker.transactions import refuse_transaction, require_transaction

log = structlog.get_logger(__name__)

ERROR_CHARACTERS = 1000
HISTORY_LENGTH = 50
DEATH_PAUSE = timedelta(seconds=60)

DONE = """
UPDATE queue_worker_workitem
SET status = 'done', result = %(result)s, finished_at = clock_timestamp(), last_error = '',
    lease_owner = NULL, lease_until = NULL, concurrency_slot = NULL
WHERE id = %(id)s AND status = 'processing' AND lease_owner = %(token)s
"""
FOLLOWER = """
SELECT queue FROM queue_worker_workitem
WHERE ordering_key = %(key)s AND status = 'pending' ORDER BY id LIMIT 1
"""


class OnDeadFailed(QueueError):
    """The `on_dead` of a handler raised."""


@dataclass(frozen=True)
class Failure:
    """Why a run did not succeed. `outcome` is one word for the history."""

    outcome: str
    reason: str
    seconds: float | None = None  # wait before the next run; None: the handler's back-off
    must_ask: bool = False  # something may have been done outside
    permanent: bool = False
    spends_attempt: bool = True  # False: it waited on purpose


def record_done(*, item_id: int, token: UUID, ordering_key: str | None, result: Any) -> bool:
    """Record success, in the caller's transaction or its own; return False when the lease is lost."""
    stored = None if result is None else Jsonb(result)
    parameters: dict[str, Any] = {"id": item_id, "token": token, "result": stored}
    if execute_prepared(DONE, parameters).rowcount == 0:
        return False
    if ordering_key is not None:
        _wake_follower(ordering_key)
    return True


def finish(*, item_id: int, token: UUID, ordering_key: str | None, result: Any) -> None:
    """Record success in the transaction that holds the effects. Raises LeaseLost: roll everything back."""
    require_transaction("finish")
    if not record_done(item_id=item_id, token=token, ordering_key=ordering_key, result=result):
        raise LeaseLost(f"item {item_id} belongs to somebody else")


def record_failure(*, item_id: int, token: UUID, failure: Failure) -> str | None:
    """Send the item back to wait, or to death, and return its status; None when the lease is lost.

    `on_dead` runs in the transaction that makes the item dead. When it raises, nothing of that is kept:
    the reaper tries again a minute later, so that no refund is ever skipped.
    """
    refuse_transaction("record_failure")
    try:
        with transaction.atomic(durable=True):
            item = _lock(item_id, token)
            if item is None:
                return None
            settle(item, failure)
    except OnDeadFailed as error:
        return postpone_death(item_id=item_id, token=token, error=error)
    return str(item.status)


def settle(item: WorkItem, failure: Failure) -> None:
    """Decide what becomes of a locked item after a failure, inside the caller's transaction.

    Raises OnDeadFailed.
    """
    handler = get_handler(item.kind)
    reason = mask_text(failure.reason)[:ERROR_CHARACTERS]
    if failure.spends_attempt:
        item.last_error = reason
        item.history = [*item.history, _describe_run(item, failure.outcome)][-HISTORY_LENGTH:]
    else:
        item.attempts -= 1
    item.must_ask = item.must_ask or failure.must_ask
    item.lease_owner = item.lease_until = item.concurrency_slot = None
    if failure.permanent or item.attempts >= item.max_attempts:
        kill(item, WorkItem.Status.DEAD)
    else:
        wait = handler.backoff.seconds(item.attempts) if failure.seconds is None else failure.seconds
        item.run_after = timezone.now() + timedelta(seconds=max(0.0, wait))
        make_pending(item)
        ring_on_commit(item.queue, later=True)
    log.log(
        logging.ERROR if item.status == WorkItem.Status.DEAD else logging.INFO,
        "work_dead" if item.status == WorkItem.Status.DEAD else "work_retry",
        item_id=item.pk,
        kind=item.kind,
        outcome=failure.outcome,
        attempts=item.attempts,
        error=reason,
    )


def make_pending(item: WorkItem) -> None:
    """Let a locked item wait again. If its dedupe_key waits elsewhere by now, the key stays there."""
    item.status = WorkItem.Status.PENDING
    item.finished_at = None
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError as error:
        if not violates(error, "queue_worker_dedupe_pending"):
            raise
        item.dedupe_key = None
        item.save()


def kill(item: WorkItem, status: WorkItem.Status) -> None:
    """End a locked item without success and run its `on_dead`. Raises OnDeadFailed."""
    item.status = status
    item.finished_at = timezone.now()
    item.save()
    if item.ordering_key is not None:
        _wake_follower(item.ordering_key)
    try:
        get_handler(item.kind).end(item)
    except Exception as error:
        raise OnDeadFailed(f"{type(error).__name__}: {error}") from error


def postpone_death(*, item_id: int, token: UUID | None, error: OnDeadFailed) -> str | None:
    """Keep an item whose `on_dead` failed for the next reaper; return its status, None if it was taken."""
    log.error("on_dead_failed", item_id=item_id, exc_info=error)
    with transaction.atomic(durable=True):
        item = _lock(item_id, token)
        if item is None:
            return None
        now = timezone.now()
        item.last_error = mask_text(f"on_dead: {error}")[:ERROR_CHARACTERS]
        item.max_attempts = item.attempts  # it dies next time, it does not run again
        item.lease_owner, item.lease_until, item.claimed_at = uuid4(), now + DEATH_PAUSE, now
        item.save()
    return str(item.status)


def _lock(item_id: int, token: UUID | None) -> WorkItem | None:
    held = WorkItem.objects.filter(pk=item_id, status=WorkItem.Status.PROCESSING, lease_owner=token)
    return held.select_for_update().first()


def _describe_run(item: WorkItem, outcome: str) -> dict[str, Any]:
    return {
        "attempt": item.attempts,
        "outcome": outcome,
        "error": item.last_error,
        "worker": item.worker,
        "started_at": item.claimed_at.isoformat() if item.claimed_at else None,
        "ended_at": timezone.now().isoformat(),
    }


def _wake_follower(ordering_key: str) -> None:
    """Ring for the next item of the key: it may wait in the other queue."""
    row = execute_prepared(FOLLOWER, {"key": ordering_key}).fetchone()
    if row is not None:
        ring_on_commit(row[0])
