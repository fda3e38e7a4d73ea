"""What arrives is stored, once, together with its work, in the transaction of the delivery (R62, R80, W3)."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.compiled import Compiled, Parameter
from whatsapp.models import Channel, Conversation, InboundMessage, OutboundMessage
from whatsapp.services.identity import find_conversation, open_conversation
from whatsapp.services.ringing import ask_for_media, ring_after_window, ring_again
from whatsapp.transport.addresses import AddressKind
from whatsapp.transport.events import Content, MessageCame, MessageKind

Kind = InboundMessage.Kind
STORED_ONLY_AFTER = timedelta(hours=24)
LONGEST_AUDIO, LARGEST_AUDIO = 120, 16 * 1024 * 1024
_FIND_MESSAGE = Compiled(
    lambda: InboundMessage.objects.filter(
        channel=Parameter("channel"), provider_message_id=Parameter("message_id")
    )
)
_ANSWERED_REACTIONS = frozenset("👍✅")
_FILES = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT})


@dataclass(frozen=True)
class Arrived:
    """What became of one message: "stored", "completed", "known", or why it was not stored."""

    outcome: str
    message: InboundMessage | None = None


def store_messages(
    *,
    channel: Channel,
    messages: Sequence[MessageCame],
    received_at: datetime,
    delivery_id: int | None = None,
) -> list[Arrived]:
    """Store messages of a channel with their work, inside the caller's transaction.

    The same message twice is one row; while nobody has read it, its work is made certain again. A row without
    content is completed once. Messages of the firm are lines of the transcript and are not read.
    """
    return [_store(channel, message, received_at, delivery_id) for message in messages]


def count_outcomes(arrived: Sequence[Arrived]) -> dict[str, int]:
    """Return how many messages had each outcome."""
    return dict(Counter(one.outcome for one in arrived))


def _store(channel: Channel, came: MessageCame, received_at: datetime, delivery_id: int | None) -> Arrived:
    if came.is_from_firm:
        conversation = find_conversation(channel, came.addresses)
        if conversation is None:
            return Arrived("firm_to_stranger")
        if is_own_echo(conversation, came):
            return Arrived("own_echo")
    else:
        conversation = open_conversation(channel, came.addresses, came.name)
    known = _FIND_MESSAGE.only(channel=channel.pk, message_id=came.message_id)
    if known is not None and (known.kind != Kind.UNKNOWN or not came.content.has_content):
        return _store_again(known)
    if known is None and _is_told_already(channel, came):
        return Arrived("known")
    row = known or InboundMessage(
        channel=channel, provider_message_id=came.message_id, is_from_firm=came.is_from_firm
    )
    _fill(row, came, conversation, received_at, delivery_id)
    row.save()
    _mark_target(channel, row)
    _note_arrival(conversation, came, row)
    if _needs_reading(row):
        ring_after_window(conversation_id=conversation.pk, content=came.content, received_at=row.received_at)
    if row.media_state == InboundMessage.Media.PENDING:
        ask_for_media(row)
    return Arrived("stored" if known is None else "completed", row)


def _store_again(known: InboundMessage) -> Arrived:
    """Make certain that a message which came again is read, without moving its quiet window."""
    conversation = known.conversation
    if known.seq > conversation.done_seq and _needs_reading(known):
        ring_again(conversation_id=conversation.pk, received_at=known.received_at)
    return Arrived("known", known)


def is_own_echo(conversation: Conversation, came: MessageCame) -> bool:
    """Whether a message "of the firm" is one that Nitro sent, told as if somebody had typed it."""
    ours = OutboundMessage.objects.filter(channel=conversation.channel_id)
    if ours.filter(provider_message_id=came.message_id).exists():
        return True
    waiting = ours.filter(
        conversation=conversation,
        state__in=[OutboundMessage.State.SENDING, OutboundMessage.State.UNKNOWN],
    )
    return any(row.text == came.content.text for row in waiting)


def _is_told_already(channel: Channel, came: MessageCame) -> bool:
    """Whether an edit was told before under another id: its two traces have different ones (7.3)."""
    content = came.content
    if content.kind is not MessageKind.EDIT or not content.has_content:
        return False
    edits = InboundMessage.objects.filter(channel=channel, target_id=content.target_id, kind=Kind.EDIT)
    told = [edit.text for edit in edits.order_by("seq")]
    return content.text in told if came.is_second_trace else content.text in told[-1:]


def _fill(
    row: InboundMessage,
    came: MessageCame,
    conversation: Conversation,
    received_at: datetime,
    delivery_id: int | None,
) -> None:
    content, media = came.content, came.content.media
    conversation.last_seq += 1
    row.conversation, row.seq = conversation, conversation.last_seq
    row.received_at = received_at
    row.sent_at = min(came.sent_at or received_at, received_at).replace(microsecond=0)
    row.address = came.addresses[0].jid
    row.kind, row.has_content = content.kind.value, content.has_content
    row.text, row.button_id = content.text, content.button_id
    row.quoted_id, row.target_id = content.quoted_id[:200], content.target_id[:200]
    row.delivery_id = delivery_id
    row.media_state = _first_media_state(row, content)
    if media is not None:
        row.media_type, row.media_size = media.mime_type, media.size
        row.media_seconds, row.media_name = media.seconds, media.file_name
        row.is_voice = media.is_voice


def _first_media_state(row: InboundMessage, content: Content) -> str:
    """Only voice that is short enough to be heard is fetched: files are not read (5.9, W14)."""
    if content.media is None:
        return InboundMessage.Media.NONE
    is_heard = (content.media.seconds or 0) <= LONGEST_AUDIO and (content.media.size or 0) <= LARGEST_AUDIO
    if content.kind is MessageKind.AUDIO and is_heard and not row.is_from_firm:
        return InboundMessage.Media.PENDING
    return InboundMessage.Media.UNFETCHED


def _mark_target(channel: Channel, row: InboundMessage) -> None:
    mark = {Kind.EDIT: "edited_at", Kind.REVOKE: "deleted_at"}.get(Kind(row.kind))
    if mark:
        target = InboundMessage.objects.filter(channel=channel, provider_message_id=row.target_id)
        target.update(**{mark: row.received_at})


def _note_arrival(conversation: Conversation, came: MessageCame, row: InboundMessage) -> None:
    fields = {"last_seq", "last_message_at"}
    was_read = conversation.done_seq == conversation.last_seq - 1
    conversation.last_message_at = row.received_at
    if not _needs_reading(row):
        if was_read:  # nothing waits in front of it, and nobody will read it
            conversation.done_seq = conversation.last_seq
            fields.add("done_seq")
    elif was_read or conversation.first_unread_at is None:
        conversation.first_unread_at = row.received_at
        fields.add("first_unread_at")
    if conversation.handed_off_at is not None:
        conversation.handoff_last_at = row.received_at
        fields.add("handoff_last_at")
    if not came.is_from_firm and (address := _answer_address(conversation, came)):
        conversation.address = address
        fields.add("address")
    conversation.save(update_fields=sorted(fields))
    _note_name(conversation, came)


def _answer_address(conversation: Conversation, came: MessageCame) -> str:
    """Return where answers go from now on, "" where that stays: the phone as received, else the LID (9.2)."""
    phones = [one.jid for one in came.addresses if one.kind is AddressKind.PHONE]
    if phones:
        return phones[0] if phones[0] != conversation.address else ""
    return came.addresses[0].jid if not conversation.address else ""


def _note_name(conversation: Conversation, came: MessageCame) -> None:
    contact = conversation.contact
    if came.name and not came.is_from_firm and came.name != contact.name:
        contact.name = came.name
        contact.save(update_fields=["name"])


def _needs_reading(row: InboundMessage) -> bool:
    """Whether somebody is to be answered: not for what is empty, old, the firm's own, or a mere reaction."""
    if row.is_from_firm or row.kind in {Kind.UNKNOWN, Kind.ALBUM}:
        return False
    if row.received_at - row.sent_at > STORED_ONLY_AFTER:
        return False
    if row.kind == Kind.REACTION:
        return _is_about_mirror(row)
    if row.kind == Kind.REVOKE:
        return InboundMessage.objects.filter(
            channel=row.channel_id, provider_message_id=row.target_id
        ).exists()
    return row.has_content or row.kind == Kind.EDIT


def _is_about_mirror(row: InboundMessage) -> bool:
    """Whether it is 👍 or ✅, of any skin, on a mirror: answered, and never a yes (5.7)."""
    emoji = {sign for sign in row.text if unicodedata.category(sign) == "So"}
    return bool(emoji & _ANSWERED_REACTIONS) and (
        OutboundMessage.objects.filter(channel=row.channel_id, provider_message_id=row.target_id)
        .exclude(mirror_hash="")
        .exists()
    )
