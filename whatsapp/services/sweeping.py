"""A conversation with unread messages always has work: what got lost is rung again (celery-redis.md 7)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat

from queue_worker.models import WorkItem
from whatsapp.models import Conversation
from whatsapp.services.ringing import CONVERSE, ring_now

LOST_AFTER = timedelta(minutes=1)


def ring_lost_conversations(*, now: datetime) -> int:
    """Enqueue the turn of conversations that have unread messages and no work, and return how many."""
    key = Concat(Value("conversation:"), Cast(OuterRef("pk"), CharField()))
    work = WorkItem.objects.filter(kind=CONVERSE, ordering_key=key, status__in=WorkItem.OPEN)
    lost = (
        Conversation.objects.filter(
            done_seq__lt=F("last_seq"),
            merged_into=None,
            last_message_at__lt=now - LOST_AFTER,
            last_message_at__gt=now - timedelta(days=1),
        )
        .filter(~Exists(work))
        .order_by("last_message_at")  # of the index of unread ones; by the key every row would be read
    )
    with transaction.atomic(durable=True):
        ids = list(lost.values_list("pk", flat=True)[:200])
        for conversation_id in sorted(ids):
            ring_now(conversation_id=conversation_id, now=now)
    return len(ids)
