"""For the handlers of sources: open a delivery, and note what became of it."""

from django.db import transaction

from inbox.messages import Malformed
from inbox.models import BodyDeleted, Delivery
from inbox.services.accepting import NOT_JSON, end, fail, read_delivery
from inbox.sources import Outcome, Received
from queue_worker.models import WorkItem
from queue_worker.transactions import require_transaction

NO_BODY = "O conteúdo já foi apagado: passou o prazo de guarda."


def open_delivery(*, delivery_id: int) -> Received | None:
    """Return a delivery to be processed; None when it was processed, refused, or has lost its body meanwhile.

    It locks nothing, so that the handler may talk to others before it records.
    """
    delivery = Delivery.objects.filter(pk=delivery_id, state__in=Delivery.OPEN).first()
    if delivery is None:
        return None
    try:
        return read_delivery(delivery)
    except BodyDeleted:
        _refuse(delivery_id, NO_BODY)
    except Malformed:
        _refuse(delivery_id, NOT_JSON)
    return None


def record_outcome(*, delivery_id: int, outcome: Outcome) -> bool:
    """Note the outcome in the caller's transaction, the one of the effects; false when it was noted before.

    The caller then rolls its effects back, or has made them so that twice is once.
    """
    require_transaction("record_outcome")
    delivery = _lock(delivery_id)
    if delivery is None:
        return False
    end(delivery, outcome)
    return True


def record_death(*, delivery_id: int, item: WorkItem) -> None:
    """The `on_dead` of a source's handler: the delivery is shown as failed, with the work's last error."""
    delivery = _lock(delivery_id)
    if delivery is not None:
        fail(delivery, item.last_error or "O trabalho foi cancelado.")


def _refuse(delivery_id: int, reason: str) -> None:
    with transaction.atomic(durable=True):
        record_outcome(delivery_id=delivery_id, outcome=Outcome("refused", reason))


def _lock(delivery_id: int) -> Delivery | None:
    rows = Delivery.objects.select_for_update().defer("body")
    return rows.filter(pk=delivery_id, state__in=Delivery.OPEN).first()
