"""Providers that fail, workers that die, buyers who cancel: kept, shown and charged is what was delivered."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from credits.selectors import get_balance
from credits.tests.threads import run_together
from leads.models import CompanyMembership, LeadAccess, Place, Search, SearchCandidate, SearchPage
from leads.schedule import SCHEDULE
from leads.services.delivery import deliver_leads
from leads.services.search_run import checking, run
from leads.services.searches import cancel_search, enqueue_run, requeue_lost_searches
from leads.tests import providers
from leads.tests.engine import ask, delivered_cnpjs, differences, run_to_end, search_now
from leads.tests.factories import make_funded
from leads.tests.providers import Killed, happenings
from queue_worker.models import WorkItem
from queue_worker.services import claim, reap
from queue_worker.tests.support import claim_one, expire_leases, make_due, run_due
from registry.tests.factories import make_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def catalog(db):
    make_city()


@pytest.fixture(autouse=True)
def quick_waits(settings):
    settings.LEADS_PROVIDER_WAIT_SECONDS = 0.01


@pytest.fixture
def eventful(settings):
    settings.LEADS_SEARCH_PROVIDERS = [providers.PATH]
    happenings.clear()
    yield happenings
    happenings.clear()


# --- Providers ---------------------------------------------------------------------------------------


def test_with_the_map_down_the_search_fails_and_charges_nothing(account, sandbox):
    sandbox.fail("serper", "status", status=500)
    search = search_now(account)
    assert (search.status, search.reason) == ("failed", "provider")
    assert get_balance(account.pk) == 100
    assert WorkItem.objects.get().status == "done"


@pytest.mark.parametrize("status", [401, 403])
def test_a_provider_that_turns_our_key_down_is_not_asked_again(account, sandbox, status):
    sandbox.fail("serper", "status", status=status)
    search = search_now(account)
    assert (search.status, search.reason) == ("failed", "provider")
    assert get_balance(account.pk) == 100
    assert sandbox.counts()["total"] == 1


def test_a_provider_out_of_credit_is_not_no_results(account, sandbox, caplog):
    sandbox.fail("serper", "status", status=400, message="Not enough credits")
    search = search_now(account)
    assert (search.status, search.reason) == ("failed", "provider")
    assert "provider_account_trouble" in caplog.text


@pytest.mark.parametrize("kind", ["garbage", "html", "drop", "cut"])
def test_replies_that_cannot_be_read_are_not_no_results(account, sandbox, kind):
    sandbox.fail("serper", kind)
    search = search_now(account)
    assert (search.status, search.reason) == ("failed", "provider")
    assert get_balance(account.pk) == 100


def test_a_page_that_is_refused_keeps_the_pages_before_it(account, sandbox):
    sandbox.fail("serper", "status", path="/maps", skip=1, status=400)
    search = search_now(account, quantity=90)
    assert (search.status, search.reason) == ("partial", "provider")
    assert len(delivered_cnpjs(search)) > 5
    assert list(SearchPage.objects.order_by("number").values_list("status", flat=True)) == [
        "fetched",
        "refused",
    ]
    assert differences() == []


def test_a_page_that_fails_for_a_while_is_asked_again(account, sandbox):
    sandbox.fail("serper", "status", path="/maps", skip=1, count=4, status=503)
    search = search_now(account, quantity=25)
    assert search.status == "completed"
    assert SearchPage.objects.get(number=2).status == "fetched"
    assert WorkItem.objects.get().attempts == 2


def test_with_the_finder_down_what_the_phone_shows_is_still_no_reason_to_guess(account, sandbox):
    sandbox.fail("serper", "status", path="/search", status=500)
    search = search_now(account)
    assert (search.status, search.reason) == ("failed", "provider")
    assert not CompanyMembership.objects.exists()
    assert get_balance(account.pk) == 100


def test_with_all_registries_down_nothing_is_remembered_as_missing(account, sandbox):
    sandbox.fail("brasilapi", "status", status=500)
    sandbox.fail("viper", "status", status=500)
    search = search_now(account)
    assert (search.status, search.reason) == ("failed", "provider")
    assert set(Place.objects.values_list("link", flat=True)) == {"pending"}
    assert get_balance(account.pk) == 100


def test_what_the_finder_said_is_not_asked_again_after_a_wait(account, sandbox):
    sandbox.fail("brasilapi", "status", status=500)
    sandbox.fail("viper", "status", status=500)
    search_now(account)
    asked = [call["path"] for call in sandbox.calls("serper")]
    assert asked.count("/search") == SearchCandidate.objects.exclude(found_cnpjs=None).count()


def test_a_registry_that_knows_nobody_is_not_believed_alone(account, sandbox):
    """Waves of false 404 happen: the second source is asked (R47)."""
    sandbox.fail("brasilapi", "status", status=404)
    search = search_now(account, quantity=1)
    assert search.status == "completed"


def test_a_fifth_of_all_calls_failing_costs_nobody_anything(account, sandbox):
    sandbox.fail("*", "status", rate=0.2, status=500)
    search = search_now(account, quantity=10)
    assert search.status in {"completed", "partial"}
    assert get_balance(account.pk) == 100 - len(delivered_cnpjs(search))
    assert differences() == []


def test_the_budget_bounds_the_calls(account, sandbox):
    search = ask(account, quantity=30)
    Search.objects.update(calls_allowed=12)
    run_to_end(search)
    assert (search.status, search.reason) == ("partial", "budget")
    assert search.calls_made == 12 == sandbox.counts()["total"]
    assert 0 < len(delivered_cnpjs(search)) < 30
    assert get_balance(account.pk) == 100 - len(delivered_cnpjs(search))


def test_a_spent_budget_still_delivers_what_is_known(account, sandbox):
    search_now(account, quantity=90)
    LeadAccess.objects.all().delete()
    CompanyMembership.objects.all().delete()
    search = ask(account, quantity=20)
    Search.objects.filter(pk=search.pk).update(calls_allowed=1)
    run_to_end(search)
    assert search.reason == "budget"
    assert len(delivered_cnpjs(search)) > 5


# --- Time, cancel ------------------------------------------------------------------------------------


def test_the_deadline_ends_the_search(account, sandbox):
    search = ask(account)
    Search.objects.update(started_at=timezone.now() - timedelta(minutes=31), status="running")
    run_to_end(search)
    assert (search.status, search.reason) == ("failed", "deadline")


def test_the_deadline_keeps_what_was_delivered(account, sandbox, eventful):
    search = ask(account, quantity=90)
    eventful[3] = lambda: Search.objects.update(started_at=timezone.now() - timedelta(minutes=31))
    run_to_end(search)
    run_to_end(search)
    assert search.status == "partial"
    assert get_balance(account.pk) == 100 - len(delivered_cnpjs(search))


def test_a_cancel_in_the_middle_keeps_and_charges_what_came(account, sandbox, eventful):
    search = ask(account, quantity=90)
    eventful[2] = partial(cancel_search, account_id=account.pk, search_id=search.pk)
    run_to_end(search)
    assert (search.status, search.reason) == ("canceled", "canceled")
    assert 0 < len(delivered_cnpjs(search)) < 30
    assert get_balance(account.pk) == 100 - len(delivered_cnpjs(search))
    assert WorkItem.objects.get().status == "done"
    assert differences() == []


def test_a_search_canceled_in_the_queue_never_starts(account, sandbox):
    search = ask(account)
    cancel_search(account_id=account.pk, search_id=search.pk)
    run_to_end(search)
    assert search.status == "canceled"
    assert sandbox.counts()["total"] == 0


# --- Workers -----------------------------------------------------------------------------------------


def take_over() -> None:
    """Time passes, the reaper finds the dead worker's item, and another worker runs it."""
    expire_leases()
    while reap():
        pass
    make_due()


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_a_worker_killed_before_a_page_loses_and_repeats_nothing(account, sandbox, eventful, page):
    world = sandbox.world("pet shop", "Santa Maria - RS")
    search = ask(account, quantity=90)
    eventful[page] = providers.kill
    with pytest.raises(Killed):
        run_due()
    take_over()
    run_to_end(search)
    assert (search.status, search.reason) == ("partial", "exhausted")
    assert set(world["right"]) <= delivered_cnpjs(search)
    assert get_balance(account.pk) == 100 - len(delivered_cnpjs(search))
    assert differences() == []


@pytest.mark.parametrize("boundary", ["settle_resolution", "settle_known"])
def test_a_worker_killed_between_two_candidates_loses_and_repeats_nothing(
    account, sandbox, monkeypatch, boundary
):
    """The run dies after it saved a few candidates of a chunk."""
    search_now(account, quantity=20)
    real, calls = getattr(checking, boundary), []

    def save_and_die(**fields):
        real(**fields)
        calls.append(fields)
        if len(calls) == 2:
            raise Killed

    monkeypatch.setattr(checking, boundary, save_and_die)
    CompanyMembership.objects.all().delete()
    other = make_funded("outro@nitro.example")
    search = ask(other, quantity=40)
    with pytest.raises(Killed):
        run_due()
    take_over()
    run_to_end(search)
    right = sandbox.world("pet shop", "Santa Maria - RS")["right"]
    assert len(delivered_cnpjs(search)) >= min(40, len(right))
    assert get_balance(other.pk) == 100 - len(delivered_cnpjs(search))
    assert differences() == []


def test_a_worker_killed_after_a_delivery_does_not_deliver_it_again(account, sandbox, monkeypatch):
    real = deliver_leads

    def deliver_and_die(**fields):
        real(**fields)
        raise Killed

    search = ask(account, quantity=20)
    monkeypatch.setattr(run, "deliver_leads", deliver_and_die)
    with pytest.raises(Killed):
        run_due()
    monkeypatch.undo()
    delivered = delivered_cnpjs(search)
    assert delivered
    take_over()
    run_to_end(search)
    assert search.status == "completed"
    assert delivered < delivered_cnpjs(search)
    assert get_balance(account.pk) == 80
    assert differences() == []


def test_two_workers_on_one_search_deliver_it_once(account, sandbox, eventful):
    """The first worker freezes, its lease ends, a second one finishes; then the first wakes up."""
    search = ask(account, quantity=15)

    def freeze():
        take_over()
        run_due()

    eventful[2] = freeze
    run_due()
    run_to_end(search)
    assert search.status == "completed"
    assert len(delivered_cnpjs(search)) == 15
    assert get_balance(account.pk) == 85
    assert WorkItem.objects.get().status == "done"
    assert differences() == []


def test_two_searches_of_one_account_at_once_share_no_company(account, sandbox):
    searches = [ask(account, quantity=10), ask(account, quantity=10)]
    run_together([run_due, run_due])
    for search in searches:
        run_to_end(search)
    delivered = [delivered_cnpjs(search) for search in searches]
    assert not delivered[0] & delivered[1]
    assert get_balance(account.pk) == 100 - len(delivered[0]) - len(delivered[1])
    assert differences() == []


def test_at_most_three_searches_of_an_account_run_at_once(account, sandbox):
    for _ in range(5):
        ask(account, quantity=1)
    assert len([item for item in (claim(queue="io", worker="test") for _ in range(5)) if item]) == 3


def test_a_search_whose_work_died_is_not_left_open(account, sandbox):
    search = ask(account)
    WorkItem.objects.update(attempts=11, max_attempts=12)
    claim_one()
    take_over()
    search.refresh_from_db()
    assert WorkItem.objects.get().status == "dead"
    assert (search.status, search.reason) == ("failed", "provider")


def test_a_search_that_lost_its_work_gets_it_again(account, sandbox):
    search = ask(account, quantity=2)
    WorkItem.objects.all().delete()
    assert requeue_lost_searches(now=timezone.now()) == 0
    assert requeue_lost_searches(now=timezone.now() + timedelta(minutes=2)) == 1
    assert requeue_lost_searches(now=timezone.now() + timedelta(minutes=2)) == 0
    assert run_to_end(search).status == "completed"


def test_the_periodic_task_runs(account):
    assert [periodic.start() for periodic in SCHEDULE] == ["0 retomadas"]


def test_running_an_ended_search_again_changes_nothing(account, sandbox):
    search = search_now(account, quantity=3)
    with transaction.atomic():
        enqueue_run(search)
    run_to_end(search)
    assert len(delivered_cnpjs(search)) == 3
    assert get_balance(account.pk) == 97
