"""Real workers, killed, frozen and left without broker: nothing is lost, nothing happens twice (R52, R53)."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from queue_worker.models import Worker, WorkItem
from queue_worker.tests.effects import list_effects
from queue_worker.tests.handlers import COMPUTE, EFFECT, KILLER, WINDOW
from queue_worker.tests.processes import open_house, wait_until
from queue_worker.tests.support import put, put_one

pytestmark = [pytest.mark.processes]


@pytest.fixture
def house(effects, tmp_path):
    with open_house(tmp_path) as house:
        yield house


def all_done():
    return not WorkItem.objects.exclude(status="done").exists()


def test_a_killed_worker_an_emptied_broker_and_doubled_bells_lose_and_repeat_nothing(house):
    doomed = house.start_worker("doomed", "io")  # alone, so that it holds work for certain when it dies
    ordered = [put_one(EFFECT, payload={"seconds": 0.03}, ordering_key=f"key {n % 8}") for n in range(64)]
    free = put(EFFECT, 40, payload={"seconds": 0.1})
    house.ring(times=2)

    wait_until(lambda: len(list_effects("effect")) > 30)
    doomed.kill()
    left = WorkItem.objects.filter(status="processing", worker="doomed@test").count()
    house.empty_broker()
    house.start_worker("heir", "io", DATABASE_POOL_SIZE="4")
    house.start_worker("second_heir", "io")
    house.start_beat()
    wait_until(all_done)

    effects = list_effects("effect")
    assert Counter(effects) == Counter([item.pk for item in [*ordered, *free]])
    for number in range(8):
        of_key = [item.pk for item in ordered if item.ordering_key == f"key {number}"]
        assert [pk for pk in effects if pk in of_key] == of_key
    assert len(set(list_effects("ask"))) == left > 0


def test_a_long_run_keeps_its_lease_and_a_frozen_worker_loses_it(house):
    first = house.start_worker("first", "io")
    item = put_one(EFFECT, payload={"seconds": 3})
    house.ring()
    wait_until(lambda: list_effects("start"))
    wait_until(all_done)
    assert WorkItem.objects.get(pk=item.pk).attempts == 1

    frozen = put_one(EFFECT, payload={"seconds": 1})
    house.ring()
    wait_until(lambda: len(list_effects("start")) == 2)
    first.freeze()
    house.start_worker("second", "io")
    wait_until(all_done)
    first.wake()
    wait_until(lambda: first.events("lease_lost"))

    assert list_effects("effect") == [item.pk, frozen.pk]
    frozen.refresh_from_db()
    assert (frozen.attempts, frozen.worker) == (2, "second@test")


def test_an_item_that_kills_its_process_ends_dead_and_the_worker_lives(house):
    house.start_worker("cpu", "cpu", 1)
    house.start_beat()
    killer = put_one(KILLER)
    house.ring("cpu")

    wait_until(lambda: WorkItem.objects.filter(pk=killer.pk, status="dead").exists())
    after = put_one(COMPUTE)
    house.ring("cpu")
    wait_until(lambda: WorkItem.objects.filter(pk=after.pk, status="done").exists())

    assert list_effects("start") == [killer.pk] * 3
    assert list_effects("on_dead") == [killer.pk]


def test_chat_has_a_worker_that_runs_a_window_at_its_end_and_not_at_the_next_tick(house):
    tick = 30
    house.start_worker("chat", "chat", DATABASE_POOL_SIZE="4", QUEUE_TICK_SECONDS=str(tick))
    elsewhere = put_one(EFFECT)
    for key in "abc":
        put_one(WINDOW, dedupe_key=key, payload={"key": key, "left": 5, "seconds": 0.4})
    house.ring("chat")

    wait_until(lambda: WorkItem.objects.filter(kind=WINDOW, status="done").count() == 18)

    windows = WorkItem.objects.filter(postpone_until__isnull=False)
    late = sorted(item.claimed_at - item.run_after for item in windows)
    assert late[0] >= timedelta(0)
    assert late[-1] < timedelta(seconds=tick / 3)
    assert {item.worker for item in windows} == {"chat@test"}
    elsewhere.refresh_from_db()
    assert elsewhere.status == "pending"


def test_one_bell_wakes_every_thread_and_late_work_needs_none(house):
    worker = house.start_worker("io", "io", 32, DATABASE_POOL_SIZE="12")
    put(EFFECT, 100, payload={"seconds": 1})
    house.ring()
    wait_until(all_done)
    runs = [(item.claimed_at, item.finished_at) for item in WorkItem.objects.all()]
    assert not WorkItem.objects.filter(result__holds_connection=True).exists()
    assert max(sum(start <= at < end for start, end in runs) for at, _ in runs) == 32

    late = put_one(EFFECT, run_after=timezone.now() + timedelta(seconds=1.5))
    wait_until(all_done)
    late.refresh_from_db()
    assert late.claimed_at - late.run_after < timedelta(seconds=5)

    put_one(EFFECT, payload={"seconds": 0.5})
    wait_until(lambda: WorkItem.objects.filter(status="processing").exists())
    assert worker.end() == 0
    assert all_done()
    assert not Worker.objects.exists()
