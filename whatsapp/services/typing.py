"""The person sees that an answer is being written, when it takes more than three seconds (W19)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from core.errors import ProviderError
from whatsapp.gateways.transport import Messenger
from whatsapp.gateways.transports import open_messenger
from whatsapp.models import Channel, Conversation
from whatsapp.services.credentials import credentials_of

log = structlog.get_logger(__name__)
AFTER_SECONDS, SHOWN_SECONDS = 3.0, 5.0


@contextmanager
def typing_while_slow(conversation: Conversation, *, after: float = AFTER_SECONDS) -> Iterator[None]:
    """Show "digitando…" if what runs inside takes longer than `after` seconds; its failure matters to nobody.

    `conversation` has its channel loaded. Nothing is shown while a person of the firm answers.
    """
    channel = conversation.channel
    if conversation.handed_off_at is not None or channel.state != Channel.State.CONNECTED:
        yield
        return
    timer = threading.Timer(after, _show, [open_messenger(credentials_of(channel)), conversation.address])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _show(messenger: Messenger, address: str) -> None:
    try:
        messenger.show_typing(address, SHOWN_SECONDS)
    except ProviderError as error:
        log.info("typing_not_shown", error=type(error).__name__)
