"""A crowd of buyers who search at once while providers fail and workers die (issue 2, R52, R53)."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

from django.db.models import F, Sum

from accounts.models import Account
from accounts.tests.factories import make_buyer
from credits.models import LedgerEntry
from credits.tests.factories import fund
from leads.models import LeadAccess, Search
from leads.services.searches import start_search
from queue_worker.models import WorkItem
from sandbox.testing import Sandbox

CITIES = ("4316907", "3509502", "4106902", "3106200", "2611606", "4305108", "3552205", "3550308")
NICHES = (
    *("pet shop", "dentista", "restaurante", "padaria", "academia", "advogado", "imobiliária", "farmácia"),
    *("hotel", "salão de beleza", "oficina mecânica", "ótica", "pizzaria", "contador", "floricultura"),
    *("papelaria", "gráfica", "psicólogo", "autopeças", "loja de móveis"),
)
# Of a hundred calls about 20 meet one of these: refused, late, unreadable, or answered by silence.
FAULTS = (
    {"kind": "status", "status": 503, "rate": 0.05},
    {"kind": "status", "status": 429, "retry_after": "1", "rate": 0.02},
    {"kind": "late", "seconds": 2, "rate": 0.03},
    {"kind": "drop", "rate": 0.05},
    {"kind": "cut", "rate": 0.02},
    {"kind": "garbage", "rate": 0.03},
    {"kind": "html", "rate": 0.02},
)


@dataclass(frozen=True)
class Crowd:
    """How many buyers, how many searches each, how many companies each search asks for."""

    buyers: int
    searches: int
    quantity: int
    seconds: float

    @classmethod
    def from_environment(cls) -> "Crowd":
        """Small by default; `make chaos` sets the full size."""
        return cls(
            buyers=int(os.environ.get("CHAOS_BUYERS", "4")),
            searches=int(os.environ.get("CHAOS_SEARCHES", "5")),
            quantity=int(os.environ.get("CHAOS_QUANTITY", "5")),
            seconds=float(os.environ.get("CHAOS_SECONDS", "150")),
        )

    @property
    def wanted(self) -> int:
        return self.buyers * self.searches * self.quantity


def start_crowd(crowd: Crowd) -> list[Account]:
    """Give each buyer credits for all that they ask, and start all searches.

    Two buyers always ask the same at the same time, so that they meet on the same companies.
    """
    accounts = []
    for number in range(crowd.buyers):
        _, account = make_buyer(f"dona{number}@nitro.example")
        fund(account, crowd.searches * crowd.quantity)
        accounts.append(account)
    asked = list(product(NICHES, CITIES))
    for turn in range(crowd.searches):
        for number, account in enumerate(accounts):
            niche, city = asked[(turn * 9 + number // 2 * 37) % len(asked)]
            start_search(
                account_id=account.pk,
                user_id=account.memberships.get().user_id,
                city_code=city,
                niche_text=niche,
                quantity=crowd.quantity,
                unit_price_shown=1,
                form_key=uuid4(),
            )
    return accounts


def count_delivered() -> int:
    return LeadAccess.objects.count()


def list_open_searches() -> list[Search]:
    return list(Search.objects.exclude(status__in=Search.FINAL))


def list_unpaid_differences(accounts: list[Account]) -> Iterator[str]:
    """Compare, for each search, what is shown, what is charged and what the ledger says."""
    for search in Search.objects.filter(account__in=accounts):
        accesses = LeadAccess.objects.filter(search=search)
        shown = accesses.count()
        charged = accesses.aggregate(total=Sum("credits_charged"))["total"] or 0
        entries = LedgerEntry.objects.filter(reference_type="search", reference_id=str(search.pk))
        debited = -(entries.aggregate(total=Sum("amount"))["total"] or 0)
        if not shown == charged == debited == accesses.values("entry", "company").distinct().count():
            yield f"{search}: shown {shown}, charged {charged}, ledger {debited}"


def list_wrong_deliveries(sandbox: Sandbox) -> Iterator[str]:
    """Compare what was delivered with what is true in the sandbox's world."""
    for search in Search.objects.select_related("niche", "city"):
        truth = sandbox.world(search.niche.name, search.city_id)
        true = {*truth["right"], *truth["maybe"]}
        delivered = LeadAccess.objects.filter(search=search).values_list("company__cnpj", flat=True)
        for cnpj in delivered:
            if cnpj not in true:
                known = "a trap" if cnpj in truth["wrong"] else "not of this search"
                yield f"{search} ({search.niche.name}, {search.city_id}) got {cnpj}, {known}"


def list_companies_of_other_cities() -> Iterator[str]:
    """Ask the sandbox nothing: what we stored must say so as well."""
    for access in LeadAccess.objects.select_related("company", "search"):
        if access.company.city_id != access.search.city_id:
            yield f"{access}: {access.company.city_id} instead of {access.search.city_id}"


def show(crowd: Crowd, *, seconds: float, counts: dict[str, Any], held: list[int]) -> None:
    """Print what was measured, one line each."""
    waits = Search.objects.annotate(wait=F("finished_at") - F("created_at")).order_by("wait")
    rows = {
        "crowd": f"{crowd.buyers} buyers x {crowd.searches} searches x {crowd.quantity} companies",
        "seconds": round(seconds, 1),
        "slowest search, seconds": round(max(search.wait.total_seconds() for search in waits), 1),
        "searches": dict(Counter(f"{search.status} {search.reason}".strip() for search in waits)),
        "delivered": f"{count_delivered()} of {crowd.wanted}",
        "calls": counts["by_provider"],
        "share of failed calls": f"{sum(counts['by_fault'].values()) / counts['total']:.1%}",
        "calls at once": counts["most_at_once"],
        "work items held by killed workers": held,
        "most attempts of an item": max(WorkItem.objects.values_list("attempts", flat=True)),
        "work": dict(Counter(WorkItem.objects.values_list("status", flat=True))),
    }
    print("\n" + "\n".join(f"  {name}: {value}" for name, value in rows.items()))  # noqa: T201
