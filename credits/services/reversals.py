"""Refunds and disputes of which nobody told: Stripe's lists against what was received (C9, C11, R14).

An order that is settled is not asked about again, so that a refund or a dispute whose every webhook was lost
would never be heard of. Once a day the lists are read, and the orders of what is news are asked about.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from credits.gateways.payments import Reversal
from credits.gateways.stripe import StripePayments
from credits.models import Dispute, Order, PaymentRefund
from credits.services.reconciling import ask_about_order
from credits.services.settling import says_more
from queue_worker.services import enqueue

log = structlog.get_logger(__name__)

LOOK_FOR_REVERSALS = "credits.look_for_reversals"
LOOKED_BACK = timedelta(days=90)
"""A refund that succeeded may come back weeks later, and is listed by the day on which it was made."""


def ask_for_reversals(*, now: datetime | None = None) -> int:
    """Have work read Stripe's lists, once while it waits; return 1."""
    since = (now or timezone.now()) - LOOKED_BACK
    with transaction.atomic(durable=True):
        enqueue(kind=LOOK_FOR_REVERSALS, payload={"since": since.isoformat()}, dedupe_key="all")
    return 1


def look_for_reversals(*, since: str) -> int:
    """Ask about every order with a refund or a dispute made since then (ISO time) that is news to us.

    The order's own check settles it, as after a webhook. Safe to repeat. Returns how many orders are asked
    about. Raises Unavailable, Refused, Unreadable.
    """
    orders: set[int] = set()
    for page in StripePayments().list_reversals(datetime.fromisoformat(since)):
        orders |= _find_orders(_leave_known(page))
    for order_id in sorted(orders):
        ask_about_order(order_id=order_id)
    if orders:
        log.warning("reversals_unheard", orders=len(orders))
    return len(orders)


def _leave_known(page: Iterable[Reversal]) -> list[Reversal]:
    """What is new, or has gone on since it was kept."""
    page = list(page)
    ids = [each.id for each in page]
    known: dict[str, PaymentRefund | Dispute] = {}
    known |= {row.refund_id: row for row in PaymentRefund.objects.filter(refund_id__in=ids)}
    known |= {row.dispute_id: row for row in Dispute.objects.filter(dispute_id__in=ids)}
    return [each for each in page if each.id not in known or says_more(known[each.id], each.status)]


def _find_orders(reversals: Iterable[Reversal]) -> set[int]:
    intents = {each.payment_intent_id for each in reversals if each.payment_intent_id}
    orders = Order.objects.filter(payment_intent_id__in=intents)
    found = dict(orders.values_list("payment_intent_id", "pk"))
    if missing := len(intents) - len(found):
        log.info("reversals_of_others", count=missing)
    return set(found.values())
