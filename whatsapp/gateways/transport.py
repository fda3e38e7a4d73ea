"""What Nitro asks of a WhatsApp transport, whichever it is (W2).

The Evolution API is the first; the official Cloud API fits behind the same classes (its differences are told
in contracts/whatsapp/cloud-api.md 10): it has no link to keep, and finds a lost send by our own reference.
Its webhooks are read already (`whatsapp.transport.cloud`), into the same events.

Every call raises one of three errors of core.errors: Refused (permanent), Unavailable (certainly not done),
Unknown (sent, no answer: ask `find_sent` before repeating).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import Refused
from whatsapp.transport.events import Event, LinkChanged, SendEchoed


class NotOnWhatsApp(Refused):
    """The address has no account: this message cannot reach anybody."""

    message = "O WhatsApp diz que este número não tem conta."


class MediaGone(Refused):
    """The file cannot be had any more, or is no file: the person must send it again."""

    message = "O arquivo não está mais disponível no WhatsApp."


class TooManyMessages(Refused):
    """A window holds more messages than are read at once: ask for a shorter one."""


@dataclass(frozen=True)
class Credentials:
    """How one channel is reached. `channel_id` names breaker and log lines; the rest is secret."""

    channel_id: int
    instance_name: str
    token: str

    def __repr__(self) -> str:
        return f"<Credentials of channel {self.channel_id}>"


@dataclass(frozen=True)
class Document:
    """A file to send. The name's ending decides the type."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Sent:
    """The transport took a message; it is not delivered yet."""

    message_id: str


@dataclass(frozen=True)
class FetchedMedia:
    """The bytes of a received file, and the type that the transport names."""

    content: bytes
    mime_type: str


@dataclass(frozen=True)
class Window:
    """A span of time in which something is looked for."""

    since: datetime
    until: datetime


class Messenger(ABC):
    """Sends messages of one channel, and reads back what was lost."""

    @abstractmethod
    def send_text(self, address: str, text: str) -> Sent:
        """Send a text once. Raises NotOnWhatsApp, Refused, Unavailable, Unknown."""

    @abstractmethod
    def send_document(self, address: str, document: Document, caption: str = "") -> Sent:
        """Send a file once. Raises as `send_text`."""

    @abstractmethod
    def show_typing(self, address: str, seconds: float) -> None:
        """Let the person see that an answer is being written. Its failure matters to nobody."""

    @abstractmethod
    def list_sent(self, window: Window) -> Iterator[SendEchoed]:
        """Return our own messages of a window, newest first. Raises Unavailable, Refused."""

    @abstractmethod
    def list_received(self, window: Window) -> Iterator[tuple[dict[str, Any], Event]]:
        """Return the messages of others of a window, newest first, each as it came and as what it means.

        Raises Unavailable, Refused, TooManyMessages.
        """

    @abstractmethod
    def fetch_media(self, data: dict[str, Any]) -> FetchedMedia:
        """Return the file of a received message, given as it came. Raises MediaGone, Unavailable."""


class Linked(ABC):
    """A transport whose number is linked by a QR and may lose its link."""

    @abstractmethod
    def create(self, webhook_url: str, secret: str) -> str:
        """Make the instance and return its first QR, "" when it comes later. Doing it twice is once."""

    @abstractmethod
    def connect(self) -> str:
        """Ask for a QR and return it; "" when it comes by webhook, or the number is linked already."""

    @abstractmethod
    def ask_link(self, *, with_number: bool = False) -> LinkChanged:
        """Return how the number stands. with_number: and which it is, where that can be had."""

    @abstractmethod
    def restart(self) -> None:
        """Start the connection anew, with the same link."""

    @abstractmethod
    def log_out(self) -> None:
        """End the link: a new QR is needed. Doing it twice is once."""

    @abstractmethod
    def delete(self) -> None:
        """Remove the instance. Doing it twice is once."""
