"""Asking Stripe about orders of whose end nobody told: lost webhooks, and questions of operators (C9, O3)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from credits.errors import PaymentMismatch, UnknownOrder
from credits.gateways.stripe import StripePayments
from credits.models import Order
from credits.services.settling import settle_order
from queue_worker.services import enqueue

CHECK_ORDER = "credits.check_order"
QUIET_FOR = timedelta(minutes=10)
"""An open order is asked about when nobody has told anything of it for so long."""

BATCH = 200


def check_order(*, order_id: int) -> str:
    """Read the order's payment at Stripe and settle it; return its state. Safe to repeat.

    Raises Unavailable, Refused. A payment that is not the order's is logged and changes nothing.
    """
    session_id = Order.objects.values_list("session_id", flat=True).get(pk=order_id)
    if not session_id:
        return str(Order.objects.values_list("state", flat=True).get(pk=order_id))
    payment = StripePayments().read_payment(session_id)
    try:
        return settle_order(order_id=order_id, payment=payment).state
    except PaymentMismatch:
        return "mismatch"


def ask_about_order(*, order_id: int, account_id: int | None = None) -> None:
    """Ask for the order's check as work, once while it waits; only the account's when one is given.

    Raises UnknownOrder.
    """
    orders = Order.objects.filter(pk=order_id)
    if account_id is not None:
        orders = orders.filter(account_id=account_id)
    with transaction.atomic(durable=True):
        if not orders.exists():
            raise UnknownOrder
        enqueue(kind=CHECK_ORDER, payload={"order_id": order_id}, dedupe_key=str(order_id))


def ask_about_open_orders(*, now: datetime | None = None) -> int:
    """Ask about every order that may have been paid or have run out unheard; return how many."""
    now = now or timezone.now()
    quiet = Q(checked_at__isnull=True, created_at__lt=now - QUIET_FOR) | Q(checked_at__lt=now - QUIET_FOR)
    orders = Order.objects.filter(quiet, state__in=Order.OPEN).exclude(session_id="")
    oldest = orders.order_by(F("checked_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)[:BATCH]
    for order_id in oldest:
        ask_about_order(order_id=order_id)
    return len(oldest)
