"""What a delivery sets going, in the transaction that stores it or has it processed again."""

from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from core.masking import mask_text
from inbox.messages import parse_message
from inbox.models import Delivery
from inbox.sources import Message, Outcome, Received, Source
from queue_worker.services import enqueue

log = structlog.get_logger(__name__)

REASON_LENGTH = 300
NOT_JSON = "O conteúdo não é um objeto JSON."


class NotUnderstood(Exception):
    """The source's own code failed: what it wrote must be rolled back, and the delivery kept as failed."""

    def __init__(self, error: Exception) -> None:
        self.reason = f"Falha do Nitro ao tratar: {type(error).__name__}."
        super().__init__(self.reason)


def accept(delivery: Delivery, source: Source, received: Received | None) -> None:
    """Add the source's rows and work for a delivery, and save the row with what became of it.

    A new delivery is inserted here, once and as it ends; else the caller holds the row. `received`: what the
    source reads; None: the body is no JSON object.

    Raises NotUnderstood: the caller rolls back and keeps the delivery, as failed, for an operator to replay:
    the sender would give up before anybody has mended the fault. Raises OperationalError, InterfaceError: the
    database must be asked again.
    """
    outcome = Outcome("refused", NOT_JSON) if received is None else _add_rows(source, received)
    if outcome is not None:
        end(delivery, outcome)
        return
    if delivery._state.adding:
        delivery.save(force_insert=True)
    if delivery.state == Delivery.State.RECEIVED:
        enqueue_work(delivery, source)


def enqueue_work(delivery: Delivery, source: Source) -> None:
    """Ask for the work of a delivery; asked for while it waits, it is moved to now."""
    if source.kind is not None:
        enqueue(kind=source.kind, payload={"delivery_id": delivery.pk}, dedupe_key=str(delivery.pk))


def read_delivery(delivery: Delivery) -> Received:
    """Return what a source reads of a row. Raises Malformed, BodyDeleted, DecryptionFailed."""
    body = delivery.open_body()
    return describe(delivery, body, parse_message(body))


def describe(delivery: Delivery, body: bytes, message: Message, sender_row: Any = None) -> Received:
    """Return what a source reads of a delivery whose body was read and parsed."""
    return Received(
        delivery_id=delivery.pk,
        source=delivery.source,
        account=delivery.account,
        external_id=delivery.external_id,
        headers=delivery.headers,
        body=body,
        message=message,
        received_at=delivery.received_at,
        sender_row=sender_row,
    )


def end(delivery: Delivery, outcome: Outcome) -> None:
    """Note what became of a delivery that is new, or whose row the caller holds."""
    delivery.state = Delivery.State(outcome.state)
    delivery.reason = mask_text(outcome.reason)[:REASON_LENGTH]
    delivery.result = outcome.result
    delivery.processed_at = timezone.now()
    _save_end(delivery)
    log.info("delivery_ended", delivery_id=delivery.pk, source=delivery.source, state=outcome.state)


def fail(delivery: Delivery, reason: str) -> None:
    """Note that nothing could be done with a delivery whose row the caller holds."""
    mark_failed(delivery, reason)
    delivery.save(update_fields=["state", "reason", "processed_at"])


def mark_failed(delivery: Delivery, reason: str) -> None:
    """Let the caller's object say that nothing could be done; the caller saves it."""
    delivery.state = Delivery.State.FAILED
    delivery.reason = mask_text(reason)[:REASON_LENGTH]
    delivery.processed_at = timezone.now()
    log.warning("delivery_failed", delivery_id=delivery.pk, source=delivery.source)


def _save_end(delivery: Delivery) -> None:
    if delivery._state.adding:
        delivery.save(force_insert=True)
    else:
        delivery.save(update_fields=["state", "reason", "result", "processed_at"])


def _add_rows(source: Source, received: Received) -> Outcome | None:
    if source.add_rows is None:
        return None
    try:
        return source.add_rows(received) or (None if source.kind else Outcome())
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("delivery_not_understood", delivery_id=received.delivery_id, source=source.name)
        raise NotUnderstood(error) from error
