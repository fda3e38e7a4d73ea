"""What a payment at Stripe means for its order and the ledger: one function for all who ask (C9, C11, R14).

Webhooks, the reconciliation and operators read the payment anew and hand it over here. Events only say
where to look, so that their order, number and age do not matter.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from credits.errors import PaymentMismatch
from credits.formatting import describe_credits
from credits.gateways.payments import Disputed, Payment, Refunded
from credits.gateways.stripe import is_live
from credits.models import Dispute, LedgerEntry, Order, PaymentRefund
from credits.seller import read_seller
from credits.services.ledger import grant_credits, reverse_credits
from credits.signals import purchase_settled
from credits.values import Reference
from queue_worker.services import enqueue

log = structlog.get_logger(__name__)

TELL_PAID = "credits.tell_paid"
FOLLOWED_FOR = timedelta(minutes=5)
"""For so long the order's page follows a payment; then it says that the buyer is told by e-mail (C10)."""

State = Order.State
Status = PaymentRefund.Status
NOT_PAID = "O prazo do pagamento passou. Nada foi cobrado."
DECLINED = "O pagamento não foi concluído. Nada foi cobrado."
REFUND_RANKS = {
    Status.ASKED: 0,
    Status.PENDING: 1,
    Status.REQUIRES_ACTION: 1,
    Status.SUCCEEDED: 2,
    Status.FAILED: 3,
    Status.CANCELED: 3,
}
"""A status never goes back to a lower rank: what was read earlier may be recorded later."""

REFUND_TEXTS = ("Pagamento devolvido", "Devolução não concluída: créditos de volta")
DISPUTE_TEXTS = ("Pagamento contestado", "Contestação encerrada a seu favor: créditos de volta")

Cause = PaymentRefund | Dispute


def settle_order(*, order_id: int, payment: Payment, now: datetime | None = None) -> Order:
    """Bring the order and the ledger to what the payment says, in the caller's transaction or its own.

    Grants when it is paid, once; takes credits back for refunds and disputes and gives them again when those
    end well; closes the order when nothing will be paid. Repeated, concurrent and late calls change nothing.

    Raises PaymentMismatch: it is not the payment of this order (R13); nothing is changed.
    """
    now = now or timezone.now()
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        _require_match(order, payment)
        _note_payment(order, payment, now)
        if payment.is_paid and order.purchase_id is None:
            _grant(order, now)
        elif not order.is_settled:
            _follow(order, payment)
        if order.purchase is not None:
            _take_back(order, order.purchase, payment)
        order.save()
    return order


def _require_match(order: Order, payment: Payment) -> None:
    expected = {
        "session": order.session_id in ("", payment.session_id),
        "reference": payment.order_ids == (str(order.pk),),
        "amount": payment.cents == order.cents,
        "currency": payment.currency == order.currency,
        "mode": payment.is_live == is_live(),
    }
    if wrong := [name for name, is_right in expected.items() if not is_right]:
        log.error("payment_mismatch", order_id=order.pk, wrong=wrong, is_paid=payment.is_paid)
        raise PaymentMismatch(wrong)


def _note_payment(order: Order, payment: Payment, now: datetime) -> None:
    order.session_id = payment.session_id
    order.payment_intent_id = payment.payment_intent_id or order.payment_intent_id
    order.methods = list(payment.methods) or order.methods
    if payment.method in Order.Method.values:
        order.method = payment.method
    order.checked_at = now


def _grant(order: Order, now: datetime) -> None:
    entry = grant_credits(
        account_id=order.account_id,
        amount=order.credits,
        operation_key=f"order:{order.pk}",
        kind=LedgerEntry.Kind.PURCHASE,
        reference=Reference("order", str(order.pk)),
        text=f"Compra de {describe_credits(order.credits)}",
    )
    order.purchase, order.paid_at, order.state = entry, now, State.PAID
    order.reason, order.voucher_url, order.pay_until, order.session_url = "", "", None, ""
    seller = read_seller()
    order.seller = asdict(seller) if seller.is_known else None
    order.save()
    if order.method != Order.Method.CARD or now - (order.opened_at or order.created_at) > FOLLOWED_FOR:
        enqueue(kind=TELL_PAID, payload={"order_id": order.pk}, dedupe_key=str(order.pk))
    purchase_settled.send(Order, order_id=order.pk)
    log.info("order_paid", order_id=order.pk, account_id=order.account_id, credits=order.credits)


def _follow(order: Order, payment: Payment) -> None:
    """Nothing is paid yet. An order that was closed stays closed, unless its money comes after all."""
    if not order.is_open:
        return
    if payment.status == "expired":
        order.state, order.reason, order.session_url = State.EXPIRED, NOT_PAID, ""
    elif payment.status == "complete" and payment.failure and not payment.voucher_url:
        order.state, order.reason, order.session_url = State.FAILED, DECLINED, ""
    elif payment.status == "complete":
        order.state, order.session_url = State.AWAITING_PAYMENT, ""
        order.voucher_url = payment.voucher_url
        order.pay_until = payment.pay_until or order.pay_until


def _take_back(order: Order, purchase: LedgerEntry, payment: Payment) -> None:
    """Let the credits follow the money that went back, one taking and one return for each cause (C11).

    Credits taken back in all are `floor(credits × cents gone ÷ cents paid)`, whatever came first.
    """
    for cause, takes in _list_changes(order, payment):
        cause.is_taken, cause.is_returned = True, not takes
        cause.save()
        texts = REFUND_TEXTS if isinstance(cause, PaymentRefund) else DISPUTE_TEXTS
        name = cause.refund_id if isinstance(cause, PaymentRefund) else cause.dispute_id
        reverse_credits(
            entry_id=purchase.pk,
            total=order.credits * _count_cents_gone(order) // order.cents,
            operation_key=f"{name}:{'taken' if takes else 'returned'}",
            text=texts[0 if takes else 1],
        )
    order.state = _name_state(order)


def _list_changes(order: Order, payment: Payment) -> Iterator[tuple[Cause, bool]]:
    """Yield each refund and dispute whose credits are to be taken (true) or returned now.

    One that ended before it was ever seen moves nothing.
    """
    causes: list[Cause] = []
    causes += [_merge_refund(order, refund) for refund in payment.refunds]
    causes += [_merge_dispute(order, dispute) for dispute in payment.disputes]
    for cause in causes:
        if cause.is_gone and not cause.is_taken:
            yield cause, True
        elif not cause.is_gone and cause.is_taken and not cause.is_returned:
            yield cause, False


def _merge_refund(order: Order, refund: Refunded) -> PaymentRefund:
    """Keep what Stripe says of a refund."""
    row = PaymentRefund.objects.filter(refund_id=refund.id).first()
    if row is None:
        row = _find_asked(order, refund) or PaymentRefund(order=order, status=Status.PENDING)
    status = Status(refund.status) if refund.status in Status.values else Status.PENDING
    row.refund_id, row.cents = refund.id, refund.cents
    if REFUND_RANKS[status] >= REFUND_RANKS[Status(row.status)]:
        row.status = status
    row.save()
    return row


def says_more(row: Cause, status: str) -> bool:
    """Whether Stripe's status of a refund or a dispute goes beyond what is kept of it."""
    if isinstance(row, Dispute):
        return row.is_gone and row.status != status[:30]
    known = Status(status) if status in Status.values else Status.PENDING
    return REFUND_RANKS[known] > REFUND_RANKS[Status(row.status)]


def _find_asked(order: Order, refund: Refunded) -> PaymentRefund | None:
    """The operator's request that made this refund, while the answer to it is not recorded."""
    asked = PaymentRefund.objects.filter(order=order, refund_id="", status=Status.ASKED)
    return next((row for row in asked if row.request_key == refund.request), None)


def _merge_dispute(order: Order, dispute: Disputed) -> Dispute:
    row = Dispute.objects.filter(dispute_id=dispute.id).first() or Dispute(order=order, dispute_id=dispute.id)
    row.cents, row.reason = dispute.cents, dispute.reason[:60]
    if row.is_gone:  # how it ended is final, whatever was read earlier and comes late
        row.status = dispute.status[:30]
    row.save()
    return row


def _count_cents_gone(order: Order) -> int:
    """Cents of the payment that are with the payer now, never more than were paid."""
    gone = [
        row.cents
        for rows in (order.payment_refunds, order.disputes)
        for row in rows.filter(is_taken=True, is_returned=False)
    ]
    return min(order.cents, sum(gone))


def _name_state(order: Order) -> State:
    if order.disputes.filter(is_taken=True, is_returned=False).exists():
        return State.DISPUTED
    return State.REFUNDED if _count_cents_gone(order) == order.cents else State.PAID
