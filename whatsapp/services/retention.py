"""How long the chat keeps what people wrote (W24): audio 30 days, all else 24 months, by the settings.

What stays of a conversation are its steps, figures and the requests for notes: no word, number or name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from whatsapp.models import (
    ChannelEvent,
    ContactAlias,
    Conversation,
    InboundMessage,
    OutboundMessage,
    Session,
    StoredMedia,
)
from whatsapp.models.sessions import OPEN_STATES
from whatsapp.services.identity import lock_identities

BATCH = 500
KEEP_EVENTS = timedelta(days=30)
DAYS_OF_A_MONTH = 31
"""A month counts as its longest, so that nothing goes early."""


@dataclass(frozen=True)
class Deleted:
    media: int
    messages: int
    sessions: int
    people: int


def delete_old_messages(*, now: datetime) -> Deleted:
    """Delete old audio, and of what is older than transcripts are kept: messages of both sides, what sessions
    remember of them, and who the person was.
    """
    audio_before = now - timedelta(days=settings.WHATSAPP_KEEP_AUDIO_DAYS)
    before = now - timedelta(days=DAYS_OF_A_MONTH * settings.WHATSAPP_KEEP_MESSAGES_MONTHS)
    ChannelEvent.objects.filter(at__lt=now - KEEP_EVENTS).delete()
    return Deleted(
        media=_delete_media(audio_before),
        messages=_delete_messages(before),
        sessions=_forget_sessions(before, now),
        people=_forget_people(before, now),
    )


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
    """Delete messages of both sides; what nobody read or took in that time is no exception."""
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
    return count


def _forget_sessions(before: datetime, now: datetime) -> int:
    """Delete what was said for a note, and its mirror, of sessions that ended; the steps stay."""
    old = Session.objects.filter(closed_at__lt=before, forgotten_at=None).order_by("closed_at")
    count = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        Session.objects.filter(pk__in=ids).update(data={}, mirror=None, lookup_index="", forgotten_at=now)
        count += len(ids)
    return count


def _forget_people(before: datetime, now: datetime) -> int:
    """Delete the name, the number and the address of whoever left nothing else; who writes again is new."""
    return sum(_forget_person(pk, before, now) for pk in _list_silent(before))


def _list_silent(before: datetime) -> Iterator[int]:
    after = 0
    while ids := list(
        _silent(before).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield from ids
        after = ids[-1]


def _silent(before: datetime) -> QuerySet[Conversation]:
    """The conversations of which nothing is left, and nothing is open."""
    mine = {"conversation": OuterRef("pk")}
    kept = (InboundMessage.objects.filter(**mine), OutboundMessage.objects.filter(**mine))
    is_old = Q(last_message_at__lt=before) | Q(last_message_at=None, created_at__lt=before)
    silent = Conversation.objects.filter(is_old, forgotten_at=None)
    for rows in (*kept, Session.objects.filter(**mine, state__in=OPEN_STATES)):
        silent = silent.filter(~Exists(rows))
    return silent


def _forget_person(conversation_id: int, before: datetime, now: datetime) -> bool:
    """Forget whose conversation it was, unless the person wrote again meanwhile."""
    channel_id = Conversation.objects.values_list("channel_id", flat=True).get(pk=conversation_id)
    with transaction.atomic(durable=True):
        lock_identities(channel_id)
        locked = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation_id)
        if not _silent(before).filter(pk=conversation_id).exists():
            return False
        ContactAlias.objects.filter(contact=locked.contact_id).delete()
        locked.contact.name = ""
        locked.contact.save(update_fields=["name"])
        locked.address, locked.forgotten_at = "", now
        locked.save(update_fields=["address", "forgotten_at"])
    return True
