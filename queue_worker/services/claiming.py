"""Take an item, and keep it while it is worked on."""

import random
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection

from core.prepared import execute_prepared
from queue_worker.models import WorkItem
from queue_worker.registry import list_kinds
from queue_worker.rows import build_item, list_columns
from queue_worker.selectors import CLAIMABLE
from queue_worker.transactions import refuse_transaction

COLLISIONS = 50
LONGEST_PAUSE_SECONDS = 0.02

# Two claimers may see the same free slot, or two items of one ordering key: a unique index lets one win.
CLAIM = f"""
WITH due AS (
    SELECT w.id FROM queue_worker_workitem w
    WHERE {CLAIMABLE}
    ORDER BY w.priority, w.run_after, w.id
    LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE queue_worker_workitem v
SET status = 'processing', attempts = v.attempts + 1, worker = %(worker)s,
    lease_owner = gen_random_uuid(), lease_until = now() + v.lease_length,
    heartbeat_at = now(), claimed_at = now(),
    concurrency_slot = CASE WHEN v.concurrency_key IS NOT NULL THEN (
        SELECT slot FROM generate_series(1, v.concurrency_limit) slot
        WHERE NOT EXISTS (
            SELECT 1 FROM queue_worker_workitem r
            WHERE r.kind = v.kind AND r.concurrency_key = v.concurrency_key
              AND r.status = 'processing' AND r.concurrency_slot = slot)
        ORDER BY random() LIMIT 1) END
FROM due WHERE v.id = due.id
RETURNING {list_columns("v")}
"""  # noqa: S608 (only constants)

# A row that its handler is finishing right now is locked: skip it, it is not lost.
RENEW = """
UPDATE queue_worker_workitem v
SET lease_until = now() + v.lease_length, heartbeat_at = now()
FROM (SELECT w.id FROM queue_worker_workitem w
      WHERE w.id = ANY(%(ids)s) AND w.lease_owner = ANY(%(tokens)s) AND w.status = 'processing'
      FOR UPDATE SKIP LOCKED) held
WHERE v.id = held.id
"""
HELD = """
SELECT id FROM queue_worker_workitem
WHERE id = ANY(%(ids)s) AND lease_owner = ANY(%(tokens)s) AND status = 'processing'
"""


def claim(*, queue: str, worker: str) -> WorkItem | None:
    """Take the most urgent due item of `queue` for `worker`, or return None when nothing may run now.

    One statement, one transaction. The returned item carries the token (`lease_owner`) without which
    nothing can be recorded. Only kinds registered in this process are taken. Rules R52-R54.
    """
    refuse_transaction("claim")
    parameters = {"queue": queue, "worker": worker, "kinds": list_kinds(), "older_than": 0}
    for _ in range(COLLISIONS):
        try:
            row = execute_prepared(CLAIM, parameters).fetchone()
        except IntegrityError:
            time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))
        else:
            return None if row is None else build_item(row)
    return None


def renew_leases(*, leases: Sequence[tuple[int, UUID]]) -> set[int]:
    """Prolong the leases, given as (item id, token); return the ids of those that are still ours."""
    parameters: dict[str, Any] = {
        "ids": [item_id for item_id, _ in leases],
        "tokens": [token for _, token in leases],
    }
    with connection.cursor() as cursor:
        cursor.execute(RENEW, parameters)
        cursor.execute(HELD, parameters)
        return {row[0] for row in cursor.fetchall()}
