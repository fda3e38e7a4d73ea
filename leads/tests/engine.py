"""Running searches in tests: the real handler, on real rows, against the sandbox over HTTP."""

from typing import Any
from uuid import uuid4

from accounts.models import Account
from credits.checks import list_checks
from leads.models import LeadAccess, Search
from leads.services.searches import start_search
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, run_due
from registry.tests.factories import SANTA_MARIA

MOST_RUNS = 30


def ask(account: Account, *, quantity: int = 5, niche: str = "pet shop", **fields: Any) -> Search:
    """Start a search as the form does."""
    values: dict[str, Any] = {
        "city_code": SANTA_MARIA,
        "unit_price_shown": 1,
        "form_key": uuid4(),
        "niche_text": niche,
    }
    user = account.memberships.get().user
    return start_search(account_id=account.pk, user_id=user.pk, quantity=quantity, **(values | fields))


def run_to_end(search: Search) -> Search:
    """Work the queue off, waiting for nobody, until the search has ended."""
    for _ in range(MOST_RUNS):
        make_due()
        if not run_due():
            break
    search.refresh_from_db()
    return search


def search_now(account: Account, **fields: Any) -> Search:
    return run_to_end(ask(account, **fields))


def delivered_cnpjs(search: Search) -> set[str]:
    return set(LeadAccess.objects.filter(search=search).values_list("company__cnpj", flat=True))


def differences() -> list[str]:
    """Everything that check_ledger would complain of."""
    return [difference.detail for find in list_checks().values() for difference in find()]


def errors_of_work() -> list[str]:
    return list(WorkItem.objects.exclude(last_error="").values_list("last_error", flat=True))
