"""Who may take what, and when."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from queue_worker.models import WorkItem
from queue_worker.services import claim, enqueue, record_done, renew_leases
from queue_worker.tests.handlers import COMPUTE, ECHO, LIMIT, LIMITED
from queue_worker.tests.support import claim_one, expire_leases, put, put_one, race, until
from queue_worker.transactions import InsideTransaction

pytestmark = pytest.mark.django_db(transaction=True)


def finish(item):
    return record_done(item_id=item.pk, token=item.lease_owner, ordering_key=item.ordering_key, result=None)


def test_a_claim_counts_the_attempt_and_gives_a_lease():
    put_one(ECHO)

    item = claim_one()

    assert (item.status, item.attempts, item.worker) == ("processing", 1, "test")
    assert item.lease_until - item.claimed_at == timedelta(seconds=30)


def test_the_most_urgent_item_comes_first_then_the_oldest():
    old, new = put(ECHO, 2)
    urgent = put_one(ECHO, priority=5)

    assert [claim_one().pk for _ in range(3)] == [urgent.pk, old.pk, new.pk]


def test_an_item_waits_for_its_time_and_its_queue():
    put_one(ECHO, run_after=timezone.now() + timedelta(minutes=1))
    put_one(COMPUTE)

    assert claim(queue="io", worker="test") is None


def test_only_kinds_that_this_process_knows_are_taken():
    item = put_one(ECHO)
    WorkItem.objects.filter(pk=item.pk).update(kind="of.another.version")

    assert claim(queue="io", worker="test") is None


def test_eight_claimers_take_each_item_once():
    put(ECHO, 200)

    def take_all():
        return [item.pk for item in iter(lambda: claim(queue="io", worker="test"), None)]

    taken = Counter(pk for pks in race(8, take_all) for pk in pks)

    assert len(taken) == 200
    assert set(taken.values()) == {1}


def test_only_the_oldest_open_item_of_a_key_runs():
    first, second = put(ECHO, 2, ordering_key="conversation")

    running = claim_one()

    assert running.pk == first.pk
    assert claim(queue="io", worker="test") is None
    finish(running)
    assert claim_one().pk == second.pk


def test_a_key_orders_work_of_different_kinds():
    put_one(ECHO, ordering_key="conversation")
    put_one(LIMITED, ordering_key="conversation")

    claim_one()

    assert claim(queue="io", worker="test") is None


def test_a_key_is_not_blocked_by_what_is_dead():
    first, second = put(ECHO, 2, ordering_key="conversation")
    WorkItem.objects.filter(pk=first.pk).update(status="dead")

    assert claim_one().pk == second.pk


def test_an_older_item_that_comes_back_does_not_run_beside_a_younger_one():
    first, second = put(ECHO, 2, ordering_key="conversation")
    WorkItem.objects.filter(pk=first.pk).update(status="dead")
    assert claim_one().pk == second.pk
    WorkItem.objects.filter(pk=first.pk).update(status="pending")

    assert claim(queue="io", worker="test") is None


def test_writers_of_one_key_get_their_ids_in_the_order_of_their_commits():
    def write():
        with transaction.atomic():
            item = enqueue(kind=ECHO, payload={}, ordering_key="conversation")
            time.sleep(0.01)
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                return item.pk, cursor.fetchone()[0]

    written = sorted(race(6, write))

    assert [at for _, at in written] == sorted(at for _, at in written)


def test_eight_claimers_run_each_key_in_order_and_never_twice_at_once():
    items = [put_one(ECHO, ordering_key=f"key {number % 5}") for number in range(100)]
    finished = []

    def work():
        for _ in until(lambda: len(finished) == len(items)):
            item = claim(queue="io", worker="test")
            if item is not None:
                open_ones = WorkItem.objects.filter(ordering_key=item.ordering_key, status="processing")
                assert open_ones.count() == 1
                finished.append(item.pk)
                assert finish(item)

    race(8, work)

    by_key = {}
    keys = {item.pk: item.ordering_key for item in items}
    for pk in finished:
        by_key.setdefault(keys[pk], []).append(pk)
    assert sorted(finished) == sorted(keys)
    assert all(pks == sorted(pks) for pks in by_key.values())


def test_a_concurrency_limit_holds_against_racing_claimers():
    put(LIMITED, 40, concurrency_key="account 1")
    put(LIMITED, 10, concurrency_key="account 2")
    most = Counter()
    finished = []

    def work():
        for _ in until(lambda: len(finished) == 50):
            item = claim(queue="io", worker="test")
            if item is None:
                continue
            key = item.concurrency_key
            running = WorkItem.objects.filter(concurrency_key=key, status="processing").count()
            most[key] = max(most[key], running)
            time.sleep(0.002)
            finished.append(finish(item))

    race(8, work)

    assert WorkItem.objects.filter(status="done").count() == 50
    assert most["account 1"] == LIMIT
    assert most["account 2"] <= LIMIT


def test_eight_claimers_at_once_take_no_more_than_the_limit():
    put(LIMITED, 20, concurrency_key="account 1")

    taken = race(8, lambda: claim(queue="io", worker="test"))

    assert sum(item is not None for item in taken) == LIMIT
    slots = WorkItem.objects.filter(status="processing").values_list("concurrency_slot", flat=True)
    assert sorted(slots) == [1, 2, 3]


def test_a_full_key_does_not_hold_up_the_others():
    put(LIMITED, LIMIT + 1, concurrency_key="account 1")
    other = put_one(LIMITED, concurrency_key="account 2")
    for _ in range(LIMIT):
        claim_one()

    assert claim_one().pk == other.pk


def test_a_claim_inside_a_transaction_is_refused():
    with pytest.raises(InsideTransaction), transaction.atomic():
        claim(queue="io", worker="test")


def test_a_wake_up_during_the_run_is_a_new_item():
    first = put_one(ECHO, dedupe_key="conversation")
    claim_one()

    assert put_one(ECHO, dedupe_key="conversation").pk != first.pk


def test_a_waiting_key_is_not_taken_before_the_second_caller_commits():
    put_one(ECHO, dedupe_key="conversation")

    with transaction.atomic():
        enqueue(kind=ECHO, payload={}, dedupe_key="conversation")
        assert race(1, lambda: claim(queue="io", worker="test")) == [None]

    claim_one()


def test_a_renewed_lease_moves_and_a_lost_one_does_not():
    put_one(ECHO)
    item = claim_one()
    expire_leases()

    assert renew_leases(leases=[(item.pk, item.lease_owner)]) == {item.pk}
    WorkItem.objects.filter(pk=item.pk).update(status="pending", lease_owner=None)
    assert renew_leases(leases=[(item.pk, item.lease_owner)]) == set()
