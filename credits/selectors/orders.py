"""Orders as their buyer sees them, and the months of his purchases."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone

from core.days import start_of_day
from credits.models import LedgerEntry, Order
from credits.references import Link

Kind = LedgerEntry.Kind
MONTHS = 12


@dataclass(frozen=True)
class Month:
    """Credits bought and used in one month of São Paulo, refunds of uses deducted."""

    first_day: date
    bought: int
    used: int


def find_order(account_id: int, order_id: int) -> Order | None:
    """Return the account's order, or None: another's order and none are the same answer (R17)."""
    orders = Order.objects.filter(account_id=account_id, pk=order_id)
    return orders.select_related("purchase").prefetch_related("payment_refunds", "disputes").first()


def get_order(order_id: int) -> Order:
    """Return an order of any account. Raises Order.DoesNotExist."""
    return Order.objects.get(pk=order_id)


def find_kept_order(account_id: int, order_id: str) -> Order | None:
    """Return the order that the buyer left unpaid at Stripe's page, while it can still be paid."""
    if not (order_id.isascii() and order_id.isdigit() and len(order_id) < 19):
        return None
    order = find_order(account_id, int(order_id))
    is_payable = order and order.state == Order.State.CREATED and order.session_deadline > timezone.now()
    return order if is_payable else None


def list_orders(account_id: int) -> QuerySet[Order]:
    """Return the account's orders, newest first."""
    return Order.objects.filter(account_id=account_id).order_by("-pk")


def name_orders(account_id: int, ids: Collection[str]) -> Mapping[str, Link]:
    """Name the orders that entries refer to (credits.references)."""
    numbers = [int(each) for each in ids if each.isascii() and each.isdigit() and len(each) < 19]
    found = Order.objects.filter(account_id=account_id, pk__in=numbers).values_list("pk", flat=True)
    return {str(pk): Link(f"Pedido nº {pk}", reverse("credits:order", args=[pk])) for pk in found}


def list_months(account_id: int, now: datetime | None = None) -> list[Month]:
    """Return the last 12 months, oldest first, months without movement included."""
    today = timezone.localdate(now)
    first_days = [_months_before(today, count) for count in reversed(range(MONTHS))]
    start = start_of_day(first_days[0])
    rows = (
        LedgerEntry.objects.filter(wallet__account_id=account_id, created_at__gte=start)
        .annotate(month=TruncMonth("created_at"))
        .values("month")
        .annotate(
            bought=Sum("amount", filter=Q(kind=Kind.PURCHASE), default=0),
            used=-Sum("amount", filter=Q(kind__in=[Kind.SPEND, Kind.REFUND]), default=0),
        )
        .order_by()
    )
    by_day = {timezone.localdate(row["month"]): row for row in rows}

    nothing = {"bought": 0, "used": 0}
    months = [(day, by_day.get(day, nothing)) for day in first_days]
    return [Month(day, row["bought"], max(0, row["used"])) for day, row in months]


def _months_before(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(year, month + 1, 1)
