"""A search from the form to the delivered companies, against the sandbox (L7-L12)."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import transaction

from accounts.tests.factories import make_buyer
from credits.selectors import get_balance
from credits.services import Reference, debit_credits
from credits.tests.factories import fund
from leads.models import CompanyMembership, LeadAccess, LeadCompany, LeadEnrichment, Place
from leads.selectors.accesses import list_accesses
from leads.tests.engine import (
    ask,
    delivered_cnpjs,
    differences,
    errors_of_work,
    run_to_end,
    search_now,
)
from leads.visibility import visible_lead
from registry.tests.factories import make_city

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def catalog(db):
    make_city()


@pytest.fixture
def other_account(db):
    account = make_buyer("outro@nitro.example")[1]
    fund(account, 100)
    return account


def test_a_search_delivers_what_was_asked_and_charges_exactly_that(account, sandbox):
    search = search_now(account, quantity=5)
    assert (search.status, search.reason) == ("completed", "")
    assert len(delivered_cnpjs(search)) == 5
    assert get_balance(account.pk) == 95
    assert differences() == []


def test_every_right_company_is_found_and_no_wrong_one_is_delivered(account, sandbox):
    world = sandbox.world("pet shop", "Santa Maria - RS")
    search = search_now(account, quantity=90)
    assert set(world["right"]) <= delivered_cnpjs(search) <= {*world["right"], *world["maybe"]}
    assert (search.status, search.reason) == ("partial", "exhausted")
    assert get_balance(account.pk) == 100 - len(delivered_cnpjs(search))
    assert search.drops["other_city"] > 0
    assert differences() == []


def test_progress_counts_are_real(account, sandbox):
    search = search_now(account, quantity=90)
    candidates = list(search.candidates.values_list("status", "drop_reason"))
    dropped = [reason for status, reason in candidates if status == "dropped"]
    assert search.found_count == search.checked_count == len(candidates)
    assert len(dropped) + len(delivered_cnpjs(search)) == len(candidates)
    assert all(search.drops[reason] >= dropped.count(reason) for reason in dropped)


def test_the_calls_counted_are_the_calls_made(account, sandbox):
    search = search_now(account, quantity=5)
    assert search.calls_made == sandbox.counts()["total"] <= search.calls_allowed


def test_no_more_pages_are_asked_than_needed(account, sandbox):
    search_now(account, quantity=5)
    assert sandbox.counts()["by_path"]["POST /serper/maps"] == 1


def test_what_one_search_found_another_buyer_gets_from_the_base(account, other_account, sandbox):
    search_now(account, quantity=5)
    found = set(CompanyMembership.objects.values_list("company__cnpj", flat=True))
    sandbox.reset()
    second = search_now(other_account, quantity=5)
    assert second.status == "completed"
    assert delivered_cnpjs(second) <= found
    assert sandbox.counts()["total"] == 0
    assert get_balance(other_account.pk) == 95


def test_the_buyer_cannot_tell_base_from_live(account, other_account, sandbox):
    live = search_now(account, quantity=5)
    known = search_now(other_account, quantity=CompanyMembership.objects.count())
    assert live.found_count >= live.checked_count >= 5
    assert known.found_count == known.checked_count == known.quantity
    shown = [
        {lead.cnpj: (lead.name, lead.phones, lead.data_date) for lead in map(visible_lead, accesses)}
        for accesses in (list_accesses(account.pk, live.pk), list_accesses(other_account.pk, known.pk))
    ]
    assert shown[0].items() <= shown[1].items()


def test_the_next_search_of_the_same_buyer_brings_only_new_companies(account, sandbox):
    first, second = search_now(account, quantity=5), search_now(account, quantity=5)
    assert second.status == "completed"
    assert not delivered_cnpjs(first) & delivered_cnpjs(second)
    assert get_balance(account.pk) == 90


def test_the_map_is_asked_only_for_what_is_missing(account, other_account, sandbox):
    search_now(account, quantity=3)
    known = CompanyMembership.objects.count()
    search = search_now(other_account, quantity=known + 2)
    assert search.status == "completed"
    assert search.candidates.filter(place=None).count() == known


def test_only_with_phone_delivers_and_charges_only_those_with_one(account, sandbox):
    search = search_now(account, quantity=90, only_with_phone=True)
    leads = [visible_lead(access) for access in list_accesses(account.pk, search.pk)]
    assert leads
    assert all(any(phone.startswith("+") for phone in lead.phones) for lead in leads)
    assert search.drops["no_phone"] > 0
    assert get_balance(account.pk) == 100 - len(leads)


def test_a_niche_of_nobody_ends_without_a_charge(account, sandbox):
    search = search_now(account, niche="xyzzy")
    assert (search.status, search.reason) == ("completed", "exhausted")
    assert get_balance(account.pk) == 100


def test_contacts_are_bought_for_delivered_companies_and_kept_encrypted(account, sandbox):
    search = search_now(account, quantity=5)
    enriched = LeadEnrichment.objects.filter(company__accesses__search=search)
    assert enriched.exists()
    assert enriched.first().contacts["phones"]


def test_enrichment_that_is_down_delays_nothing(account, sandbox):
    sandbox.fail("viper", "status", status=500)
    search = search_now(account, quantity=5)
    assert search.status == "completed"
    assert not LeadEnrichment.objects.exists()


def test_enrichment_that_is_slow_is_not_waited_for(account, sandbox, settings):
    settings.LEADS_ENRICHMENT_PATIENCE_SECONDS = 0.05
    sandbox.fail("viper", "late", seconds=1)
    search = search_now(account, quantity=5)
    assert search.status == "completed"
    assert not LeadEnrichment.objects.exists()
    wait_for_abandoned_calls()


def test_enrichment_can_be_switched_off(account, sandbox, settings):
    settings.LEADS_ENRICH_BEFORE_DELIVERY = False
    search_now(account, quantity=5)
    assert "viper" not in sandbox.counts()["by_provider"]


def test_the_second_registry_answers_when_the_first_is_down(account, sandbox):
    sandbox.fail("brasilapi", "status", status=500)
    search = search_now(account, quantity=3)
    assert search.status == "completed"
    assert differences() == []


def test_stale_registry_data_are_looked_up_again_before_delivery(account, other_account, sandbox):
    search_now(account, quantity=3)
    LeadCompany.objects.update(registry_fetched_at=LONG_AGO)
    sandbox.reset()
    search = search_now(other_account, quantity=3)
    assert search.status == "completed"
    assert set(sandbox.counts()["by_provider"]) <= {"brasilapi", "viper"}
    assert all(
        access.company.registry_fetched_at > LONG_AGO for access in list_accesses(other_account.pk, search.pk)
    )


def test_a_known_company_that_closed_meanwhile_is_not_delivered(account, other_account, sandbox):
    closed = closed_cnpj(sandbox)
    search_now(account, quantity=1)
    company = LeadAccess.objects.get().company
    LeadCompany.objects.filter(cnpj=closed).delete()
    LeadCompany.objects.filter(pk=company.pk).update(cnpj=closed, registry_fetched_at=LONG_AGO)
    known = CompanyMembership.objects.count()
    search = search_now(other_account, quantity=known)
    assert search.status == "completed"
    assert closed not in delivered_cnpjs(search)
    assert search.drops["inactive"] >= 1


def test_a_place_without_cnpj_is_not_asked_for_again_within_thirty_days(account, sandbox):
    search_now(account, quantity=90)
    assert Place.objects.filter(link="negative").exists()
    sandbox.reset()
    search_now(account, quantity=60)
    assert "POST /serper/search" not in sandbox.counts()["by_path"]


def test_a_search_ends_with_the_balance(account, sandbox):
    search = ask(account, quantity=90)
    spend_elsewhere(account, 93)
    run_to_end(search)
    assert (search.status, search.reason) == ("partial", "credits")
    assert len(delivered_cnpjs(search)) == 7
    assert get_balance(account.pk) == 0
    assert differences() == []


def test_nothing_unexpected_went_wrong(account, sandbox):
    search_now(account, quantity=90)
    assert errors_of_work() == []


def closed_cnpj(sandbox):
    places = sandbox.world("pet shop", "Santa Maria - RS")["places"]
    return next(place["cnpj"] for place in places if place["trap"] == "inactive")


def spend_elsewhere(account, amount):
    with transaction.atomic():
        debit_credits(
            account_id=account.pk,
            amount=amount,
            operation_key="test:other",
            reference=Reference("test", "1"),
            text="Outra compra",
        )


def wait_for_abandoned_calls():
    """Let the threads that nobody waited for end before the test's connections are closed."""
    for thread in threading.enumerate():
        if thread.name.startswith("search"):
            thread.join()
