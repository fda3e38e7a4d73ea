"""Periodic work: one list, each job known, run and remembered (O18, R61)."""

from datetime import timedelta

import pytest
from celery import current_app
from celery.signals import task_postrun, task_prerun
from django.utils import timezone

from core.schedule import list_schedule
from queue_worker import tasks
from queue_worker.models import PeriodicRun, Worker
from queue_worker.pulse import Pulse
from queue_worker.schedule import REAP, SCHEDULE
from queue_worker.selectors import Ahead, look_ahead
from queue_worker.services import run_if_overdue
from queue_worker.tests.handlers import ECHO
from queue_worker.tests.support import claim_one, expire_leases, put_one

pytestmark = pytest.mark.django_db(transaction=True)


def task_of(periodic):
    return current_app.tasks[periodic.task]


def test_every_periodic_job_is_a_task_that_beat_gets():
    current_app.loader.import_default_modules()

    names = {periodic.task for periodic in list_schedule()}

    assert names <= set(current_app.tasks)
    assert names == set(current_app.conf.beat_schedule)


@pytest.mark.parametrize("periodic", list_schedule(), ids=lambda periodic: periodic.task)
def test_beat_can_send_every_periodic_job(periodic):
    """Beat sends without arguments; Celery compares them with the task's before it asks the broker."""
    sent = task_of(periodic).apply_async(args=(), kwargs={}, queue=periodic.queue, expires=1, retry=False)

    assert sent.id


def test_each_job_of_the_queue_says_what_it_did():
    put_one(ECHO)

    said = [periodic.start() for periodic in SCHEDULE]

    assert said == ["0 retomados", "filas chamadas: nenhuma", "0 apagados"]


def test_a_run_leaves_its_time_and_result():
    task_prerun.send(REAP, task=task_of(REAP))
    task_postrun.send(REAP, task=task_of(REAP), state="SUCCESS", retval="2 retomados")

    run = PeriodicRun.objects.get(name=REAP.task)
    assert (run.succeeded, run.result) == (True, "2 retomados")
    assert run.finished_at >= run.started_at


def test_a_failed_run_says_so():
    task_prerun.send(REAP, task=task_of(REAP))
    task_postrun.send(REAP, task=task_of(REAP), state="FAILURE", retval=ValueError("quebrou"))

    assert PeriodicRun.objects.get(name=REAP.task).succeeded is False


def test_the_bell_is_not_periodic_work():
    task_prerun.send(tasks.ring, task=tasks.ring)

    assert not PeriodicRun.objects.exists()


def test_a_worker_repairs_by_itself_when_beat_is_silent():
    put_one(ECHO)
    claim_one()
    expire_leases()
    PeriodicRun.objects.create(name=REAP.task, started_at=timezone.now() - timedelta(minutes=5))

    assert run_if_overdue(periodic=REAP)
    assert not run_if_overdue(periodic=REAP)

    assert PeriodicRun.objects.get(name=REAP.task).result == "1 retomados"


def test_a_worker_sees_what_will_be_due_and_what_became_due_since_it_looked():
    now, queues = look_ahead(["io", "cpu"], since=None, seconds=5)
    assert set(queues) == {Ahead("io", False, None), Ahead("cpu", False, None)}
    put_one(ECHO, run_after=now)
    put_one(ECHO, run_after=timezone.now() + timedelta(seconds=3))
    put_one(ECHO, run_after=timezone.now() + timedelta(seconds=60))

    _, queues = look_ahead(["io"], since=now - timedelta(seconds=1), seconds=5)

    assert queues[0].has_become_due
    assert 0 < queues[0].seconds <= 3


def test_a_worker_says_that_it_lives():
    assert 0 < Pulse("io@house", ["io"], 32).step() <= 1

    worker = Worker.objects.get()
    assert (worker.name, worker.queues, worker.threads, worker.stuck) == ("io@house", ["io"], 32, [])
