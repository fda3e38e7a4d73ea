"""What operators must know of the chat, of all firms: counts and times, never what was said (O14)."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from inbox.models import Delivery
from whatsapp.models import Channel, OutboundMessage

LOOKED_AT, DOWN_AFTER = timedelta(days=1), timedelta(minutes=5)
_LOST = (OutboundMessage.State.FAILED, OutboundMessage.State.DEAD)


def list_lost_answers(now: datetime) -> QuerySet[OutboundMessage]:
    """Return the messages of the last day that reached nobody."""
    return OutboundMessage.objects.filter(state__in=_LOST, ended_at__gte=now - LOOKED_AT)


def list_channels_down(now: datetime) -> QuerySet[Channel]:
    """Return the channels that lost their connection and did not get it back."""
    return Channel.objects.filter(down_since__lte=now - DOWN_AFTER, deleted_at=None)


def list_unreadable_webhooks(now: datetime) -> QuerySet[Delivery]:
    """Return the webhooks of channels that were kept and could not be understood, of the last day."""
    return Delivery.objects.filter(
        source="whatsapp", state=Delivery.State.REFUSED, received_at__gte=now - LOOKED_AT
    )
