"""Voice notes are fetched by work of their own and kept encrypted for 30 days (W14, W24)."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from core.errors import Refused, Unreadable
from inbox.messages import Malformed, parse_message
from inbox.models import BodyDeleted
from queue_worker.errors import GiveUp
from queue_worker.work import Work
from whatsapp.gateways.transport import FetchedMedia, MediaGone
from whatsapp.gateways.transports import open_messenger
from whatsapp.models import InboundMessage, StoredMedia
from whatsapp.services.arrival import LARGEST_AUDIO
from whatsapp.services.credentials import credentials_of
from whatsapp.services.ringing import ask_for_media, ring_now
from whatsapp.transport.tolerant import as_mapping, find

log = structlog.get_logger(__name__)
LOST_AFTER = timedelta(minutes=2)
_SIGNATURES = (
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"RIFF", "audio/wav"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
)
Media = InboundMessage.Media


def fetch_media(*, message_id: int, work: Work, now: datetime) -> str:
    """Fetch a voice note and let its conversation go on. Raises Unavailable, GiveUp: it cannot be had."""
    message = InboundMessage.objects.select_related("channel", "delivery").get(pk=message_id)
    if message.media_state != Media.PENDING:
        return message.media_state
    try:
        fetched = _read_inline(message) or _fetch(message)
    except (MediaGone, Refused, Unreadable) as error:
        raise GiveUp(error.detail or type(error).__name__) from error
    media_type = recognize(fetched.content)
    if not media_type or len(fetched.content) > LARGEST_AUDIO:
        raise GiveUp("no audio, or too large")
    with transaction.atomic(durable=True):
        StoredMedia.objects.update_or_create(
            message=message,
            defaults={
                "content": fetched.content,
                "media_type": media_type,
                "size": len(fetched.content),
                "fetched_at": now,
            },
        )
        _end(message_id, Media.FETCHED, now)
        work.finish({"bytes": len(fetched.content)})
    return Media.FETCHED


def give_up_media(*, message_id: int, item: Any) -> None:
    """It could not be had: the person is asked to write or to send it again (T39), the talk goes on."""
    log.warning("media_not_fetched", message_id=message_id, error=item.last_error)
    _end(message_id, Media.FAILED, item.finished_at)


def recognize(content: bytes) -> str:
    """Return the type of audio that the first bytes say, "" for what is none; names and headers may lie."""
    if content[4:8] == b"ftyp":
        return "audio/mp4"
    return next((kind for start, kind in _SIGNATURES if content.startswith(start)), "")


def requeue_lost_media(*, now: datetime) -> int:
    """Ask again for what waits to be fetched without work, and return how many messages that is."""
    waiting = InboundMessage.objects.filter(
        media_state=Media.PENDING,
        received_at__lt=now - LOST_AFTER,
        received_at__gt=now - timedelta(days=1),
        channel__deleted_at=None,
    )
    with transaction.atomic(durable=True):
        found = list(waiting.order_by("pk")[:200])
        for message in found:
            ask_for_media(message)
    return len(found)


def _read_data(message: InboundMessage) -> dict[str, Any]:
    """Return the message as it came, "data" of its webhook; what is left of it when the body is gone."""
    key = {"key": {"id": message.provider_message_id}}
    if message.delivery is None:
        return key
    try:
        data = find(parse_message(message.delivery.open_body()), "data")
    except (BodyDeleted, Malformed):
        return key
    items = data if isinstance(data, list) else [data]
    return next((one for one in items if find(one, "key", "id") == message.provider_message_id), key)


def _read_inline(message: InboundMessage) -> FetchedMedia | None:
    """Return the file that came in the webhook itself, where Evolution was told to send it."""
    encoded = as_mapping(_read_data(message).get("message")).get("base64")
    if not isinstance(encoded, str):
        return None
    try:
        content = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return None
    return FetchedMedia(content, message.media_type) if recognize(content) else None


def _fetch(message: InboundMessage) -> FetchedMedia:
    return open_messenger(credentials_of(message.channel)).fetch_media(_read_data(message))


def _end(message_id: int, state: InboundMessage.Media, now: datetime | None) -> None:
    rows = InboundMessage.objects.filter(pk=message_id, media_state=Media.PENDING)
    if rows.update(media_state=state):
        conversation_id = InboundMessage.objects.values_list("conversation_id", flat=True).get(pk=message_id)
        ring_now(conversation_id=conversation_id, now=now)
