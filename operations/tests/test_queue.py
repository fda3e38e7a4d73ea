"""What operators see and do (O7, O13, O18)."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_buyer, make_operator
from core.health import NotReady
from queue_worker import runner
from queue_worker.beat import Heartbeat, SteadyScheduler
from queue_worker.health import check_queue
from queue_worker.models import PeriodicRun, Worker, WorkItem
from queue_worker.services import NotPending, cancel, delete_old_items, reap, record_worker, requeue, sweep
from queue_worker.tests.effects import list_effects
from queue_worker.tests.handlers import ANSWERS, ECHO, LIMITED
from queue_worker.tests.support import claim_one, put, put_one, race, run_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator(client):
    operator = make_operator()
    client.force_login(operator)
    return operator


@pytest.fixture
def dead(effects):
    item = put_one(ANSWERS, payload={"answer": "give_up", "email": "dona@nitro.example"})
    runner.run(claim_one())
    item.refresh_from_db()
    return item


def address(name, item):
    return reverse(f"operations:{name}", args=[item.pk])


def test_the_dashboard_counts_by_queue_and_kind(client, operator, dead):
    put(ECHO, 2)
    put_one(ECHO, run_after=timezone.now() + timedelta(hours=1))
    claim_one()
    alive("io@house", ["io"])

    page = client.get(reverse("operations:queue"))

    depth = page.context["depths"][0]
    assert (depth.due, depth.running, depth.later) == (1, 1, 1)
    kinds = {kind.kind: kind for kind in page.context["kinds"]}
    assert (kinds[ECHO].waiting, kinds[ECHO].running, kinds[ANSWERS].dead) == (2, 1, 1)
    assert "io@house" in page.content.decode()


def count_queries(client, name, **query):
    with CaptureQueriesContext(connection) as context:
        client.get(reverse(f"operations:{name}"), query)
    return len(context)


@pytest.mark.parametrize("name", ["queue", "items"])
def test_a_page_costs_the_same_whatever_it_shows(client, operator, name):
    put_one(ECHO)
    few = count_queries(client, name)

    put(ECHO, 30)
    for number in range(5):
        alive(f"io{number}@house", ["io"])

    assert count_queries(client, name) == few


def test_the_list_filters_and_reads_no_payload(client, operator, dead):
    put(ECHO, 60)

    page = client.get(reverse("operations:items"), {"estado": "pending", "tipo": ECHO}).context["page"]

    assert page.paginator.count == 60
    assert {item.kind for item in page} == {ECHO}
    assert "payload" in page[0].get_deferred_fields()


def test_the_page_of_an_item_shows_its_story_without_personal_data(client, operator, dead):
    text = client.get(address("item", dead)).content.decode()

    assert "não existe" in text
    assert "Recusado em definitivo, 1ª tentativa" in text
    assert dead.request_id in text
    assert "dona@nitro.example" not in text


def test_an_operator_puts_a_dead_item_back(client, operator, dead):
    response = client.post(address("requeue_item", dead), follow=True)

    dead.refresh_from_db()
    assert "voltou para a fila" in response.content.decode()
    assert (dead.status, dead.attempts, dead.max_attempts, dead.must_ask) == ("pending", 0, 3, True)
    assert dead.history[-1]["actor_id"] == operator.pk


def test_an_operator_gives_up_what_waits_and_money_goes_back(client, operator, effects):
    item = put_one(ANSWERS, payload={"answer": "give_up"})

    client.post(address("cancel_item", item))

    item.refresh_from_db()
    assert item.status == "cancelled"
    assert list_effects("on_dead") == [item.pk]
    assert run_due() == 0


def test_a_failing_on_dead_undoes_the_cancelling(client, operator, effects, answers):
    answers["on_dead_failures"] = 1
    item = put_one(ANSWERS, payload={"answer": "give_up"})

    response = client.post(address("cancel_item", item), follow=True)

    item.refresh_from_db()
    assert item.status == "pending"
    assert "Nada mudou" in response.content.decode()


def test_what_runs_is_not_cancelled(operator):
    item = put_one(ECHO)
    claim_one()

    with pytest.raises(NotPending):
        cancel(item_id=item.pk, actor_id=operator.pk)


def test_a_dead_item_whose_key_waits_again_comes_back_without_it(operator, effects):
    first = put_one(ANSWERS, payload={"answer": "give_up"}, dedupe_key="a")
    runner.run(claim_one())
    put_one(ANSWERS, payload={"answer": "give_up"}, dedupe_key="a")

    assert requeue(item_id=first.pk, actor_id=operator.pk).dedupe_key is None


@pytest.mark.parametrize("name", ["queue", "items"])
def test_only_operators_come_in(client, name):
    make_buyer()
    url = reverse(f"operations:{name}")
    assert client.get(url).status_code == 302

    client.force_login(make_buyer("outra@nitro.example")[0])
    assert client.get(url).status_code == 403


def test_a_stranger_acts_on_nothing(client, dead):
    client.force_login(make_buyer("outra@nitro.example")[0])

    codes = {client.post(address(name, dead)).status_code for name in ("requeue_item", "cancel_item")}

    dead.refresh_from_db()
    assert (codes, dead.status) == ({403}, "dead")


def test_acting_takes_a_post(client, operator, dead):
    assert client.get(address("requeue_item", dead)).status_code == 302
    dead.refresh_from_db()
    assert dead.status == "dead"


@pytest.mark.parametrize("name", ["requeue_item", "cancel_item"])
def test_an_unknown_item_is_not_found(client, operator, name):
    assert client.post(reverse(f"operations:{name}", args=[404404])).status_code == 404


def test_the_admin_shows_items_and_changes_none(client, operator, dead):
    assert client.get(reverse("admin:queue_worker_workitem_changelist")).status_code == 200
    page = client.get(reverse("admin:queue_worker_workitem_change", args=[dead.pk]))
    assert "dona@nitro.example" not in page.content.decode()
    assert client.post(reverse("admin:queue_worker_workitem_delete", args=[dead.pk])).status_code == 403


# --- Health, periodic work ------------------------------------------------------------------------------


def alive(name, queues, stuck=()):
    record_worker(name=name, queues=queues, threads=4, running=0, stuck=stuck, started_at=timezone.now())


def test_the_queue_is_healthy_when_every_queue_has_a_living_worker():
    alive("io@house", ["io"])
    alive("cpu@house", ["cpu"])
    alive("beat@house", [])
    with pytest.raises(NotReady, match="nenhum processo trabalha em chat"):
        check_queue()

    alive("chat@house", ["chat"])
    assert check_queue()["io"]["workers"] == ["io@house"]

    Worker.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
    with pytest.raises(NotReady):
        check_queue()


def test_a_silent_beat_is_not_healthy_and_a_living_one_says_so(monkeypatch):
    alive("all@house", ["io", "cpu", "chat"])
    with pytest.raises(NotReady, match="beat"):
        check_queue()

    monkeypatch.setattr(SteadyScheduler, "looked_at", time.monotonic())
    Heartbeat().step()

    assert len(check_queue()["beat"]) == 1


def test_a_beat_that_no_longer_looks_at_its_schedule_is_silent(monkeypatch):
    monkeypatch.setattr(SteadyScheduler, "looked_at", time.monotonic() - 61)

    Heartbeat().step()

    assert not Worker.objects.exists()


def test_late_work_is_not_healthy_but_work_that_waits_for_its_turn_is():
    alive("all@house", ["io", "cpu", "chat"])
    alive("beat@house", [])
    put(LIMITED, 4, concurrency_key="account 1")
    for _ in range(3):
        claim_one()
    WorkItem.objects.filter(status="pending").update(run_after=timezone.now() - timedelta(minutes=11))
    check_queue()

    WorkItem.objects.filter(status="pending").update(concurrency_key=None)
    with pytest.raises(NotReady, match="vencido há"):
        check_queue()


def test_the_sweep_names_queues_with_late_work_only():
    put_one(ECHO)
    assert sweep() == "nenhuma"

    WorkItem.objects.update(run_after=timezone.now() - timedelta(seconds=6))
    assert sweep() == "io"


def test_two_reapers_at_once_take_each_item_back_once(effects):
    put(ECHO, 10)
    for _ in range(10):
        claim_one()
    WorkItem.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert sum(race(2, reap)) == 10

    assert all(len(item.history) == 1 for item in WorkItem.objects.all())


def test_what_ended_long_ago_is_deleted(settings):
    now = timezone.now()
    ages = [("done", 6), ("done", 8), ("cancelled", 8), ("dead", 29), ("dead", 31)]
    for item, (status, days) in zip(put(ECHO, len(ages)), ages, strict=True):
        ended = now - timedelta(days=days)
        WorkItem.objects.filter(pk=item.pk).update(status=status, finished_at=ended)

    assert delete_old_items() == 3

    assert sorted(WorkItem.objects.values_list("status", flat=True)) == ["dead", "done"]


def test_the_page_lists_periodic_work_with_its_last_result(client, operator):
    PeriodicRun.objects.create(
        name="queue_worker.reap", started_at=timezone.now(), succeeded=True, result="2 retomados"
    )

    text = client.get(reverse("operations:queue")).content.decode()

    assert "Retomar trabalhos de processos parados" in text
    assert "2 retomados" in text
    assert "todo dia às 03:20" in text


def test_a_stuck_thread_is_shown(client, operator):
    alive("io@house", ["io"], stuck=[{"item_id": 7, "kind": ECHO, "seconds": 75}])

    text = client.get(reverse("operations:queue")).content.decode()

    assert "1 min 15 s" in text
    assert "Com trabalho preso" in text
