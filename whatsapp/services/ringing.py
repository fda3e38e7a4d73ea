"""Work of a conversation and of its messages, enqueued in the transaction that makes it due (R56)."""

from datetime import datetime

from queue_worker.services import enqueue
from whatsapp.models import InboundMessage
from whatsapp.services.windows import CAP, find_moment
from whatsapp.transport.events import Content

CONVERSE = "whatsapp.converse"
FETCH_MEDIA = "whatsapp.fetch_media"


def ring_after_window(*, conversation_id: int, content: Content, received_at: datetime) -> None:
    """Enqueue a conversation's turn after its quiet window; what needs none runs at once (W7)."""
    moment = find_moment(content, received_at)
    _ring(conversation_id, moment.run_after, moment.postpone_until)


def ring_again(*, conversation_id: int, received_at: datetime) -> None:
    """Make certain that a message which is not read yet will be; a window that waits is not moved."""
    _ring(conversation_id, received_at + CAP, None)


def ring_now(*, conversation_id: int, now: datetime | None = None) -> None:
    """Enqueue a conversation's turn now: something that it waits for has come."""
    _ring(conversation_id, now, None)


def ask_for_media(message: InboundMessage) -> None:
    """Have a voice note fetched."""
    enqueue(
        kind=FETCH_MEDIA,
        payload={"message_id": message.pk},
        dedupe_key=str(message.pk),
        concurrency_key=f"channel:{message.channel_id}",
        priority=80,
    )


def _ring(conversation_id: int, run_after: datetime | None, postpone_until: datetime | None) -> None:
    key = f"conversation:{conversation_id}"
    enqueue(
        kind=CONVERSE,
        payload={"conversation_id": conversation_id},
        dedupe_key=key,
        ordering_key=key,
        run_after=run_after,
        postpone_until=postpone_until,
    )
