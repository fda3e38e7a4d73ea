"""All unread messages of a conversation as one batch, in the order in which they were sent (W7, §5.9)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.compiled import Compiled, Parameter
from whatsapp.models import Conversation, InboundMessage
from whatsapp.reading.reader import MAX_CHARACTERS

Kind = InboundMessage.Kind
LATE_AFTER, STORED_ONLY_AFTER = timedelta(minutes=30), timedelta(hours=24)
LONGEST_AUDIO = 120
MEDIA_CAP = timedelta(seconds=8)
YES_BUTTON, CANCEL_BUTTON = "yes:", "cancel"
_FILES = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.DOCUMENT})
_WITHOUT_WORDS = frozenset({Kind.STICKER, Kind.LOCATION, Kind.CONTACT, Kind.POLL, Kind.OTHER})
_UNREAD = Compiled(
    lambda: InboundMessage.objects.filter(
        conversation=Parameter("conversation"), seq__gt=Parameter("after"), seq__lte=Parameter("upto")
    ).order_by("sent_at", "seq")
)
_AGREEING = frozenset("👍👌✅🆗")


@dataclass(frozen=True)
class Heard:
    """The words of one message. `is_edit`: they replace words that were read before: never a yes.

    `was_edited`: they replace words that nobody had read yet: no yes either (R72).
    """

    message_id: int
    seq: int
    text: str
    sent_at: datetime
    quoted_id: str = ""
    button_id: str = ""
    is_edit: bool = False
    was_edited: bool = False
    is_old: bool = False
    """It came late, or before its sender was known: data, and never a yes."""


@dataclass(frozen=True)
class Batch:
    """What was not read yet. `upto` is the last number taken; `version` the conversation's when it was read.

    `notices`: keys of texts about what could not be read. `agreeing_reactions`: ids of the messages with one.
    """

    version: int
    upto: int
    heard: tuple[Heard, ...] = ()
    notices: tuple[str, ...] = ()
    has_unreadable_edit: bool = False
    has_deletion: bool = False
    agreeing_reactions: tuple[str, ...] = ()
    is_from_audio: bool = False
    is_cut: bool = False

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.heard if one.text.strip()]

    @property
    def is_late(self) -> bool:
        return any(one.is_old for one in self.heard)

    @property
    def is_altered(self) -> bool:
        return self.has_unreadable_edit or self.has_deletion

    @property
    def last_id(self) -> int | None:
        return self.heard[-1].message_id if self.heard else None


def list_unread(conversation: Conversation) -> list[InboundMessage]:
    """Return the unread messages of a conversation in order: by the sender's clock, then by arrival."""
    return _UNREAD.all(conversation=conversation.pk, after=conversation.done_seq, upto=conversation.last_seq)


def waits_for_media(messages: Iterable[InboundMessage], conversation: Conversation, now: datetime) -> bool:
    """Whether a voice note is still being fetched, and the cap of the quiet window is not reached (W7)."""
    first = conversation.first_unread_at or now
    pending = any(
        one.kind == Kind.AUDIO and one.media_state == InboundMessage.Media.PENDING for one in messages
    )
    return pending and now < first + MEDIA_CAP


def make_batch(
    conversation: Conversation, messages: list[InboundMessage], transcripts: dict[int, str]
) -> Batch:
    """Return the batch of these messages. `transcripts`: what voice notes say, by the message's id."""
    batch = Batch(conversation.version, conversation.last_seq)
    by_id = {one.provider_message_id: one for one in messages}
    gone = {one.target_id for one in messages if one.kind == Kind.REVOKE}
    edits = {one.target_id: one for one in messages if one.kind == Kind.EDIT and one.has_content}
    for message in messages:
        if message.is_from_firm or message.received_at - message.sent_at > STORED_ONLY_AFTER:
            continue
        if message.kind == Kind.REVOKE:
            batch = replace(batch, has_deletion=batch.has_deletion or message.target_id not in by_id)
        elif message.kind == Kind.EDIT and not message.has_content:
            batch = replace(batch, has_unreadable_edit=True)
        elif message.kind == Kind.REACTION:
            batch = _react(batch, message)
        elif message.provider_message_id not in gone and not (
            message.kind == Kind.EDIT and message.target_id in by_id
        ):
            batch = _hear(batch, message, edits.get(message.provider_message_id), transcripts)
    return _cut(batch)


def _react(batch: Batch, message: InboundMessage) -> Batch:
    if not set(message.text) & _AGREEING:
        return batch
    return replace(batch, agreeing_reactions=(*batch.agreeing_reactions, message.target_id))


def _hear(
    batch: Batch, message: InboundMessage, edit: InboundMessage | None, transcripts: dict[int, str]
) -> Batch:
    """Add one message: its words, or the notice that it has none."""
    text = edit.text if edit is not None else message.text
    if message.kind == Kind.AUDIO:
        return _hear_audio(batch, message, transcripts.get(message.pk, message.transcript))
    if message.kind in _WITHOUT_WORDS:
        return _notice(batch, "T42")
    if message.kind in _FILES and not text.strip():
        return _notice(batch, "T41")
    if message.button_id.startswith(CANCEL_BUTTON):
        text = "cancelar"
    elif message.button_id.startswith(YES_BUTTON):
        text = "sim"
    if not message.has_content or not text.strip():
        return batch
    if message.kind in _FILES:
        batch = _notice(batch, "NO_FILES")
    heard = replace(_heard(message, text), was_edited=edit is not None)
    return replace(batch, heard=(*batch.heard, heard))


def _hear_audio(batch: Batch, message: InboundMessage, transcript: str) -> Batch:
    if (message.media_seconds or 0) > LONGEST_AUDIO:
        return _notice(batch, "T40")
    if not transcript.strip():
        return _notice(batch, "T39")
    return replace(batch, heard=(*batch.heard, _heard(message, transcript)), is_from_audio=True)


def _heard(message: InboundMessage, text: str) -> Heard:
    late = message.received_at - message.sent_at > LATE_AFTER
    return Heard(
        message_id=message.pk,
        seq=message.seq,
        text=text,
        sent_at=message.sent_at,
        quoted_id=message.quoted_id,
        button_id=message.button_id,
        is_edit=message.kind == Kind.EDIT,
        is_old=late or message.came_before_link,
    )


def _notice(batch: Batch, key: str) -> Batch:
    return batch if key in batch.notices else replace(batch, notices=(*batch.notices, key))


def _cut(batch: Batch) -> Batch:
    """Note that words beyond the longest text are not read (W20); the reader cuts them."""
    return replace(batch, is_cut=len("\n".join(batch.texts)) > MAX_CHARACTERS)
