"""Figures of the buyer's dashboard, each counted from the rows that were paid (L4, R3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from core.days import start_of_day
from credits.selectors import get_balance
from leads.models import LeadAccess, Search
from leads.selectors.accesses import count_my_base


@dataclass(frozen=True)
class DashboardFigures:
    """What the four cards say. "Today" is the São Paulo day (R106)."""

    balance: int
    leads_today: int
    searches_today: int
    base_total: int


@dataclass(frozen=True)
class DayUse:
    """Companies received on one São Paulo day."""

    day: date
    leads: int


def get_dashboard_figures(account_id: int, now: datetime) -> DashboardFigures:
    """The figures of the cards, in four queries whatever the account holds."""
    start = start_of_day(timezone.localdate(now))
    return DashboardFigures(
        balance=get_balance(account_id),
        leads_today=_bought(account_id).filter(accessed_at__gte=start).count(),
        searches_today=Search.objects.filter(account_id=account_id, created_at__gte=start).count(),
        base_total=count_my_base(account_id),
    )


def list_daily_use(account_id: int, now: datetime, *, days: int = 30) -> list[DayUse]:
    """Companies received per day in the last `days` days, oldest first, days without any included."""
    today = timezone.localdate(now)
    first = today - timedelta(days=days - 1)
    counted = dict(
        _bought(account_id)
        .filter(accessed_at__gte=start_of_day(first))
        .annotate(day=TruncDate("accessed_at"))
        .order_by()
        .values_list("day")
        .annotate(leads=Count("pk"))
    )
    return [DayUse(day, counted.get(day, 0)) for day in (first + timedelta(days=n) for n in range(days))]


def _bought(account_id: int) -> QuerySet[LeadAccess]:
    return LeadAccess.objects.filter(account_id=account_id).exclude(kind=LeadAccess.Kind.DEMO)
