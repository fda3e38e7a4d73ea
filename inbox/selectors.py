"""What the inbox holds. Everything here only reads."""

from collections.abc import Sequence

from django.db.models import QuerySet

from inbox.models import Delivery, Replay


def list_deliveries(*, source: str = "", state: str = "") -> QuerySet[Delivery]:
    """Return deliveries, newest first, without their bodies; empty arguments do not filter."""
    deliveries = Delivery.objects.defer("body").order_by("-pk")
    if source:
        deliveries = deliveries.filter(source=source)
    if state:
        deliveries = deliveries.filter(state=state)
    return deliveries


def get_delivery(delivery_id: int) -> Delivery:
    """Return one delivery. Raises Delivery.DoesNotExist."""
    return Delivery.objects.get(pk=delivery_id)


def list_replays(delivery_id: int) -> Sequence[Replay]:
    """Return who had a delivery processed again, oldest first."""
    return list(Replay.objects.filter(delivery_id=delivery_id).select_related("actor").order_by("pk"))
