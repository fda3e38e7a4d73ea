"""Putting work into the queue."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from queue_worker.errors import EnqueuedOutsideTransaction, UnknownKind
from queue_worker.models import WorkItem
from queue_worker.services import enqueue
from queue_worker.tests.handlers import ECHO


@pytest.mark.django_db
def test_an_item_takes_the_policy_of_its_handler():
    item = enqueue(kind=ECHO, payload={"n": 1})

    item.refresh_from_db()
    assert (item.status, item.queue, item.max_attempts, item.attempts) == ("pending", "io", 5, 0)
    assert item.lease_length == timedelta(seconds=30)
    assert item.payload == {"n": 1}


@pytest.mark.django_db
def test_a_pending_key_gives_the_same_item_and_the_earlier_time():
    later = timezone.now() + timedelta(hours=1)
    first = enqueue(kind=ECHO, payload={"n": 1}, dedupe_key="a", run_after=later)

    second = enqueue(kind=ECHO, payload={"n": 2}, dedupe_key="a", priority=5)

    assert second.pk == first.pk
    assert second.run_after < later
    assert (second.priority, second.payload) == (5, {"n": 1})


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["done", "dead", "cancelled"])
def test_a_key_that_no_longer_waits_gives_a_new_item(status):
    first = enqueue(kind=ECHO, payload={}, dedupe_key="a")
    WorkItem.objects.filter(pk=first.pk).update(status=status)

    assert enqueue(kind=ECHO, payload={}, dedupe_key="a").pk != first.pk


@pytest.mark.django_db
def test_unknown_work_is_refused():
    with pytest.raises(UnknownKind):
        enqueue(kind="nobody.does_this", payload={})


@pytest.mark.django_db(transaction=True)
def test_work_is_enqueued_in_a_transaction_only():
    with pytest.raises(EnqueuedOutsideTransaction):
        enqueue(kind=ECHO, payload={})


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_leaves_no_work_and_no_bell():
    with transaction.atomic():
        enqueue(kind=ECHO, payload={})
        assert len(connection.run_on_commit) == 1
        transaction.set_rollback(True)

    assert not WorkItem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_burst_rings_once_and_an_undone_savepoint_takes_no_bell_away():
    with transaction.atomic():
        with transaction.atomic():
            enqueue(kind=ECHO, payload={})
            transaction.set_rollback(True)
        enqueue(kind=ECHO, payload={})
        with transaction.atomic():
            enqueue(kind=ECHO, payload={})

        assert len(connection.run_on_commit) == 1
