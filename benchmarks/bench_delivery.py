"""Delivery of 100 known leads: one set-based transaction against the loop of the predecessor.

The predecessor took 1,411 queries for 100 leads; the loop here asks about as many, on our own tables.
"""

import time

from benchmarks.figures import Figure, alternate

LEADS = 100
MOST_QUERIES = 15


def run() -> list[Figure]:
    from benchmarks.leads_rows import make_companies

    company_ids = make_companies(LEADS)
    queries, theirs = _queries(_ours, company_ids), _queries(_predecessor, company_ids)
    ours, reference = alternate(
        lambda: _seconds(_ours, company_ids), lambda: _seconds(_predecessor, company_ids)
    )
    return [
        Figure.cost("delivery of 100 known leads", ours=ours, reference=reference, unit="s", goal=20),
        Figure.cost("delivery, queries of the loop", ours=queries, reference=theirs, unit="queries", goal=20),
        Figure.cost("delivery, limit", ours=queries, reference=MOST_QUERIES, unit="queries", goal=1),
    ]


def _seconds(deliver, company_ids) -> float:
    search = _make_search(company_ids)
    started = time.perf_counter()
    deliver(search, company_ids)
    return time.perf_counter() - started


def _queries(deliver, company_ids) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    search = _make_search(company_ids)
    with CaptureQueriesContext(connection) as captured:
        deliver(search, company_ids)
    return len(captured)


def _make_search(company_ids):
    """A search of a new buyer, with its candidates ready."""
    from benchmarks.leads_rows import make_account, make_search
    from leads.models import SearchCandidate

    search = make_search(make_account(), LEADS)
    SearchCandidate.objects.bulk_create(
        SearchCandidate(search=search, company_id=company_id, position=n, status="ready")
        for n, company_id in enumerate(company_ids)
    )
    return search


def _ours(search, company_ids) -> None:
    from leads.services.delivery import deliver_leads

    delivery = deliver_leads(search_id=search.pk, company_ids=company_ids)
    assert len(delivery.delivered) == LEADS


def _predecessor(search, company_ids) -> None:
    """One lead after the other, each with its own look-ups, checks, debit and counter, as it was done."""
    for company_id in company_ids:
        _deliver_one(search, company_id)
    from leads.models import LeadAccess

    assert LeadAccess.objects.filter(search=search).count() == LEADS


def _deliver_one(search, company_id) -> None:
    from django.db import transaction
    from django.db.models import F
    from django.utils import timezone

    from credits.models import Wallet
    from credits.services import Reference, debit_credits
    from leads.models import LeadAccess, LeadCompany, Search, SearchCandidate

    company = LeadCompany.objects.get(pk=company_id)
    if Wallet.objects.get(account_id=search.account_id).balance < search.unit_price:
        return
    if LeadAccess.objects.filter(account_id=search.account_id, company=company).exists():
        return
    with transaction.atomic():
        entry = debit_credits(
            account_id=search.account_id,
            amount=search.unit_price,
            operation_key=f"lead:{search.pk}:{company_id}",
            reference=Reference("search", str(search.pk)),
            text=f"Empresa {company.cnpj}",
        )
        LeadAccess.objects.get_or_create(
            account_id=search.account_id,
            search=search,
            company=company,
            defaults={
                "kind": "search",
                "entry": entry,
                "credits_charged": search.unit_price,
                "accessed_at": timezone.now(),
            },
        )
    SearchCandidate.objects.filter(search=search, company=company).update(status="delivered")
    Search.objects.filter(pk=search.pk).update(checked_count=F("checked_count") + 1)
