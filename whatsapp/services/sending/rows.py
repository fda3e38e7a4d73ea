"""What the steps of sending share: the run's moment, the states, and the end of a message."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from whatsapp.models import OutboundMessage
from whatsapp.services.outbox import WAITING
from whatsapp.services.receipts import tell_undelivered

State = OutboundMessage.State
DEAD_AFTER = timedelta(hours=24)
TOO_LATE = "Não foi possível enviar em 24 horas."
NOT_KNOWN = "Envio sem resposta; conferindo."


@dataclass(frozen=True)
class Clock:
    """The run's moment, moved by the time that the run itself takes, on the clock that everything goes by."""

    now: datetime
    started: datetime

    def read(self) -> datetime:
        return self.now + (timezone.now() - self.started)


def lock_message(row: OutboundMessage) -> OutboundMessage:
    """Lock a message, with its conversation, inside the caller's transaction."""
    rows = OutboundMessage.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("conversation").get(pk=row.pk)


def end_message(row: OutboundMessage, state: OutboundMessage.State, why: str, now: datetime) -> None:
    """End a locked message that waits, and tell the firm; one that was settled meanwhile stays as it is."""
    if row.state not in WAITING:
        return
    row.state, row.error, row.ended_at = state, why, now
    row.save(update_fields=["state", "error", "ended_at"])
    tell_undelivered(row)
