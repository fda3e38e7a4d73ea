"""What the queue holds. Everything here only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from core.schedule import Periodic, list_schedule
from queue_worker.models import PeriodicRun, Worker, WorkItem
from queue_worker.queues import Queue
from queue_worker.registry import list_kinds

RATE_MINUTES = 5
BEAT = "beat"
"""What the name of beat's row among the workers begins with; it has no queues."""

# What may run now: due (for `older_than` seconds); the oldest open item of its ordering key, with none of
# it running; and a free slot of its concurrency key.
READY = """
    w.queue = %(queue)s AND w.status = 'pending'
    AND w.run_after <= now() - make_interval(secs => %(older_than)s)
    AND (w.ordering_key IS NULL OR NOT EXISTS (
        SELECT 1 FROM queue_worker_workitem o
        WHERE o.ordering_key = w.ordering_key AND o.status IN ('pending', 'processing')
          AND (o.id < w.id OR o.status = 'processing')))
    AND (w.concurrency_key IS NULL OR w.concurrency_limit > (
        SELECT count(*) FROM queue_worker_workitem r
        WHERE r.kind = w.kind AND r.concurrency_key = w.concurrency_key AND r.status = 'processing'))
"""
AHEAD = """
SELECT now(), q.queue, coalesce(bool_or(w.run_after <= now()), false),
    extract(epoch FROM min(w.run_after) FILTER (WHERE w.run_after > now()) - now())::float
FROM unnest(%(queues)s::text[]) q(queue) LEFT JOIN queue_worker_workitem w
    ON w.queue = q.queue AND w.status = 'pending' AND w.run_after > coalesce(%(since)s::timestamptz, now())
    AND w.run_after <= now() + make_interval(secs => %(seconds)s)
GROUP BY q.queue
"""
CLAIMABLE = f"{READY} AND w.kind = ANY(%(kinds)s)"  # by this process


def has_claimable(queue: str, *, older_than: float = 0) -> bool:
    """Return whether this process could run an item of `queue` that has been due for `older_than` seconds."""
    parameters: dict[str, Any] = {"queue": queue, "kinds": list_kinds(), "older_than": older_than}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM queue_worker_workitem w WHERE {CLAIMABLE})",  # noqa: S608
            parameters,
        )
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True)
class Ahead:
    """One queue in the next seconds, by the database's clock."""

    queue: str
    has_become_due: bool  # since the last look
    seconds: float | None  # until the next item is due; None: none within the time asked for


def look_ahead(
    queues: Sequence[str], *, since: datetime | None, seconds: float
) -> tuple[datetime, list[Ahead]]:
    """Return the database's time, and what becomes due on each queue after `since` and within `seconds`.

    `since` is the time that the last look returned. Turns (ordering key) and slots are not looked at: an
    item that waits for one may make a worker look in vain once.
    """
    with connection.cursor() as cursor:
        cursor.execute(AHEAD, {"queues": list(queues), "since": since, "seconds": seconds})
        rows = cursor.fetchall()
    return rows[0][0], [Ahead(*row[1:]) for row in rows]


def find_oldest_due_seconds(queue: str) -> float | None:
    """Return for how many seconds the oldest runnable item of `queue` has been due; None when none is.

    Items that wait for their turn (ordering key) or for a slot (concurrency key) do not count.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM now() - min(w.run_after))"  # noqa: S608
            f" FROM queue_worker_workitem w WHERE {READY}",
            {"queue": queue, "older_than": 0},
        )
        age = cursor.fetchone()[0]
    return None if age is None else float(age)


@dataclass(frozen=True)
class QueueDepth:
    """One queue now. `done_per_minute` is the mean of the last five minutes."""

    queue: str
    due: int
    later: int
    running: int
    oldest_due_seconds: float | None
    done_per_minute: float


def list_depths() -> list[QueueDepth]:
    """Return the state of every queue."""
    now = timezone.now()
    recent = Q(status="done", finished_at__gte=now - timedelta(minutes=RATE_MINUTES))
    counted = (
        WorkItem.objects.filter(Q(status__in=WorkItem.OPEN) | recent)
        .values("queue")
        .annotate(
            due=Count("pk", filter=Q(status="pending", run_after__lte=now)),
            later=Count("pk", filter=Q(status="pending", run_after__gt=now)),
            running=Count("pk", filter=Q(status="processing")),
            done=Count("pk", filter=Q(status="done")),
        )
    )
    rows = {row.pop("queue"): row for row in counted}
    nothing = {"due": 0, "later": 0, "running": 0, "done": 0}
    return [
        _depth(queue, **rows.get(queue, nothing), age=find_oldest_due_seconds(queue))
        for queue in Queue.values
    ]


def _depth(queue: str, *, due: int, later: int, running: int, done: int, age: float | None) -> QueueDepth:
    return QueueDepth(queue, due, later, running, age, done / RATE_MINUTES)


@dataclass(frozen=True)
class KindSummary:
    """The items of one kind that are not done (O7). `failed`: waiting after at least one failure."""

    kind: str
    waiting: int
    running: int
    failed: int
    dead: int
    oldest_at: datetime | None


def list_kind_summaries() -> list[KindSummary]:
    """Return one summary per registered kind and per kind that has open or dead items, by name."""
    counted = (
        WorkItem.objects.filter(Q(status__in=WorkItem.OPEN) | Q(status="dead"))
        .values("kind")
        .annotate(
            waiting=Count("pk", filter=Q(status="pending")),
            running=Count("pk", filter=Q(status="processing")),
            failed=Count("pk", filter=Q(status="pending", attempts__gt=0)),
            dead=Count("pk", filter=Q(status="dead")),
            oldest_at=Min("created_at", filter=Q(status__in=WorkItem.OPEN)),
        )
    )
    found = {row["kind"]: KindSummary(**row) for row in counted}
    kinds = sorted({*found, *list_kinds()})
    return [found.get(kind) or KindSummary(kind, 0, 0, 0, 0, None) for kind in kinds]


def list_items(*, status: str = "", kind: str = "") -> QuerySet[WorkItem]:
    """Return items, newest first, without what is heavy or personal; empty arguments do not filter."""
    items = WorkItem.objects.defer("payload", "result", "history").order_by("-pk")
    if status:
        items = items.filter(status=status)
    if kind:
        items = items.filter(kind=kind)
    return items


def get_item(item_id: int) -> WorkItem:
    """Return one item. Raises WorkItem.DoesNotExist."""
    return WorkItem.objects.get(pk=item_id)


def list_workers() -> QuerySet[Worker]:
    """Return every worker that has not ended in an orderly way, by name."""
    return Worker.objects.order_by("name")


def list_live_workers(*, seconds: float) -> QuerySet[Worker]:
    """Return the workers that gave a sign of life in the last `seconds`."""
    return list_workers().filter(seen_at__gte=timezone.now() - timedelta(seconds=seconds))


@dataclass(frozen=True)
class PeriodicState:
    """A periodic job and its last run, None before the first (O18)."""

    periodic: Periodic
    run: PeriodicRun | None


def list_periodic() -> list[PeriodicState]:
    """Return the schedule of all apps with the last run of each job (O18)."""
    runs = {run.name: run for run in PeriodicRun.objects.all()}
    return [PeriodicState(periodic, runs.get(periodic.task)) for periodic in list_schedule()]
