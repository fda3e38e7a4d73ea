"""What a delivery sets going, in the transaction that stores it or has it processed again."""

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from core.masking import mask_text
from inbox.messages import Malformed, parse_message
from inbox.models import Delivery
from inbox.sources import Outcome, Received, Source
from queue_worker.services import enqueue

log = structlog.get_logger(__name__)

REASON_LENGTH = 300
NOT_JSON = "O conteúdo não é um objeto JSON."


def accept(delivery: Delivery, source: Source) -> None:
    """Add the source's rows and work for a stored delivery whose row the caller holds, and save the row.

    A fault in the source's own code keeps the delivery, as failed, for an operator to replay: the sender
    would give up before anybody has mended it. Raises OperationalError: the database must be asked again.
    """
    try:
        received = read_delivery(delivery)
    except Malformed:
        end(delivery, Outcome("refused", NOT_JSON))
        return
    outcome = _add_rows(delivery, source, received)
    if outcome is not None:
        end(delivery, outcome)
    elif delivery.state == Delivery.State.RECEIVED:
        enqueue_work(delivery, source)


def enqueue_work(delivery: Delivery, source: Source) -> None:
    """Ask for the work of a delivery; asked for while it waits, it is moved to now."""
    if source.kind is not None:
        enqueue(kind=source.kind, payload={"delivery_id": delivery.pk}, dedupe_key=str(delivery.pk))


def read_delivery(delivery: Delivery) -> Received:
    """Return what a source reads of a row. Raises Malformed, BodyDeleted, DecryptionFailed."""
    body = delivery.open_body()
    return Received(
        delivery_id=delivery.pk,
        source=delivery.source,
        account=delivery.account,
        external_id=delivery.external_id,
        headers=delivery.headers,
        body=body,
        message=parse_message(body),
        received_at=delivery.received_at,
    )


def end(delivery: Delivery, outcome: Outcome) -> None:
    """Note what became of a delivery whose row the caller holds."""
    delivery.state = Delivery.State(outcome.state)
    delivery.reason = mask_text(outcome.reason)[:REASON_LENGTH]
    delivery.result = outcome.result
    delivery.processed_at = timezone.now()
    delivery.save(update_fields=["state", "reason", "result", "processed_at"])
    log.info("delivery_ended", delivery_id=delivery.pk, source=delivery.source, state=outcome.state)


def fail(delivery: Delivery, reason: str) -> None:
    """Note that nothing could be done with a delivery whose row the caller holds."""
    delivery.state = Delivery.State.FAILED
    delivery.reason = mask_text(reason)[:REASON_LENGTH]
    delivery.processed_at = timezone.now()
    delivery.save(update_fields=["state", "reason", "processed_at"])
    log.warning("delivery_failed", delivery_id=delivery.pk, source=delivery.source)


def _add_rows(delivery: Delivery, source: Source, received: Received) -> Outcome | None:
    if source.add_rows is None:
        return None
    try:
        with transaction.atomic():
            return source.add_rows(received) or (None if source.kind else Outcome())
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("delivery_not_understood", delivery_id=delivery.pk, source=delivery.source)
        fail(delivery, f"Falha do Nitro ao tratar: {type(error).__name__}.")
        return None
