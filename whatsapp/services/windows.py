"""The quiet window: a person writes in pieces, and is answered once (W7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from whatsapp.transport.events import Content, MessageKind
from whatsapp.vocabulary.answers import Answer, read_answer
from whatsapp.vocabulary.commands import find_command

AFTER_TEXT, AFTER_MEDIA, CAP = timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)
_MEDIA = frozenset({MessageKind.AUDIO, MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT})


@dataclass(frozen=True)
class Moment:
    """When a conversation is read: at `run_after`, moved by later messages to `postpone_until` at most."""

    run_after: datetime
    postpone_until: datetime | None


def find_moment(content: Content, received_at: datetime) -> Moment:
    """Return when a message is to be read. A plain yes waits too: "sim" + "espera" are read together."""
    if is_urgent(content):
        return Moment(received_at, None)
    quiet = AFTER_MEDIA if content.kind in _MEDIA else AFTER_TEXT
    return Moment(received_at + quiet, received_at + CAP)


def is_urgent(content: Content) -> bool:
    """Whether a message needs no quiet window: a button, a command as a whole message, or cancel."""
    if content.button_id:
        return True
    if content.kind is not MessageKind.TEXT:
        return False
    return (
        find_command(content.text) is not None or read_answer(content.text, at_mirror=False) is Answer.CANCEL
    )
