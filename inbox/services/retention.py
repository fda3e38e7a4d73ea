"""What is forgotten, and when (W24, O15, O19): first the body, later the row."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from inbox.models import Delivery
from inbox.sources import KEEP_BODY, KEEP_ROW, list_sources
from queue_worker.transactions import refuse_transaction

BATCH = 500


def delete_old_deliveries(*, now: datetime | None = None) -> tuple[int, int]:
    """Delete bodies and rows whose time is over, whatever their state; return how many of each.

    The row without its body stays until `keep_row`, so that operators see what came and a late repetition is
    known. Deliveries of a source that nobody registers any more follow the defaults.
    """
    refuse_transaction("delete_old_deliveries")
    now = now or timezone.now()
    sources = list_sources()
    bodies = _older(now, {source.name: source.keep_body for source in sources}, KEEP_BODY)
    rows = _older(now, {source.name: source.keep_row for source in sources}, KEEP_ROW)
    return _delete_bodies(bodies, now), _delete_rows(rows)


def _older(now: datetime, ages: dict[str, timedelta], default: timedelta) -> Q:
    older = ~Q(source__in=ages) & Q(received_at__lt=now - default)
    for name, age in ages.items():
        older |= Q(source=name, received_at__lt=now - age)
    return older


def _delete_bodies(older: Q, now: datetime) -> int:
    total = 0
    held = Delivery.objects.filter(older, body__isnull=False)
    while keys := list(held.values_list("pk", flat=True)[:BATCH]):
        total += held.filter(pk__in=keys).update(body=None, body_deleted_at=now)
    return total


def _delete_rows(older: Q) -> int:
    total = 0
    while keys := list(Delivery.objects.filter(older).values_list("pk", flat=True)[:BATCH]):
        Delivery.objects.filter(pk__in=keys).delete()
        total += len(keys)
    return total
