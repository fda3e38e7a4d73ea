"""Asking Stripe about orders of whose end nobody told: lost webhooks, and questions of operators (C9, O3)."""

from datetime import datetime, timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from core.errors import Refused
from credits.errors import PaymentMismatch, UnknownOrder
from credits.gateways.stripe import StripePayments
from credits.models import Dispute, Order, PaymentRefund
from credits.services.settling import settle_order
from queue_worker.services import enqueue

CHECK_ORDER = "credits.check_order"
QUIET_FOR = timedelta(minutes=10)
"""An open order is asked about when nobody has told anything of it for so long."""

MOVING_QUIET_FOR = timedelta(hours=12)
"""The same for a paid order with a refund on its way or a dispute without end: those take days."""

BATCH = 200


def check_order(*, order_id: int) -> str:
    """Read the order's payment at Stripe and settle it; return its state. Safe to repeat.

    Raises Unavailable, Refused. A payment that is not the order's is logged and changes nothing.
    """
    session_id = Order.objects.values_list("session_id", flat=True).get(pk=order_id)
    if not session_id:
        return str(Order.objects.values_list("state", flat=True).get(pk=order_id))
    try:
        payment = StripePayments().read_payment(session_id)
        return settle_order(order_id=order_id, payment=payment).state
    except Refused:
        _note_asked(order_id)
        raise
    except PaymentMismatch:
        _note_asked(order_id)
        return "mismatch"


def ask_about_order(*, order_id: int, account_id: int | None = None, actor_id: int | None = None) -> None:
    """Ask for the order's check as work, once while it waits; only the account's when one is given.

    `actor_id`: the operator who asks; it is written in the order's history. Raises UnknownOrder.
    """
    orders = Order.objects.filter(pk=order_id)
    if account_id is not None:
        orders = orders.filter(account_id=account_id)
    with transaction.atomic(durable=True):
        order = orders.first()
        if order is None:
            raise UnknownOrder
        if actor_id is not None:
            LogEntry.objects.log_actions(actor_id, [order], CHANGE, "conferência na Stripe pedida")
        enqueue(kind=CHECK_ORDER, payload={"order_id": order_id}, dedupe_key=str(order_id))


def ask_about_open_orders(*, now: datetime | None = None) -> int:
    """Ask about every order whose payment may have moved unheard; return how many."""
    now = now or timezone.now()
    quiet = _list_quiet(now - QUIET_FOR).filter(state__in=Order.OPEN)
    moving = _list_quiet(now - MOVING_QUIET_FOR).filter(_has_money_on_its_way(), state__in=Order.SETTLED)
    due = [*quiet[:BATCH], *moving[:BATCH]]
    for order in due:
        ask_about_order(order_id=order.pk)
    return len(due)


def _list_quiet(before: datetime) -> QuerySet[Order]:
    """Orders with a payment of which nobody has told anything since then, the longest unheard first."""
    quiet = Q(checked_at__isnull=True, created_at__lt=before) | Q(checked_at__lt=before)
    orders = Order.objects.filter(quiet).exclude(session_id="")
    return orders.order_by(F("checked_at").asc(nulls_first=True), "pk")


def _has_money_on_its_way() -> Q:
    refunds = PaymentRefund.objects.filter(order=OuterRef("pk"), status__in=PaymentRefund.ON_ITS_WAY)
    disputes = Dispute.objects.filter(order=OuterRef("pk")).exclude(status__in=Dispute.ENDED)
    return Q(Exists(refunds)) | Q(Exists(disputes))


def _note_asked(order_id: int) -> None:
    """Asked about, and nothing to settle: the next round asks about others first."""
    Order.objects.filter(pk=order_id).update(checked_at=timezone.now())
