"""What the queue holds. Everything here only reads."""

from typing import Any

from django.db import connection

from queue_worker.registry import list_kinds

# What may run now: due; the oldest open item of its ordering key, with none of it running; and a free slot
# of its concurrency key. `older_than`: due for at least so many seconds.
CLAIMABLE = """
    w.queue = %(queue)s AND w.status = 'pending' AND w.kind = ANY(%(kinds)s)
    AND w.run_after <= now() - make_interval(secs => %(older_than)s)
    AND (w.ordering_key IS NULL OR NOT EXISTS (
        SELECT 1 FROM queue_worker_workitem o
        WHERE o.ordering_key = w.ordering_key AND o.status IN ('pending', 'processing')
          AND (o.id < w.id OR o.status = 'processing')))
    AND (w.concurrency_key IS NULL OR w.concurrency_limit > (
        SELECT count(*) FROM queue_worker_workitem r
        WHERE r.kind = w.kind AND r.concurrency_key = w.concurrency_key AND r.status = 'processing'))
"""


def has_claimable(queue: str, *, older_than: float = 0) -> bool:
    """Return whether an item of `queue` may run now and could have for `older_than` seconds."""
    parameters: dict[str, Any] = {"queue": queue, "kinds": list_kinds(), "older_than": older_than}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM queue_worker_workitem w WHERE {CLAIMABLE})",  # noqa: S608
            parameters,
        )
        return bool(cursor.fetchone()[0])
