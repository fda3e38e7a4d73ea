"""Put work into the queue."""

from datetime import datetime
from typing import Any

import structlog
from django.db import connection
from psycopg.types.json import Jsonb

from core.request_ids import current_request_id, new_request_id
from queue_worker.bell import ring_on_commit
from queue_worker.errors import EnqueuedOutsideTransaction
from queue_worker.models import WorkItem
from queue_worker.registry import get_policy

log = structlog.get_logger(__name__)

LOCK_KEY = "SELECT pg_advisory_xact_lock(hashtextextended('queue_worker:' || %s, 0))"

# On a conflict the pending row is locked until our commit: no worker can take it before it can read what
# the caller has written (contracts/whatsapp/celery-redis.md §4, trap 2).
INSERT = """
INSERT INTO queue_worker_workitem AS item
    (kind, queue, payload, dedupe_key, ordering_key, concurrency_key, concurrency_limit,
     priority, run_after, max_attempts, lease_length, request_id)
VALUES (%(kind)s, %(queue)s, %(payload)s, %(dedupe_key)s, %(ordering_key)s, %(concurrency_key)s,
        %(concurrency_limit)s, %(priority)s, coalesce(%(run_after)s, now()), %(max_attempts)s,
        %(lease)s, %(request_id)s)
ON CONFLICT (kind, dedupe_key) WHERE status = 'pending' AND dedupe_key IS NOT NULL
DO UPDATE SET run_after = least(item.run_after, excluded.run_after),
              priority = least(item.priority, excluded.priority)
RETURNING item.*
"""


def enqueue(
    *,
    kind: str,
    payload: dict[str, Any],
    dedupe_key: str | None = None,
    ordering_key: str | None = None,
    concurrency_key: str | None = None,
    priority: int = 100,
    run_after: datetime | None = None,
    max_attempts: int | None = None,
) -> WorkItem:
    """Insert one item inside the caller's transaction; the workers hear of it after the commit.

    A pending item of the same kind and `dedupe_key` is returned instead, moved to the earlier `run_after`
    and the more urgent priority; its payload stays. Items of one `ordering_key` (any kind) run one at a
    time, oldest first. At most the handler's `concurrency_limit` items of one `concurrency_key` run at
    once. Lower `priority` runs first. Two transactions that use several ordering or dedupe keys must use
    them in the same order, else PostgreSQL ends one of them.

    Raises UnknownKind, EnqueuedOutsideTransaction. Rules R52, R54, R56.
    """
    if not connection.in_atomic_block:
        raise EnqueuedOutsideTransaction(f"{kind} was enqueued outside a transaction")
    policy = get_policy(kind)
    parameters = {
        "kind": kind,
        "queue": policy.queue,
        "payload": Jsonb(payload),
        "dedupe_key": dedupe_key,
        "ordering_key": ordering_key,
        "concurrency_key": concurrency_key if policy.concurrency_limit else None,
        "concurrency_limit": policy.concurrency_limit if concurrency_key else None,
        "priority": priority,
        "run_after": run_after,
        "max_attempts": max_attempts or policy.max_attempts,
        "lease": policy.lease,
        "request_id": current_request_id() or new_request_id(),
    }
    if ordering_key is not None:
        _lock_ordering_key(ordering_key)
    item = WorkItem.objects.raw(INSERT, parameters)[0]
    ring_on_commit(policy.queue)
    log.info("work_enqueued", item_id=item.pk, kind=kind, queue=policy.queue)
    return item


def _lock_ordering_key(ordering_key: str) -> None:
    """Make the writers of one key commit in the order of their ids (trap 1)."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_KEY, [ordering_key])
