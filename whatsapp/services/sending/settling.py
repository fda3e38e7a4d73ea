"""An unknown outcome is asked for before anything is sent again, and that is done once (R81)."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from core.errors import Refused, Unavailable, Unknown, Unreadable
from whatsapp.gateways.transport import Messenger, Window
from whatsapp.models import OutboundMessage
from whatsapp.services.receipts import adopt, is_same
from whatsapp.services.sending.rows import DEAD_AFTER, TOO_LATE, Clock, State, end_message, lock_message

log = structlog.get_logger(__name__)
ASK_AGAIN, NOT_FOUND_AFTER = timedelta(seconds=15), timedelta(seconds=60)
CLOCK_SLACK = timedelta(minutes=2)
NEVER_FOUND = "Enviada duas vezes sem confirmação do WhatsApp."


def settle_unknown(row: OutboundMessage, messenger: Messenger, clock: Clock) -> bool:
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
        row = lock_message(row)
        if row.state != State.UNKNOWN:
            return False
        if found:
            adopt(row, found, now)
        elif now - (row.unknown_at or now) < NOT_FOUND_AFTER:
            _wait_to_ask(row, now)
        elif row.is_resent:
            end_message(row, State.DEAD, NEVER_FOUND, now)
        else:
            row.state, row.is_resent, row.next_try_at, row.unknown_at = State.PENDING, True, now, None
            row.save(update_fields=["state", "is_resent", "next_try_at", "unknown_at"])
            return True
    return False


def _ask_again(row: OutboundMessage, now: datetime) -> None:
    with transaction.atomic(durable=True):
        row = lock_message(row)
        if row.state != State.UNKNOWN:
            return
        if now - row.created_at > DEAD_AFTER:
            end_message(row, State.DEAD, TOO_LATE, now)
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
