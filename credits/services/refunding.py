"""Operators give a payment back through Stripe (C11). Boletos go by bank transfer, outside Nitro."""

from uuid import UUID

import structlog
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core.database import violates
from core.errors import FormKeyReused, Refused
from core.money import format_brl
from credits.errors import PaymentMismatch, PaymentNotRefundable, ReasonRequired
from credits.gateways.stripe import StripePayments
from credits.models import Dispute, Order, PaymentRefund
from credits.services.settling import settle_order
from queue_worker.models import WorkItem
from queue_worker.services import enqueue

log = structlog.get_logger(__name__)

SEND_REFUND = "credits.send_refund"
Status = PaymentRefund.Status


def request_refund(*, order_id: int, cents: int, reason: str, actor_id: int, form_key: UUID) -> PaymentRefund:
    """Ask Stripe, as work, to give `cents` of an order back; once per `form_key`. Credits follow its answer.

    Raises ReasonRequired, PaymentNotRefundable (not paid, a boleto, or more than is left), FormKeyReused (the
    form has asked for another refund).
    """
    if not reason.strip():
        raise ReasonRequired
    try:
        with transaction.atomic(durable=True):
            order = Order.objects.select_for_update().get(pk=order_id)
            known = PaymentRefund.objects.filter(form_key=form_key).first()
            if known is not None:
                return _require_same(known, order_id, cents)
            if not order.is_settled or not 1 <= cents <= count_refundable(order):
                raise PaymentNotRefundable
            refund = PaymentRefund.objects.create(
                order=order,
                cents=cents,
                status=Status.ASKED,
                actor_id=actor_id,
                reason=reason.strip(),
                form_key=form_key,
            )
            message = f"devolução de {format_brl(cents)} pedida: {refund.reason}"
            LogEntry.objects.log_actions(actor_id, [order], CHANGE, message)
            enqueue(kind=SEND_REFUND, payload={"refund_id": refund.pk}, dedupe_key=str(refund.pk))
    except IntegrityError as error:
        if not violates(error, "credits_paymentrefund_form_key_key"):
            raise
        return _require_same(PaymentRefund.objects.get(form_key=form_key), order_id, cents)
    log.info("refund_requested", order_id=order_id, cents=cents, actor_id=actor_id)
    return refund


def _require_same(refund: PaymentRefund, order_id: int, cents: int) -> PaymentRefund:
    if (refund.order_id, refund.cents) != (order_id, cents):
        raise FormKeyReused
    return refund


def count_refundable(order: Order) -> int:
    """Cents of a paid order that Stripe may still give back; none of a boleto or while it is disputed."""
    if order.method == Order.Method.BOLETO or _list_open_disputes(order).exists():
        return 0
    given = order.payment_refunds.exclude(status__in=PaymentRefund.GIVEN_UP)
    return order.cents - sum(given.values_list("cents", flat=True))


def _list_open_disputes(order: Order) -> QuerySet[Dispute]:
    return order.disputes.exclude(status__in=Dispute.ENDED_WELL)


def send_refund(*, refund_id: int) -> str:
    """Send a refund to Stripe and settle its order; the work of SEND_REFUND. Safe to repeat.

    Raises Unavailable: not known to be done; the key makes the repetition the same refund.
    """
    refund = PaymentRefund.objects.select_related("order").get(pk=refund_id)
    if refund.status != Status.ASKED:
        return refund.status
    payments = StripePayments()
    if not refund.refund_id and not _send(payments, refund):
        return Status.FAILED
    try:
        settle_order(order_id=refund.order_id, payment=payments.read_payment(refund.order.session_id))
    except PaymentMismatch:
        log.error("refund_not_settled", refund_id=refund_id)
    return str(PaymentRefund.objects.values_list("status", flat=True).get(pk=refund_id))


def _send(payments: StripePayments, refund: PaymentRefund) -> bool:
    """Send it and keep its id; false when Stripe refuses. Settled or not, it is not sent again after that."""
    rows = PaymentRefund.objects.filter(pk=refund.pk, refund_id="")
    try:
        answer = payments.refund(
            payment_intent_id=refund.order.payment_intent_id, cents=refund.cents, key=refund.request_key
        )
    except Refused as error:
        log.error("refund_refused", refund_id=refund.pk, detail=error.detail)
        rows.update(status=Status.FAILED)
        return False
    rows.update(refund_id=answer.id)
    return True


def give_up_refund(item: WorkItem) -> None:
    """The work died: whether money moved is unknown, so the request stays asked and an operator looks."""
    log.error("refund_unknown", refund_id=item.payload["refund_id"])
