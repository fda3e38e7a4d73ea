"""Delivery: no lead without debit, no debit without lead (R2, R3, R4, R8)."""

from functools import partial

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_buyer
from credits.models import LedgerEntry
from credits.selectors import get_balance
from credits.tests.threads import run_together
from leads.models import LeadAccess, SearchCandidate
from leads.selectors.ledger import find_delivery_differences
from leads.services.delivery import Stop, deliver_leads
from leads.services.running import finish_search
from leads.tests.factories import make_access, make_companies, make_company, make_ready, make_search
from registry.tests.factories import make_city
from registry.values import RegistryStatus

pytestmark = pytest.mark.django_db(transaction=True)


def ids(companies):
    return [company.pk for company in companies]


def test_a_delivery_is_an_access_and_a_debit_for_each_company(account):
    search, companies = make_search(account, quantity=3), make_companies(3)
    delivery = deliver_leads(search_id=search.pk, company_ids=ids(companies))
    assert delivery.delivered == tuple(ids(companies))
    assert delivery.stop is Stop.QUANTITY
    assert get_balance(account.pk) == 97
    accesses = LeadAccess.objects.order_by("pk")
    assert [access.entry.amount for access in accesses] == [-1, -1, -1]
    assert [access.entry.operation_key for access in accesses] == [
        f"lead:{search.pk}:{company.pk}" for company in companies
    ]
    assert list(find_delivery_differences()) == []


def test_the_price_is_the_one_that_was_confirmed(account):
    search = make_search(account, quantity=2, unit_price=7)
    deliver_leads(search_id=search.pk, company_ids=ids(make_companies(2)))
    assert get_balance(account.pk) == 100 - 14
    assert list(find_delivery_differences()) == []


def test_a_free_lead_is_delivered_without_an_entry(account):
    search = make_search(account, quantity=2, unit_price=0)
    deliver_leads(search_id=search.pk, company_ids=ids(make_companies(2)))
    assert get_balance(account.pk) == 100
    assert LeadAccess.objects.filter(entry=None, credits_charged=0).count() == 2


def test_twice_is_once(account):
    search, companies = make_search(account), make_companies(3)
    deliver_leads(search_id=search.pk, company_ids=ids(companies))
    again = deliver_leads(search_id=search.pk, company_ids=ids(companies))
    assert again.delivered == ()
    assert LeadAccess.objects.count() == 3
    assert get_balance(account.pk) == 97


def test_eight_threads_deliver_each_company_once(account):
    search, companies = make_search(account, quantity=20), make_companies(20)
    deliver = partial(deliver_leads, search_id=search.pk, company_ids=ids(companies))
    deliveries = run_together([deliver] * 8)
    assert sorted(len(delivery.delivered) for delivery in deliveries) == [0] * 7 + [20]
    assert LeadAccess.objects.filter(search=search).count() == 20
    assert get_balance(account.pk) == 80
    assert list(find_delivery_differences()) == []


def test_eight_threads_never_pass_the_quantity(account):
    search, companies = make_search(account, quantity=5), make_companies(24)
    run_together(
        [
            partial(deliver_leads, search_id=search.pk, company_ids=ids(companies[start : start + 3]))
            for start in range(0, 24, 3)
        ]
    )
    assert LeadAccess.objects.filter(search=search).count() == 5
    assert get_balance(account.pk) == 95


def test_two_searches_of_one_account_do_not_sell_it_the_same_company(account):
    searches, companies = [make_search(account), make_search(account)], make_companies(5)
    run_together(
        [partial(deliver_leads, search_id=search.pk, company_ids=ids(companies)) for search in searches]
    )
    assert LeadAccess.objects.count() == 5
    assert get_balance(account.pk) == 95


def test_a_short_balance_delivers_what_fits(account):
    search = make_search(account, quantity=80, unit_price=30)
    companies = make_companies(5)
    delivery = deliver_leads(search_id=search.pk, company_ids=ids(companies))
    assert delivery.delivered == tuple(ids(companies[:3]))
    assert delivery.stop is Stop.CREDITS
    assert get_balance(account.pk) == 10


def test_a_blocked_account_gets_nothing(account):
    account.blocked_at = account.created_at
    account.save()
    delivery = deliver_leads(search_id=make_search(account).pk, company_ids=ids(make_companies(1)))
    assert delivery.stop is Stop.CREDITS
    assert not LeadAccess.objects.exists()


def test_a_crash_before_the_commit_leaves_nothing(account):
    search, companies = make_search(account), make_companies(2)
    make_ready(search, companies)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE leads_searchcandidate ADD CONSTRAINT crash CHECK (status <> 'delivered')")
    try:
        with pytest.raises(IntegrityError):
            deliver_leads(search_id=search.pk, company_ids=ids(companies))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE leads_searchcandidate DROP CONSTRAINT crash")
    assert not LeadAccess.objects.exists()
    assert get_balance(account.pk) == 100
    assert deliver_leads(search_id=search.pk, company_ids=ids(companies)).delivered == tuple(ids(companies))
    assert get_balance(account.pk) == 98


def test_an_ended_search_gets_nothing_more(account):
    search = make_search(account)
    finish_search(search_id=search.pk, reason="canceled")
    delivery = deliver_leads(search_id=search.pk, company_ids=ids(make_companies(1)))
    assert delivery.stop is Stop.ENDED
    assert get_balance(account.pk) == 100


def test_what_the_account_owns_is_not_delivered_again(account):
    company = make_company()
    make_access(make_search(account), company)
    delivery = deliver_leads(search_id=make_search(account).pk, company_ids=[company.pk])
    assert delivery.refused == {company.pk: "owned"}
    assert get_balance(account.pk) == 100


def test_what_another_account_owns_is_delivered_and_charged(account):
    company = make_company()
    make_access(make_search(make_buyer("outro@nitro.example")[1]), company)
    assert deliver_leads(search_id=make_search(account).pk, company_ids=[company.pk]).delivered


def test_a_demo_does_not_make_an_owner(account):
    company = make_company()
    make_access(make_search(account), company, kind=LeadAccess.Kind.DEMO)
    assert deliver_leads(search_id=make_search(account).pk, company_ids=[company.pk]).delivered


def test_owned_companies_come_when_asked_but_not_those_of_the_last_three_searches(account):
    companies = make_companies(5)
    for company in companies:
        make_access(make_search(account), company)
    search = make_search(account, include_owned=True)
    delivery = deliver_leads(search_id=search.pk, company_ids=ids(companies))
    assert delivery.delivered == tuple(ids(companies[:2]))
    assert set(delivery.refused) == set(ids(companies[2:]))
    assert get_balance(account.pk) == 98


def test_an_archived_search_still_counts_among_the_last_three(account):
    company = make_company()
    earlier = make_search(account, archived_at=account.created_at)
    make_access(earlier, company)
    search = make_search(account, include_owned=True)
    assert deliver_leads(search_id=search.pk, company_ids=[company.pk]).refused == {company.pk: "owned"}


@pytest.mark.parametrize("status", ["01", "03", "04", "08"])
def test_an_inactive_company_is_not_delivered(account, status):
    company = make_company(status=status)
    delivery = deliver_leads(search_id=make_search(account).pk, company_ids=[company.pk])
    assert delivery.refused == {company.pk: "inactive"}


def test_a_company_of_another_city_is_not_delivered(account):
    company = make_company(city=make_city("4314902", "Porto Alegre"))
    delivery = deliver_leads(search_id=make_search(account).pk, company_ids=[company.pk])
    assert delivery.refused == {company.pk: "other_city"}


def test_candidates_say_what_became_of_them(account):
    search = make_search(account)
    good, closed = make_company(1), make_company(2, status=RegistryStatus.CLOSED)
    make_ready(search, [good, closed])
    deliver_leads(search_id=search.pk, company_ids=[good.pk, closed.pk])
    deliver_leads(search_id=search.pk, company_ids=[good.pk, closed.pk])
    candidates = SearchCandidate.objects.order_by("position").values_list("status", "drop_reason")
    assert list(candidates) == [("delivered", ""), ("dropped", "inactive")]
    search.refresh_from_db()
    assert search.drops == {"inactive": 1}


def test_the_statement_says_which_search(account):
    search = make_search(account)
    deliver_leads(search_id=search.pk, company_ids=[make_company().pk])
    entry = LedgerEntry.objects.get(kind="spend")
    assert (entry.reference_type, entry.reference_id) == ("search", str(search.pk))
    assert entry.text == f"Empresa da busca nº {search.pk}: Pet Shop em Santa Maria - RS"


def test_a_hundred_companies_take_at_most_fifteen_queries(account):
    search, companies = make_search(account, quantity=100), make_companies(100)
    make_ready(search, companies)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        deliver_leads(search_id=search.pk, company_ids=ids(companies))
    assert LeadAccess.objects.count() == 100
    assert len(queries) <= 15


def test_the_ledger_check_sees_a_delivery_that_was_not_paid(account):
    make_access(make_search(account), make_company(), credits_charged=0)
    assert list(find_delivery_differences()) == []
    search = make_search(account)
    deliver_leads(search_id=search.pk, company_ids=[make_company(2).pk])
    LeadAccess.objects.filter(search=search).delete()
    details = [difference.detail for difference in find_delivery_differences()]
    assert details[0] == f"a busca {search.pk} entregou 0 créditos em empresas e cobrou 1"
    assert len(details) == 2
