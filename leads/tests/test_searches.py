"""Starting, canceling, hiding and repeating searches (L6, L12, L13)."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_buyer
from core.errors import FormKeyReused
from credits.errors import AccountBlocked
from credits.selectors import get_balance
from credits.services import refund_credits, set_price
from credits.tests.factories import fund
from credits.tests.threads import run_together
from leads.models import LeadAccess, Niche, Search
from leads.selectors.searches import SearchNotFound, get_progress, get_search, list_searches
from leads.services.delivery import deliver_leads
from leads.services.niches import InvalidNicheText
from leads.services.running import finish_search
from leads.services.searches import (
    EmailNotConfirmed,
    InvalidQuantity,
    NoCredits,
    PriceChanged,
    QuantityAboveBalance,
    SearchStillOpen,
    TooManySearches,
    UnknownCity,
    archive_search,
    cancel_search,
    repeat_search,
)
from leads.tests.engine import ask
from leads.tests.factories import make_companies, make_search
from queue_worker.models import WorkItem
from registry.tests.factories import make_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def catalog(db):
    make_city()


def test_a_search_is_a_row_and_its_work(account):
    search = ask(account, quantity=5, niche="Pet Shops")
    assert (search.status, search.quantity, search.unit_price, search.calls_allowed) == ("queued", 5, 1, 25)
    item = WorkItem.objects.get()
    assert (item.kind, item.payload) == ("leads.run_search", {"search_id": search.pk})
    assert item.concurrency_key == f"account:{account.pk}"
    assert get_balance(account.pk) == 100


def test_the_call_budget_has_a_ceiling(account):
    fund(account, 900)
    assert ask(account, quantity=1000).calls_allowed == 300


def test_the_same_form_is_the_same_search(account):
    key = uuid4()
    assert ask(account, form_key=key) == ask(account, form_key=key)
    assert WorkItem.objects.count() == 1


def test_the_same_form_sent_six_times_at_once_is_one_search(account):
    key = uuid4()
    searches = run_together([partial(ask, account, form_key=key)] * 6)
    assert len({search.pk for search in searches}) == 1
    assert WorkItem.objects.count() == 1


def test_the_same_form_gives_its_search_also_when_the_balance_is_gone(account):
    key = uuid4()
    search = ask(account, quantity=100, form_key=key)
    deliver_leads(search_id=search.pk, company_ids=[company.pk for company in make_companies(100)])
    assert ask(account, quantity=100, form_key=key) == search


def test_the_form_of_another_account_is_refused(account):
    key = uuid4()
    ask(account, form_key=key)
    other = make_buyer("outro@nitro.example")[1]
    with pytest.raises(FormKeyReused):
        ask(other, form_key=key)


def test_without_a_confirmed_email_nobody_searches(db):
    account = make_buyer("nova@nitro.example", confirmed=False)[1]
    with pytest.raises(EmailNotConfirmed):
        ask(account)


def test_a_blocked_account_does_not_search(account):
    account.blocked_at = timezone.now()
    account.save()
    with pytest.raises(AccountBlocked):
        ask(account)


@pytest.mark.parametrize("code", ["", "Santa Maria", "9999999"])
def test_a_city_that_is_not_in_the_list_is_refused(account, code):
    with pytest.raises(UnknownCity) as refusal:
        ask(account, city_code=code)
    assert "lista" in refusal.value.message


@pytest.mark.parametrize("text", ["", " ", "a", "a" * 81, "--"])
def test_a_niche_has_2_to_80_letters(account, text):
    with pytest.raises(InvalidNicheText):
        ask(account, niche=text)
    assert not Niche.objects.exists()


def test_a_niche_that_does_not_exist_is_refused(account):
    with pytest.raises(InvalidNicheText):
        ask(account, niche_id=999)


@pytest.mark.parametrize("quantity", [-1, 0, 1001])
def test_a_search_asks_for_1_to_1000_companies(account, quantity):
    with pytest.raises(InvalidQuantity):
        ask(account, quantity=quantity)


def test_above_the_balance_the_largest_possible_number_is_told(account):
    with pytest.raises(QuantityAboveBalance) as refusal:
        ask(account, quantity=101)
    assert refusal.value.maximum == 100
    assert refusal.value.message == (
        "Seu saldo é de 100 e esta ação custa 101. Com ele dá para buscar até 100 empresas."
    )
    assert not Search.objects.exists()


def test_without_credits_nothing_starts(db):
    account = make_buyer("pobre@nitro.example")[1]
    with pytest.raises(NoCredits) as refusal:
        ask(account, quantity=1)
    assert refusal.value.maximum == 0


def test_a_price_other_than_the_one_shown_is_refused_and_told(account, operator):
    set_price(action="lead", credits=2, actor_id=operator.pk)
    with pytest.raises(PriceChanged) as refusal:
        ask(account, quantity=1)
    assert refusal.value.price.credits == 2
    assert ask(account, quantity=1, unit_price_shown=2).tariff_version == 2


def test_a_refusal_has_no_side_effect(account):
    with pytest.raises(PriceChanged):
        ask(account, unit_price_shown=9, niche="nicho inventado")
    assert not Niche.objects.exists()
    assert not WorkItem.objects.exists()


def test_the_queue_of_an_account_is_bounded(account, settings):
    settings.LEADS_MAX_RUNNING_SEARCHES, settings.LEADS_MAX_QUEUED_SEARCHES = 1, 2
    for _ in range(3):
        ask(account, quantity=1)
    with pytest.raises(TooManySearches):
        ask(account, quantity=1)


def test_a_stranger_does_not_cancel_hide_repeat_or_see(account):
    search = make_search(account)
    other_user, other = make_buyer("outro@nitro.example")
    whose = {"account_id": other.pk, "search_id": search.pk}
    for act in (
        partial(cancel_search, **whose),
        partial(archive_search, **whose),
        partial(repeat_search, **whose, user_id=other_user.pk, unit_price_shown=1, form_key=uuid4()),
        partial(get_search, other.pk, search.pk),
        partial(get_progress, other.pk, search.pk),
    ):
        with pytest.raises(SearchNotFound):
            act()


def test_cancel_ends_the_search_and_says_so(account):
    search = cancel_search(account_id=account.pk, search_id=make_search(account).pk)
    assert (search.status, search.reason) == ("canceled", "canceled")
    assert search.finished_at is not None


def test_cancel_after_the_last_delivery_is_completed(account):
    search = make_search(account, quantity=2)
    deliver_leads(search_id=search.pk, company_ids=[company.pk for company in make_companies(2)])
    assert cancel_search(account_id=account.pk, search_id=search.pk).status == "completed"


def test_cancel_of_an_ended_search_changes_nothing(account):
    search = make_search(account)
    first = cancel_search(account_id=account.pk, search_id=search.pk)
    assert cancel_search(account_id=account.pk, search_id=search.pk).finished_at == first.finished_at


def test_archive_hides_and_deletes_nothing(account):
    search = make_search(account, quantity=2)
    deliver_leads(search_id=search.pk, company_ids=[company.pk for company in make_companies(2)])
    cancel_search(account_id=account.pk, search_id=search.pk)
    archive_search(account_id=account.pk, search_id=search.pk)
    assert list(list_searches(account.pk)) == []
    assert list(list_searches(account.pk, archived=True)) == [search]
    assert get_search(account.pk, search.pk).delivered_count == 2
    assert LeadAccess.objects.count() == 2


def test_a_running_search_is_not_hidden(account):
    with pytest.raises(SearchStillOpen):
        archive_search(account_id=account.pk, search_id=make_search(account).pk)


def test_repeat_asks_for_the_same_again(account, user):
    earlier = ask(account, quantity=7, only_with_phone=True)
    again = repeat_search(
        account_id=account.pk,
        user_id=user.pk,
        search_id=earlier.pk,
        unit_price_shown=1,
        form_key=uuid4(),
    )
    assert again != earlier
    for name in ("niche", "city", "quantity", "only_with_phone", "include_owned"):
        assert getattr(again, name) == getattr(earlier, name)


def test_counts_come_from_what_was_paid(account):
    search = make_search(account, quantity=3)
    deliver_leads(search_id=search.pk, company_ids=[company.pk for company in make_companies(3)])
    refund_credits(entry_id=LeadAccess.objects.first().entry_id, reason="Empresa fechada")
    counted = get_search(account.pk, search.pk)
    assert (counted.delivered_count, counted.credits_spent, counted.credits_refunded) == (3, 3, 1)


def test_progress_is_one_query_and_tells_no_provider(account):
    search = make_search(account, quantity=4)
    deliver_leads(search_id=search.pk, company_ids=[make_companies(1)[0].pk])
    with CaptureQueriesContext(connection) as queries:
        progress = get_progress(account.pk, search.pk)
    assert len(queries) == 1
    assert (progress.delivered, progress.quantity, progress.percent, progress.is_final) == (1, 4, 25, False)
    assert progress.reason == ""


def test_a_reason_is_told_in_a_sentence(account):
    search = cancel_search(account_id=account.pk, search_id=make_search(account).pk)
    assert (
        get_progress(account.pk, search.pk).reason == "Você cancelou a busca. O que já chegou continua seu."
    )


def test_the_list_takes_one_query_whatever_its_length(account):
    make_search(account)
    with CaptureQueriesContext(connection) as one:
        [(search.niche.name, search.city.label) for search in list_searches(account.pk)]
    for _ in range(20):
        make_search(account)
    with CaptureQueriesContext(connection) as many:
        rows = [(search.niche.name, search.city.label) for search in list_searches(account.pk)]
    assert len(rows) == 21
    assert len(one) == len(many) == 1


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("exhausted", "completed"),
        ("budget", "completed"),
        ("credits", "completed"),
        ("provider", "failed"),
        ("deadline", "failed"),
        ("canceled", "canceled"),
    ],
)
def test_a_search_without_a_company_is_never_partial(account, reason, status):
    search = finish_search(search_id=make_search(account).pk, reason=reason)

    assert (search.status, search.reason) == (status, reason)
