"""Which message is next: in order, and none is held longer than two minutes by one that cannot go (W19)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from core.compiled import Compiled, Parameter
from queue_worker.errors import Snooze
from whatsapp.models import OutboundMessage
from whatsapp.services.outbox import WAITING
from whatsapp.services.sending.rows import DEAD_AFTER, NOT_KNOWN, TOO_LATE, State, end_message

HELD_BY_ONE = timedelta(minutes=2)
_LOCK_WAITING = Compiled(
    lambda: (
        OutboundMessage.objects.select_for_update(no_key=True, of=("self",))
        .filter(conversation=Parameter("conversation"), state__in=WAITING)
        .order_by("seq")
    )
)


def take_next(
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


def snooze_or_stop(waiting: Iterable[OutboundMessage], now: datetime) -> None:
    """Raise Snooze until the next message may be tried, or until a held one has held long enough."""
    moments = list(_moments(waiting, now))
    if moments:
        raise Snooze(max(0.5, (min(moments) - now).total_seconds()), "messages wait for their time")


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
    end_message(row, State.DEAD, TOO_LATE, now)
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


def _moments(waiting: Iterable[OutboundMessage], now: datetime) -> Iterable[datetime]:
    """Return when something can be done next: a message's time, or the end of the hold of the rest."""
    for row in waiting:
        yield row.next_try_at or now
        if not _is_passed_by(row, now):
            if row.first_tried_at is not None:
                yield row.first_tried_at + HELD_BY_ONE
            return
