"""What a webhook of any transport can mean. Frozen values; ids and addresses are the sender's words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from whatsapp.transport.addresses import Address


class MessageKind(StrEnum):
    TEXT = "text"
    AUDIO = "audio"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    POLL = "poll"
    ALBUM = "album"
    REACTION = "reaction"
    EDIT = "edit"
    REVOKE = "revoke"
    UNKNOWN = "unknown"
    """No content yet: it may come later under the same id (6.4)."""
    OTHER = "other"


@dataclass(frozen=True)
class Media:
    """What is said of a file that was sent. All of it is the sender's word; `size` is in bytes."""

    mime_type: str = ""
    size: int | None = None
    seconds: int | None = None
    file_name: str = ""
    is_voice: bool = False


@dataclass(frozen=True)
class Content:
    """What a message says. `has_content` is false for an empty message and for an edit that nobody can read.

    `text`: text, caption, or a reaction's emoji ("" takes it back). `quoted_id`: refines, is never required.
    `target_id`: the original of an edit or a deletion, or the message reacted to.
    """

    kind: MessageKind
    text: str = ""
    has_content: bool = True
    button_id: str = ""
    quoted_id: str = ""
    target_id: str = ""
    media: Media | None = None


@dataclass(frozen=True)
class MessageCame:
    """A message in a chat with one person.

    `addresses`: every identity of the person that the message names, the one to answer to first.
    `sent_at`: the sender's clock in whole seconds; None when it is not readable.
    `is_from_firm`: somebody of the firm typed it on the phone; nothing is learned from its addresses.
    `message_id` is made here ("edit:…", "revoke:…") where an edit or a deletion has none of its own.
    """

    message_id: str
    addresses: tuple[Address, ...]
    content: Content
    sent_at: datetime | None
    name: str = ""
    is_from_firm: bool = False
    is_second_trace: bool = False
    """The same edit told again: it counts only when the first telling was lost (7.3)."""


@dataclass(frozen=True)
class SendEchoed:
    """Our own send, told by the transport (or found by asking it)."""

    message_id: str
    address: Address | None
    text: str
    file_name: str
    sent_at: datetime | None


class Delivery(StrEnum):
    """How far a message of ours has come. Only forward; steps are skipped and repeated."""

    REFUSED = "refused"
    PENDING = "pending"
    SERVER = "server"
    PHONE = "phone"
    READ = "read"


@dataclass(frozen=True)
class DeliveryMoved:
    """A message of ours went on, or was refused. It is found by its id alone: the address may be hidden.

    `reason` is the transport's code of a refusal. `reference` is our own word for the message, where the
    transport carries one: it finds a message whose send had no answer.
    """

    message_id: str
    delivery: Delivery
    reason: str = ""
    reference: str = ""


class Link(StrEnum):
    """How a number stands with WhatsApp, as the transport says it."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSED = "closed"
    """Logged out, removed or banned: a new QR is needed."""
    INTERRUPTED = "interrupted"
    """Closed for a moment; the transport reconnects by itself."""
    QR_SPENT = "qr_spent"
    """Nobody scanned the QR in time; a new attempt must be asked for."""


@dataclass(frozen=True)
class LinkChanged:
    """The channel's connection changed. `stamp` orders the events of one sender and is no real time (5)."""

    link: Link
    reason: str = ""
    number: str = ""
    stamp: datetime | None = None


@dataclass(frozen=True)
class QrShown:
    """A QR to scan. `picture` is a data: URL; whoever scans it owns the session: never log it."""

    picture: str
    stamp: datetime | None = None


@dataclass(frozen=True)
class Ignored:
    """Understood, and nothing to do. `why` is one of a few words, counted."""

    why: str


@dataclass(frozen=True)
class Unreadable:
    """Authentic, and not what it should be: kept as it came, counted, never answered."""

    why: str


@dataclass(frozen=True)
class IdentityChanged:
    """A person has another number or id (Cloud API alone): no yes counts before it is known again."""

    message_id: str
    before: tuple[Address, ...]
    after: tuple[Address, ...]


@dataclass(frozen=True)
class ErrorTold:
    """The transport told of an error that is of no message (Cloud API alone). `code` says which."""

    code: str


Event = MessageCame | SendEchoed | DeliveryMoved | LinkChanged | QrShown | Ignored | Unreadable
