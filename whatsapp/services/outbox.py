"""What is to be said to a person, as rows of the caller's transaction with their work (W19, R81).

`put_text` and `put_document` are called with the conversation's row locked: it counts the order of sending.
A conversation exists because its person wrote, so that Nitro never starts a chat.
"""

from datetime import datetime

import structlog
from django.utils import timezone

from core.errors import NitroError
from queue_worker.services import enqueue
from queue_worker.transactions import require_transaction
from whatsapp.models import Conversation, OutboundMessage, Session

log = structlog.get_logger(__name__)
SEND = "whatsapp.send"
SEND_PRIORITY = 90
State = OutboundMessage.State
WAITING = (State.PENDING.value, State.SENDING.value, State.UNKNOWN.value)


class NeverWrote(NitroError):
    """The person never wrote to this channel: Nitro starts no chat (W19)."""

    message = "Esta pessoa ainda não escreveu para este canal. O Nitro só responde a quem escreveu."


def put_text(
    *,
    conversation: Conversation,
    text: str,
    cause: str,
    dedupe_key: str,
    text_key: str = "",
    session: Session | None = None,
    mirror_hash: str = "",
    slot: str = "",
    member_id: int | None = None,
    now: datetime | None = None,
) -> OutboundMessage:
    """Have a text sent, in order, inside the caller's transaction; the same `dedupe_key` is one message.

    conversation: its row is locked by the caller; `out_seq` of it grows. cause: why it is said ("batch:17").
    slot: what waits unsent in the same slot of the conversation is superseded (an older mirror).
    member_id: who of the firm wrote it; None: the assistant.

    Raises NeverWrote.
    """
    return _put(
        conversation,
        now or timezone.now(),
        kind=OutboundMessage.Kind.TEXT,
        text=text,
        cause=cause,
        dedupe_key=dedupe_key,
        text_key=text_key,
        session=session,
        mirror_hash=mirror_hash,
        slot=slot,
        author=OutboundMessage.Author.MEMBER if member_id else OutboundMessage.Author.BOT,
        member_id=member_id,
    )


def put_document(
    *,
    conversation: Conversation,
    invoice_id: int,
    file: OutboundMessage.File | str,
    cause: str,
    dedupe_key: str,
    text: str = "",
    session: Session | None = None,
    now: datetime | None = None,
) -> OutboundMessage:
    """Have the PDF or XML of a note sent, in order, inside the caller's transaction; as `put_text`.

    The file is read when it is sent. Raises NeverWrote.
    """
    return _put(
        conversation,
        now or timezone.now(),
        kind=OutboundMessage.Kind.DOCUMENT,
        text=text,
        cause=cause,
        dedupe_key=dedupe_key,
        session=session,
        invoice_id=invoice_id,
        file=OutboundMessage.File(file),
    )


def ring_sending(conversation_id: int, channel_id: int, run_after: datetime | None = None) -> None:
    """Enqueue the sending of what waits in a conversation, inside the caller's transaction."""
    enqueue(
        kind=SEND,
        payload={"conversation_id": conversation_id},
        dedupe_key=f"send:{conversation_id}",
        ordering_key=f"send:{conversation_id}",
        concurrency_key=f"channel:{channel_id}",
        priority=SEND_PRIORITY,
        run_after=run_after,
    )


def _put(conversation: Conversation, now: datetime, **fields: object) -> OutboundMessage:
    require_transaction("outbox")
    if not conversation.address or not conversation.last_seq:
        raise NeverWrote
    same = OutboundMessage.objects.filter(dedupe_key=fields["dedupe_key"])
    if same.exists():
        return same.get()
    if fields.get("slot"):
        _supersede(conversation, str(fields["slot"]), now)
    conversation.out_seq += 1
    conversation.save(update_fields=["out_seq"])
    message = OutboundMessage.objects.create(
        channel_id=conversation.channel_id,
        conversation=conversation,
        seq=conversation.out_seq,
        created_at=now,
        **fields,
    )
    ring_sending(conversation.pk, conversation.channel_id)
    log.info("message_put", message_id=message.pk, conversation_id=conversation.pk, kind=message.kind)
    return message


def _supersede(conversation: Conversation, slot: str, now: datetime) -> None:
    """What nobody has seen of an older one is not sent; what may be on its way stays."""
    OutboundMessage.objects.filter(conversation=conversation, slot=slot, state=State.PENDING).update(
        state=State.SUPERSEDED, ended_at=now
    )
