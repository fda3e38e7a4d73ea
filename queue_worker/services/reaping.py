"""What repairs the queue: expired leases, lost bells, old rows. All of it is safe to run twice (R56)."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Least, Now
from django.utils import timezone

from queue_worker.bell import ring
from queue_worker.models import WorkItem
from queue_worker.queues import LONGEST_RUN, Queue
from queue_worker.registry import list_kinds
from queue_worker.selectors import has_claimable
from queue_worker.services.recording import Failure, OnDeadFailed, postpone_death, settle
from queue_worker.transactions import refuse_transaction

log = structlog.get_logger(__name__)

BATCH = 500
SWEEP_AFTER_SECONDS = 5
CLOCK_SLACK = timedelta(seconds=60)
EXPIRED = Failure("expired", "o processo que executava parou de dar sinal", must_ask=True)


def reap() -> int:
    """Take back every item whose lease has expired or that runs for more than 30 minutes; return how many.

    Each goes back to wait, to be asked about first (nobody knows how far it got), or dies. Rules R53, R54.
    """
    refuse_transaction("reap")
    _shorten_leases()
    reaped = 0
    while reaped < BATCH and _reap_one():
        reaped += 1
    return reaped


def sweep() -> str:
    """Ring for the queues that hold items due for more than 5 seconds, and name them. Rule R52."""
    with transaction.atomic():
        alone = _lock("queue_worker.sweep")
        queues = [q for q in Queue.values if alone and has_claimable(q, older_than=SWEEP_AFTER_SECONDS)]
    for queue in queues:
        ring(queue)
    return ", ".join(queues) or "nenhuma"


def delete_old_items() -> int:
    """Delete items that ended long ago (settings.QUEUE_KEEP_DONE_DAYS, …DEAD_DAYS); return how many."""
    refuse_transaction("delete_old_items")
    now = timezone.now()
    done_before = now - timedelta(days=settings.QUEUE_KEEP_DONE_DAYS)
    dead_before = now - timedelta(days=settings.QUEUE_KEEP_DEAD_DAYS)
    old = WorkItem.objects.filter(
        Q(status__in=["done", "cancelled"], finished_at__lt=done_before)
        | Q(status="dead", finished_at__lt=dead_before)
    )
    deleted, count = 0, BATCH
    while count == BATCH:
        with transaction.atomic(durable=True):
            alone = _lock("queue_worker.delete_old_items")
            count = WorkItem.objects.filter(pk__in=old.values("pk")[:BATCH]).delete()[0] if alone else 0
        deleted += count
    return deleted


def _shorten_leases() -> None:
    """After the clock was set back, leases end as if they began now: a living worker renews its own."""
    WorkItem.objects.filter(
        status=WorkItem.Status.PROCESSING, lease_until__gt=Now() + F("lease_length") + CLOCK_SLACK
    ).update(lease_until=Now() + F("lease_length"), claimed_at=Least(F("claimed_at"), Now()))


def _reap_one() -> bool:
    """Settle one item that nobody holds any more; False when there is none, or another beat is at it."""
    now = timezone.now()
    abandoned = WorkItem.objects.filter(
        Q(lease_until__lt=now) | Q(claimed_at__lt=now - LONGEST_RUN),
        status=WorkItem.Status.PROCESSING,
        kind__in=list_kinds(),
    )
    try:
        with transaction.atomic(durable=True):
            if not _lock("queue_worker.reap"):
                return False
            item = abandoned.select_for_update(skip_locked=True).order_by("lease_until").first()
            if item is None:
                return False
            item_id, token = item.pk, item.lease_owner
            settle(item, EXPIRED)
    except OnDeadFailed as error:
        postpone_death(item_id=item_id, token=token, error=error)
    return True


def _lock(name: str) -> bool:
    """Take a lock until the end of the transaction; False when another beat holds it.

    Not a lock of the session: behind a connection pooler that would outlive its holder, and the reaper would
    do nothing from then on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
