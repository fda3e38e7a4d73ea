"""How long the chat keeps what people wrote (W24): audio 30 days, messages 24 months, by the settings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from whatsapp.models import ChannelEvent, Conversation, InboundMessage, OutboundMessage, StoredMedia

BATCH = 500
KEEP_EVENTS = timedelta(days=30)
DAYS_OF_A_MONTH = 31
"""A month counts as its longest, so that nothing goes early."""


@dataclass(frozen=True)
class Deleted:
    media: int
    messages: int


def delete_old_messages(*, now: datetime) -> Deleted:
    """Delete old audio, and messages of both sides that are older than the transcripts are kept."""
    audio_before = now - timedelta(days=settings.WHATSAPP_KEEP_AUDIO_DAYS)
    messages_before = now - timedelta(days=DAYS_OF_A_MONTH * settings.WHATSAPP_KEEP_MESSAGES_MONTHS)
    ChannelEvent.objects.filter(at__lt=now - KEEP_EVENTS).delete()
    return Deleted(_delete_media(audio_before), _delete_messages(messages_before))


def _delete_media(before: datetime) -> int:
    """Delete the bytes; the message says that they were there once."""
    count = 0
    while True:
        with transaction.atomic(durable=True):
            old = StoredMedia.objects.filter(fetched_at__lt=before).order_by("fetched_at")
            ids = list(old.values_list("message_id", flat=True)[:BATCH])
            StoredMedia.objects.filter(message__in=ids).delete()
            InboundMessage.objects.filter(pk__in=ids).update(media_state=InboundMessage.Media.DELETED)
        count += len(ids)
        if len(ids) < BATCH:
            return count


def _delete_messages(before: datetime) -> int:
    """Delete what nobody waits for: unread and unsent messages stay until they are settled."""
    count = 0
    for model, moment in ((InboundMessage, "received_at"), (OutboundMessage, "created_at")):
        while True:
            with transaction.atomic(durable=True):
                old = model._default_manager.filter(**{f"{moment}__lt": before}).order_by(moment)
                ids = list(old.values_list("pk", flat=True)[:BATCH])
                model._default_manager.filter(pk__in=ids).delete()
            count += len(ids)
            if len(ids) < BATCH:
                break
    _forget_names(before)
    return count


def _forget_names(before: datetime) -> None:
    """Forget what people called themselves when nothing of them is left."""
    silent = Conversation.objects.filter(last_message_at__lt=before, messages=None, outbox=None)
    with transaction.atomic(durable=True):
        for conversation in silent.select_related("contact")[:BATCH]:
            if conversation.contact.name:
                conversation.contact.name = ""
                conversation.contact.save(update_fields=["name"])
