"""Put work into the queue."""

from datetime import datetime
from typing import Any

import structlog
from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from core.prepared import execute_prepared
from core.request_ids import current_request_id, new_request_id
from queue_worker.bell import ring_on_commit
from queue_worker.errors import EnqueuedOutsideTransaction
from queue_worker.models import WorkItem
from queue_worker.registry import get_handler
from queue_worker.rows import build_item, list_columns

log = structlog.get_logger(__name__)

LOCK_KEY = "SELECT pg_advisory_xact_lock(hashtextextended('queue_worker:' || %(key)s, 0))"

# On a conflict the pending row is locked until our commit: no worker can take it before it can read what
# the caller has written (contracts/whatsapp/celery-redis.md §4, trap 2).
#
# Two forms meet a waiting item. With a cap (postpone_until) the caller starts the quiet time anew: the item
# moves later, up to the cap of the enqueue that made it, and never earlier, so that a back-off holds. An
# item made without a cap has none to move to. Without a cap the caller needs it no later than run_after:
# both time and cap move there, so that nobody postpones it again.
INSERT = f"""
INSERT INTO queue_worker_workitem AS item
    (kind, queue, payload, dedupe_key, ordering_key, concurrency_key, concurrency_limit,
     priority, run_after, postpone_until, max_attempts, lease_length, request_id)
VALUES (%(kind)s, %(queue)s, %(payload)s, %(dedupe_key)s, %(ordering_key)s, %(concurrency_key)s,
        %(concurrency_limit)s, %(priority)s, least(coalesce(%(run_after)s, now()), %(postpone_until)s),
        %(postpone_until)s, %(max_attempts)s, %(lease)s, %(request_id)s)
ON CONFLICT (kind, dedupe_key) WHERE status = 'pending' AND dedupe_key IS NOT NULL
DO UPDATE SET
    run_after = CASE
        WHEN excluded.postpone_until IS NULL THEN least(item.run_after, excluded.run_after)
        WHEN item.postpone_until IS NULL THEN item.run_after
        ELSE greatest(item.run_after, least(excluded.run_after, item.postpone_until)) END,
    postpone_until = CASE
        WHEN excluded.postpone_until IS NULL AND item.postpone_until IS NOT NULL
        THEN least(item.postpone_until, excluded.run_after)
        ELSE item.postpone_until END,
    priority = least(item.priority, excluded.priority)
RETURNING {list_columns("item")}
"""  # noqa: S608 (only constants)


def enqueue(
    *,
    kind: str,
    payload: dict[str, Any],
    dedupe_key: str | None = None,
    ordering_key: str | None = None,
    concurrency_key: str | None = None,
    priority: int = 100,
    run_after: datetime | None = None,
    postpone_until: datetime | None = None,
    max_attempts: int | None = None,
) -> WorkItem:
    """Insert one item inside the caller's transaction; the workers hear of it after the commit.

    `run_after`: not before this moment; None: now. A pending item of the same kind and `dedupe_key` is
    returned instead, with the earlier `run_after` and the more urgent priority; its payload stays.

    `postpone_until` makes it a quiet window (debounce): each further call that names one moves the waiting
    item to its own `run_after` if that is later, at most to the `postpone_until` of the call that made the
    item, so that a stream of calls cannot hold it back for ever. A call without it is the urgent form: no
    later than `run_after`, and no later call postpones the item again. Waiting spends no attempt.

    Items of one `ordering_key` (any kind) run one at a
    time, oldest first. At most the handler's `concurrency_limit` items of one `concurrency_key` run at
    once. Lower `priority` runs first. Two transactions that use several ordering or dedupe keys must use
    them in the same order, else PostgreSQL ends one of them.

    Raises UnknownKind, EnqueuedOutsideTransaction, ValueError (`postpone_until` without `dedupe_key` or
    `run_after`). Rules R52, R54, R56, W7.
    """
    if not connection.in_atomic_block:
        raise EnqueuedOutsideTransaction(f"{kind} was enqueued outside a transaction")
    if postpone_until is not None and (dedupe_key is None or run_after is None):
        raise ValueError("a quiet window needs a dedupe_key and a run_after")
    handler = get_handler(kind)
    parameters = {
        "kind": kind,
        "queue": handler.queue,
        "payload": Jsonb(payload),
        "dedupe_key": dedupe_key,
        "ordering_key": ordering_key,
        "concurrency_key": concurrency_key if handler.concurrency_limit else None,
        "concurrency_limit": handler.concurrency_limit if concurrency_key else None,
        "priority": priority,
        "run_after": run_after,
        "postpone_until": postpone_until,
        "max_attempts": max_attempts or handler.max_attempts,
        "lease": handler.lease,
        "request_id": current_request_id() or new_request_id(),
    }
    if ordering_key is not None:
        _lock_ordering_key(ordering_key)
    item = build_item(execute_prepared(INSERT, parameters).fetchone() or ())
    ring_on_commit(handler.queue, later=item.run_after > timezone.now())
    log.info("work_enqueued", item_id=item.pk, kind=kind, queue=handler.queue)
    return item


def _lock_ordering_key(ordering_key: str) -> None:
    """Make the writers of one key commit in the order of their ids (trap 1)."""
    execute_prepared(LOCK_KEY, {"key": ordering_key})
