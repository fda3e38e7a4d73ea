"""Sending what waits in one conversation, in order, each message once (W19, R81; celery-redis.md 6).

One work item sends for one conversation at a time. What is found "sending" at its start was left by a run
that died: its outcome is unknown. An unknown outcome is asked for before anything is sent again, and that is
done once. A message that cannot go now holds the later ones for two minutes; then they are tried, each time
after what stands before them, so that the order is kept when a whole channel comes back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from core.compiled import Compiled, Parameter
from core.errors import NitroError, Refused, Unavailable, Unknown, Unreadable
from nfse.models import Invoice
from nfse.services.notes.pictures import read_picture
from queue_worker.errors import Snooze
from queue_worker.policy import Backoff
from queue_worker.work import Work
from whatsapp.gateways.transport import Document, Messenger, NotOnWhatsApp, Sent, Window
from whatsapp.gateways.transports import open_messenger
from whatsapp.models import Channel, Conversation, OutboundMessage
from whatsapp.services.credentials import credentials_of
from whatsapp.services.outbox import WAITING, ring_sending
from whatsapp.services.receipts import adopt, catch_up, is_same, name_file, tell_undelivered

log = structlog.get_logger(__name__)
State = OutboundMessage.State
HELD_BY_ONE = timedelta(minutes=2)
ASK_AFTER, ASK_AGAIN, NOT_FOUND_AFTER = timedelta(seconds=3), timedelta(seconds=15), timedelta(seconds=60)
DEAD_AFTER = timedelta(hours=24)
CLOCK_SLACK = timedelta(minutes=2)
SECONDS_OF_ONE_SEND = 45.0
_READ_CONVERSATION = Compiled(
    lambda: Conversation.objects.select_related("channel").defer("channel__qr").filter(pk=Parameter("pk"))
)
_LOCK_WAITING = Compiled(
    lambda: (
        OutboundMessage.objects.select_for_update(no_key=True, of=("self",))
        .filter(conversation=Parameter("conversation"), state__in=WAITING)
        .order_by("seq")
    )
)
_WAITS = Backoff(first=4, factor=2, cap=120)
NOT_SENT, NOT_KNOWN = "O WhatsApp não aceitou o envio; tentamos de novo.", "Envio sem resposta; conferindo."
NO_ACCOUNT, REFUSED = "O número não tem conta no WhatsApp.", "O envio foi recusado pelo servidor do WhatsApp."
NO_FILE = "O arquivo da nota ainda não pode ser lido; tentamos de novo."
TOO_LATE = "Não foi possível enviar em 24 horas."
NEVER_FOUND = "Enviada duas vezes sem confirmação do WhatsApp."


@dataclass(frozen=True)
class Clock:
    """The run's moment, moved by the time that the run itself takes, on the clock that everything goes by."""

    now: datetime
    started: datetime

    def read(self) -> datetime:
        return self.now + (timezone.now() - self.started)


def send_waiting(*, conversation_id: int, work: Work, now: datetime) -> dict[str, int]:
    """Send what waits in a conversation and return how many messages left.

    Raises Snooze while something waits for its time, LeaseLost.
    """
    clock = Clock(now, timezone.now())
    conversation = _read_conversation(conversation_id)
    count, tried = 0, set[int]()
    while True:
        if not _is_connected(conversation.channel):
            return {"sent": count}  # it is rung again when the channel connects
        row, waiting = _take_next(conversation_id, tried, clock.read())
        if row is None:
            _snooze_or_stop(waiting, clock.read())
            return {"sent": count}
        if work.seconds_left < SECONDS_OF_ONE_SEND:
            _go_on_later(conversation, clock.read())
            return {"sent": count}
        work.check()
        tried.add(row.pk)
        messenger = open_messenger(credentials_of(conversation.channel))
        if row.state == State.UNKNOWN:
            if _settle_unknown(row, messenger, clock):
                tried.discard(row.pk)
        elif _send(row, conversation.address, messenger, clock):
            count += 1
            if waiting == [row]:
                return {"sent": count}  # what was put meanwhile has an item of its own
        conversation = _read_conversation(conversation_id)


def _read_conversation(conversation_id: int) -> Conversation:
    found = _READ_CONVERSATION.first(pk=conversation_id)
    if found is None:
        raise Conversation.DoesNotExist
    return found


def _is_connected(channel: Channel) -> bool:
    return channel.state == Channel.State.CONNECTED and channel.deleted_at is None


def _take_next(
    conversation_id: int, tried: set[int], now: datetime
) -> tuple[OutboundMessage | None, list[OutboundMessage]]:
    """Return the message to deal with now, if there is one, and all that wait.

    It is one that is unknown, or one that is marked as being sent.
    """
    with transaction.atomic(durable=True):
        rows = _LOCK_WAITING.all(conversation=conversation_id)
        waiting = [row for row in rows if not _has_died(row, now)]
        for row in waiting:
            if row.state == State.SENDING:
                _doubt(row, now)
        untried = _list_untried(waiting, tried, now)
        if not any(_is_due(row, now) for row in untried):
            return None, waiting
        row = untried[0]
        if row.state == State.PENDING:
            _mark_sending(row, now)
        return row, waiting


def _doubt(row: OutboundMessage, now: datetime) -> None:
    """What an earlier run was sending when it died may have left (contract: unknown, never pending)."""
    row.state, row.error, row.unknown_at, row.next_try_at = State.UNKNOWN, NOT_KNOWN, now, now
    row.save(update_fields=["state", "error", "unknown_at", "next_try_at"])


def _list_untried(waiting: list[OutboundMessage], tried: set[int], now: datetime) -> list[OutboundMessage]:
    """Return what may be tried in this run, up to the first message that holds all later ones."""
    found = []
    for row in waiting:
        if row.pk not in tried and (_is_due(row, now) or _is_passed_by(row, now)):
            found.append(row)
        if not _is_passed_by(row, now) and (row.pk in tried or not _is_due(row, now)):
            break
    return found


def _has_died(row: OutboundMessage, now: datetime) -> bool:
    if now - row.created_at <= DEAD_AFTER or row.state != State.PENDING:
        return False
    _end(row, State.DEAD, TOO_LATE, now)
    return True


def _is_due(row: OutboundMessage, now: datetime) -> bool:
    return row.next_try_at is None or row.next_try_at <= now


def _is_passed_by(row: OutboundMessage, now: datetime) -> bool:
    """Whether a message has held the later ones long enough."""
    return row.first_tried_at is not None and now - row.first_tried_at >= HELD_BY_ONE


def _mark_sending(row: OutboundMessage, now: datetime) -> None:
    row.state, row.tried_at, row.attempts = State.SENDING, now, row.attempts + 1
    row.first_tried_at = row.first_tried_at or now
    row.save(update_fields=["state", "tried_at", "attempts", "first_tried_at"])


def _snooze_or_stop(waiting: Iterable[OutboundMessage], now: datetime) -> None:
    """Raise Snooze until the next message may be tried, or until a held one has held long enough."""
    moments = list(_moments(waiting, now))
    if moments:
        raise Snooze(max(0.5, (min(moments) - now).total_seconds()), "messages wait for their time")


def _moments(waiting: Iterable[OutboundMessage], now: datetime) -> Iterable[datetime]:
    """Return when something can be done next: a message's time, or the end of the hold of the rest."""
    for row in waiting:
        yield row.next_try_at or now
        if not _is_passed_by(row, now):
            if row.first_tried_at is not None:
                yield row.first_tried_at + HELD_BY_ONE
            return


def _go_on_later(conversation: Conversation, now: datetime) -> None:
    """Hand a message that was taken back, and let a new item go on: this run has no time left."""
    with transaction.atomic(durable=True):
        OutboundMessage.objects.filter(conversation=conversation.pk, state=State.SENDING).update(
            state=State.PENDING, next_try_at=now
        )
        ring_sending(conversation.pk, conversation.channel_id)


def _send(row: OutboundMessage, address: str, messenger: Messenger, clock: Clock) -> bool:
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


class _FileNotReadable(NitroError):
    """The note's file is not there yet: nothing was sent."""


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
            adopt(_lock(row), sent.message_id, now)
    log.info("message_sent", message_id=row.pk, attempts=row.attempts)


def _note_unknown(row: OutboundMessage, now: datetime) -> None:
    """Note that the answer was lost, unless an echo has told the outcome meanwhile."""
    with transaction.atomic(durable=True):
        row = _lock(row)
        if row.state == State.SENDING:
            row.state, row.error = State.UNKNOWN, NOT_KNOWN
            row.unknown_at, row.next_try_at = now, now + ASK_AFTER
            row.save(update_fields=["state", "error", "unknown_at", "next_try_at"])
    log.warning("message_unknown", message_id=row.pk)


def _put_back(row: OutboundMessage, why: str, now: datetime, seconds: float | None = None) -> None:
    wait = seconds if seconds is not None else _WAITS.seconds(row.attempts)
    with transaction.atomic(durable=True):
        row = _lock(row)
        if row.state == State.SENDING:
            row.state, row.error, row.next_try_at = State.PENDING, why, now + timedelta(seconds=wait)
            row.save(update_fields=["state", "error", "next_try_at"])
    log.warning("message_not_sent", message_id=row.pk, attempts=row.attempts)


def _refuse(row: OutboundMessage, why: str, clock: Clock) -> None:
    """A refusal is for good: no other spelling of the number is tried, nothing is sent again (463)."""
    with transaction.atomic(durable=True):
        _end(_lock(row), State.FAILED, why, clock.read())
    log.error("message_refused", message_id=row.pk)


def _end(row: OutboundMessage, state: OutboundMessage.State, why: str, now: datetime) -> None:
    if row.state not in WAITING:
        return
    row.state, row.error, row.ended_at = state, why, now
    row.save(update_fields=["state", "error", "ended_at"])
    tell_undelivered(row)


def _settle_unknown(row: OutboundMessage, messenger: Messenger, clock: Clock) -> bool:
    """Ask whether a message left. Not found for 60 s, it is to be sent again, once, and now: True."""
    asked_from = (row.first_tried_at or row.created_at) - CLOCK_SLACK
    try:
        found = _find_sent(row, messenger, Window(asked_from, clock.read() + CLOCK_SLACK))
    except (Unavailable, Unknown, Unreadable, Refused) as error:
        log.warning("unknown_not_asked", message_id=row.pk, error=type(error).__name__)
        _ask_again(row, clock.read())
        return False
    now = clock.read()
    with transaction.atomic(durable=True):
        row = _lock(row)
        if row.state != State.UNKNOWN:
            return False
        if found:
            adopt(row, found, now)
        elif now - (row.unknown_at or now) < NOT_FOUND_AFTER:
            _wait_to_ask(row, now)
        elif row.is_resent:
            _end(row, State.DEAD, NEVER_FOUND, now)
        else:
            row.state, row.is_resent, row.next_try_at, row.unknown_at = State.PENDING, True, now, None
            row.save(update_fields=["state", "is_resent", "next_try_at", "unknown_at"])
            return True
    return False


def _ask_again(row: OutboundMessage, now: datetime) -> None:
    with transaction.atomic(durable=True):
        row = _lock(row)
        if row.state != State.UNKNOWN:
            return
        if now - row.created_at > DEAD_AFTER:
            _end(row, State.DEAD, TOO_LATE, now)
        else:
            _wait_to_ask(row, now)


def _wait_to_ask(row: OutboundMessage, now: datetime) -> None:
    row.next_try_at = now + ASK_AGAIN
    row.save(update_fields=["next_try_at"])


def _find_sent(row: OutboundMessage, messenger: Messenger, window: Window) -> str:
    """Return the id under which the transport has a message, "" when it has none that is not another's."""
    for echo in messenger.list_sent(window):
        taken = OutboundMessage.objects.filter(
            channel=row.channel_id, provider_message_id=echo.message_id
        ).exclude(pk=row.pk)
        if is_same(row, echo) and not taken.exists():
            return echo.message_id
    return ""


def _lock(row: OutboundMessage) -> OutboundMessage:
    rows = OutboundMessage.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("conversation").get(pk=row.pk)


def ring_lost_sendings(*, now: datetime) -> int:
    """Enqueue the sending of what is due on a connected channel, and return how many conversations that is.

    It makes certain what other steps ring for: a channel that connected, a worker that died, a dead item.
    """
    due = OutboundMessage.objects.filter(
        state__in=WAITING,
        created_at__lt=now - timedelta(seconds=30),
        channel__state=Channel.State.CONNECTED,
        channel__deleted_at=None,
    ).exclude(next_try_at__gt=now)
    found = list(
        due.values_list("conversation_id", "channel_id").distinct().order_by("conversation_id")[:500]
    )
    with transaction.atomic(durable=True):
        for conversation_id, channel_id in found:
            ring_sending(conversation_id, channel_id)
    return len(found)
