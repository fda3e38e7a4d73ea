"""A clock that is set back stops no repair (O18, R53)."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import Celery
from django.utils import timezone

from queue_worker.beat import SteadyScheduler
from queue_worker.models import PeriodicRun, WorkItem
from queue_worker.schedule import REAP
from queue_worker.services import reap, run_if_overdue
from queue_worker.tests.handlers import ECHO
from queue_worker.tests.support import claim_one, put_one

DAY = timedelta(days=1)


class Clock(Celery):
    """An application whose clock a test turns."""

    time = datetime(2026, 11, 30, 12, tzinfo=UTC)

    def now(self):
        return self.time


@pytest.fixture
def clock():
    app = Clock("clock", broker="memory://", set_as_current=False)
    app.conf.result_expires = None  # else Celery adds an entry of its own
    app.conf.beat_schedule = {"repair": {"task": "repair", "schedule": timedelta(seconds=10)}}
    return app


@pytest.fixture
def beat(clock, tmp_path):
    scheduler = SteadyScheduler(app=clock, schedule_filename=str(tmp_path / "beat"))
    scheduler.sent = []
    scheduler.apply_entry = lambda entry, **_: scheduler.sent.append(entry.name)
    yield scheduler
    scheduler._store.close()


def tick(beat, clock, seconds):
    """Let so much time pass and let beat look as often as it wants to."""
    clock.time += timedelta(seconds=seconds)
    while beat.tick() == 0:
        pass


def test_beat_goes_on_at_its_interval_after_the_clock_was_set_back(beat, clock):
    tick(beat, clock, 0)
    tick(beat, clock, 11)
    assert beat.sent == ["repair"]

    clock.time -= DAY
    tick(beat, clock, 0)
    tick(beat, clock, 11)

    assert beat.sent == ["repair", "repair"]


def test_beat_that_starts_with_a_file_of_the_future_goes_on(beat, clock):
    for entry in beat.schedule.values():
        entry.last_run_at = clock.time + DAY

    tick(beat, clock, 0)
    tick(beat, clock, 11)

    assert beat.sent == ["repair"]


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "runs"), [(-DAY, True), (timedelta(seconds=1), False), (DAY, True)])
def test_a_run_of_the_future_or_of_long_ago_is_no_recent_run(ago, runs):
    PeriodicRun.objects.create(name=REAP.task, started_at=timezone.now() - ago)

    assert run_if_overdue(periodic=REAP) is runs


@pytest.mark.django_db(transaction=True)
def test_a_lease_of_the_future_ends_when_a_new_one_would():
    put_one(ECHO)
    item = claim_one()
    WorkItem.objects.filter(pk=item.pk).update(
        lease_until=timezone.now() + DAY, claimed_at=timezone.now() + DAY
    )

    assert reap() == 0

    item.refresh_from_db()
    assert item.lease_until < timezone.now() + timedelta(minutes=1)
    assert item.claimed_at <= timezone.now()
