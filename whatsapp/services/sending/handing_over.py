"""One message is handed to the transport, once, and what came of it is noted (R81; celery-redis.md 6)."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from core.errors import NitroError, Refused, Unavailable, Unknown, Unreadable
from nfse.models import Invoice
from nfse.services.notes.pictures import read_picture
from queue_worker.policy import Backoff
from whatsapp.gateways.transport import Document, Messenger, NotOnWhatsApp, Sent
from whatsapp.models import OutboundMessage
from whatsapp.services.receipts import adopt, catch_up, name_file
from whatsapp.services.sending.rows import NOT_KNOWN, Clock, State, end_message, lock_message

log = structlog.get_logger(__name__)
ASK_AFTER = timedelta(seconds=3)
_WAITS = Backoff(first=4, factor=2, cap=120)
NOT_SENT = "O WhatsApp não aceitou o envio; tentamos de novo."
NO_ACCOUNT, REFUSED = "O número não tem conta no WhatsApp.", "O envio foi recusado pelo servidor do WhatsApp."
NO_FILE = "O arquivo da nota ainda não pode ser lido; tentamos de novo."


class _FileNotReadable(NitroError):
    """The note's file is not there yet: nothing was sent."""


def send_message(row: OutboundMessage, address: str, messenger: Messenger, clock: Clock) -> bool:
    """Send one message once and note what came of it; return whether the transport took it."""
    try:
        sent = _hand_over(row, address, messenger)
    except NotOnWhatsApp:
        _refuse(row, NO_ACCOUNT, clock)
    except Refused:
        _refuse(row, REFUSED, clock)
    except (Unknown, Unreadable):
        _note_unknown(row, clock.read())
    except Unavailable as error:
        _put_back(row, NOT_SENT, clock.read(), error.retry_after)
    except NitroError as error:
        log.warning("document_not_readable", message_id=row.pk, error=type(error).__name__)
        _put_back(row, NO_FILE, clock.read())
    else:
        _note_sent(row, sent, clock.read())
        return True
    return False


def _hand_over(row: OutboundMessage, address: str, messenger: Messenger) -> Sent:
    if row.kind == OutboundMessage.Kind.TEXT:
        return messenger.send_text(address, row.text)
    document = _read_document(row)
    return messenger.send_document(address, document, row.text)


def _read_document(row: OutboundMessage) -> Document:
    """Return the note's file. Raises _FileNotReadable: certainly nothing was sent."""
    invoice = Invoice.objects.get(pk=row.invoice_id)
    try:
        content = read_picture(invoice.request_id) if row.file == OutboundMessage.File.PDF else invoice.xml
    except NitroError as error:
        raise _FileNotReadable(detail=type(error).__name__) from error
    if not content:
        raise _FileNotReadable(detail="empty")
    return Document(name_file(row), content)


def _note_sent(row: OutboundMessage, sent: Sent, now: datetime) -> None:
    """Note that the transport has a message: one statement, unless an echo or a receipt was faster."""
    untouched = OutboundMessage.objects.filter(pk=row.pk, state=State.SENDING, provider_message_id="")
    if untouched.update(
        state=State.SENT,
        provider_message_id=sent.message_id,
        sent_at=now,
        error="",
        next_try_at=None,
        unknown_at=None,
    ):
        catch_up(row.channel_id, sent.message_id, now)
    else:
        with transaction.atomic(durable=True):
            adopt(lock_message(row), sent.message_id, now)
    log.info("message_sent", message_id=row.pk, attempts=row.attempts)


def _note_unknown(row: OutboundMessage, now: datetime) -> None:
    """Note that the answer was lost, unless an echo has told the outcome meanwhile."""
    with transaction.atomic(durable=True):
        row = lock_message(row)
        if row.state == State.SENDING:
            row.state, row.error = State.UNKNOWN, NOT_KNOWN
            row.unknown_at, row.next_try_at = now, now + ASK_AFTER
            row.save(update_fields=["state", "error", "unknown_at", "next_try_at"])
    log.warning("message_unknown", message_id=row.pk)


def _put_back(row: OutboundMessage, why: str, now: datetime, seconds: float | None = None) -> None:
    wait = seconds if seconds is not None else _WAITS.seconds(row.attempts)
    with transaction.atomic(durable=True):
        row = lock_message(row)
        if row.state == State.SENDING:
            row.state, row.error, row.next_try_at = State.PENDING, why, now + timedelta(seconds=wait)
            row.save(update_fields=["state", "error", "next_try_at"])
    log.warning("message_not_sent", message_id=row.pk, attempts=row.attempts)


def _refuse(row: OutboundMessage, why: str, clock: Clock) -> None:
    """A refusal is for good: no other spelling of the number is tried, nothing is sent again (463)."""
    with transaction.atomic(durable=True):
        end_message(lock_message(row), State.FAILED, why, clock.read())
    log.error("message_refused", message_id=row.pk)
