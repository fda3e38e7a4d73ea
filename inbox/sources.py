"""Who may deliver webhooks. Each app registers its source when it is ready; the inbox knows none of them.

A source says who is calling (`authenticate`, and `verify` where the body is signed), which id the sender gave
the delivery (`identify`), and what the delivery means: `add_rows` in the transaction that stores it, the
`kind` of the work that reads it afterwards, or both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.core.exceptions import ImproperlyConfigured

from core.errors import NitroError

MEGABYTE = 1024 * 1024
KEEP_BODY, KEEP_ROW = timedelta(days=30), timedelta(days=180)
Message = dict[str, Any]


class UnknownSender(NitroError):
    """The address or the secret is not one of ours, or none is configured: there is no such page (R16)."""


class BadSignature(NitroError):
    """The signature is missing, old, or not that of this body."""


@dataclass(frozen=True)
class Call:
    """What is known of a call before its body is read. `address`: what follows the source in the path."""

    address: str
    headers: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True)
class Sender:
    """Who delivers. `account`: the account or channel, "" where the sender has one only.

    `row`: what `authenticate` read to know it; `add_rows` gets it and need not read it again.
    """

    account: str = ""
    row: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Received:
    """A delivery as its source reads it. `message` is the body's JSON object; never log either.

    `sender_row`: that of `Sender`; None when the delivery is read later than it came.
    """

    delivery_id: int
    source: str
    account: str
    external_id: str
    headers: Mapping[str, str]
    body: bytes
    message: Message
    received_at: datetime
    sender_row: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery. `reason`: why it was refused, in Portuguese and without personal data."""

    state: Literal["processed", "refused"] = "processed"
    reason: str = ""
    result: dict[str, Any] = field(default_factory=dict)


def no_signature(_call: Call, _body: bytes) -> None:
    """The sender signs nothing: `authenticate` is all there is."""


def no_id(_call: Call, _message: Message) -> str:
    """The sender gives its deliveries no id: each one is a row, and the domain knows what it has seen."""
    return ""


@dataclass(frozen=True)
class Source:
    """One sender of webhooks, at /webhooks/<name>/ and /webhooks/<name>/<address>/.

    name: also stored on each row. title: for operators.
    authenticate(call): the Sender, before the body is read. Raises UnknownSender: 404, no row.
    verify(call, body): checks a signature over the raw body. Raises BadSignature: 400, no row.
    identify(call, message): the sender's id of the delivery, unique per account. "" when it has none.
    add_rows(received): adds the rows that the delivery means, and their work, in the transaction that stores
        it; it talks to nobody outside and bears being called again. The row of the delivery may come last in
        that transaction: refer to its id, do not read it. Returns an Outcome, or None when `kind` will tell.
    kind: work with the payload {"delivery_id"}, whose handler calls inbox.services.open_delivery and
        record_outcome, with on_dead=record_death.
    body_limit: bytes; a longer body is answered 413. headers: those that are kept, never a secret.
    plain_fields: JSON names whose values operators may read; of all others they see the kind and length.
    keep_body, keep_row: how long the body and the row without it are kept (W24).
    """

    name: str
    title: str
    authenticate: Callable[[Call], Sender]
    verify: Callable[[Call, bytes], None] = no_signature
    identify: Callable[[Call, Message], str] = no_id
    add_rows: Callable[[Received], Outcome | None] | None = None
    kind: str | None = None
    body_limit: int = MEGABYTE
    headers: tuple[str, ...] = ()
    plain_fields: frozenset[str] = frozenset()
    keep_body: timedelta = KEEP_BODY
    keep_row: timedelta = KEEP_ROW

    def __post_init__(self) -> None:
        if self.add_rows is None and self.kind is None:
            raise ImproperlyConfigured(f"source {self.name}: add_rows or kind must say what to do")
        if self.keep_row < self.keep_body:
            raise ImproperlyConfigured(f"source {self.name}: a body is not kept longer than its row")


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Accept deliveries of a source from now on."""
    if source.name in _sources:
        raise ImproperlyConfigured(f"two sources named {source.name}")
    _sources[source.name] = source


def find_source(name: str) -> Source | None:
    """Return a registered source."""
    return _sources.get(name)


def list_sources() -> list[Source]:
    """Return every registered source, by title."""
    return sorted(_sources.values(), key=lambda source: source.title)
