"""What waits to be sent always has work: what got lost is rung again (celery-redis.md 7)."""

from datetime import datetime, timedelta

from django.db import transaction

from whatsapp.models import Channel, OutboundMessage
from whatsapp.services.outbox import WAITING, ring_sending


def ring_lost_sendings(*, now: datetime) -> int:
    """Enqueue the sending of what is due on a connected channel, and return how many conversations that is.

    It makes certain what other steps ring for: a channel that connected, a worker that died, a dead item.
    """
    due = OutboundMessage.objects.filter(
        state__in=WAITING,
        created_at__lt=now - timedelta(seconds=30),
        channel__state=Channel.State.CONNECTED,
        channel__deleted_at=None,
    ).exclude(next_try_at__gt=now)
    found = list(
        due.values_list("conversation_id", "channel_id").distinct().order_by("conversation_id")[:500]
    )
    with transaction.atomic(durable=True):
        for conversation_id, channel_id in found:
            ring_sending(conversation_id, channel_id)
    return len(found)
