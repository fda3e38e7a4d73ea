"""One thread per worker: says that the worker lives, rings for what has become due, repairs without beat."""

import os
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from celery.signals import celeryd_after_setup, worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, InterfaceError, ProgrammingError, connection
from django.utils import timezone

from core.database import give_back_connections
from core.http.reports import list_troubles
from queue_worker import schedule
from queue_worker.bell import ring
from queue_worker.keeper import keeper
from queue_worker.runner import crew, stopping
from queue_worker.selectors import has_claimable, look_ahead
from queue_worker.services import forget_worker, reap, record_worker, run_if_overdue, sweep
from queue_worker.work import Work

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10
LATE_SECONDS = 0.5
STOP_SECONDS = 2


class Pulse(threading.Thread):
    """Sleeps until the next item of its queues is due, at most one tick; rings for it then.

    Work with a `run_after` has no bell at that moment. The pulse looks one tick ahead, at each tick and
    whenever a bell says that something will be due: a lost bell costs one tick. A round that fails is
    logged; the next one comes.
    """

    def __init__(self, name: str, queues: Sequence[str], threads: int) -> None:
        super().__init__(name="queue-pulse", daemon=True)
        self._worker = name
        self._queues = list(queues)
        self._threads = threads
        self._started_at = timezone.now()
        self._ended, self._is_new = False, True
        self._woken = threading.Event()
        self._next_round = self._next_heartbeat = 0.0
        self._looked_at: datetime | None = None

    def run(self) -> None:
        while not self._ended:
            self._woken.wait(self.step())
            self._woken.clear()
        connection.close()

    def stop(self) -> None:
        self._ended = True
        self._woken.set()

    def wake(self) -> None:
        """Look ahead now: something will be due that the last look did not see."""
        self._woken.set()

    def step(self) -> float:
        """Do what is due now; return the seconds until the next step."""
        try:
            if self._is_new:
                reap()
                sweep()
                self._is_new = False
            if time.monotonic() >= self._next_round:
                self._next_round = time.monotonic() + settings.QUEUE_TICK_SECONDS
                self._round()
            return min(self._ring_in_time(), max(0.0, self._next_round - time.monotonic()))
        except (DatabaseError, InterfaceError) as error:
            is_bug = isinstance(error, ProgrammingError)
            log.warning("pulse_missed", error=type(error).__name__, exc_info=is_bug)
            connection.close()
            return float(settings.QUEUE_TICK_SECONDS)
        finally:
            give_back_connections()

    def _round(self) -> None:
        """Say that the worker lives, repair what nobody else repairs, ring for what was not heard."""
        if time.monotonic() >= self._next_heartbeat:
            self._next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS
            self._beat()
        run_if_overdue(periodic=schedule.REAP)
        run_if_overdue(periodic=schedule.SWEEP)
        for queue in self._queues:
            if has_claimable(queue, older_than=LATE_SECONDS):
                ring(queue)

    def _ring_in_time(self) -> float:
        """Ring for what has become due since the last look; return the seconds until the next item is."""
        tick = settings.QUEUE_TICK_SECONDS
        self._looked_at, queues = look_ahead(self._queues, since=self._looked_at, seconds=tick)
        for ahead in queues:
            if ahead.has_become_due:
                ring(ahead.queue)
        return min((ahead.seconds for ahead in queues if ahead.seconds is not None), default=tick)

    def _beat(self) -> None:
        record_worker(
            name=self._worker,
            queues=self._queues,
            threads=self._threads,
            running=len(keeper.running()),
            stuck=[_describe(work) for work in keeper.stuck()],
            started_at=self._started_at,
            troubles=list_troubles(),
        )


def _describe(work: Work) -> dict[str, Any]:
    seconds = round(time.monotonic() - work.started)
    return {"item_id": work.item_id, "kind": work.kind, "seconds": seconds}


_pulse: Pulse | None = None


def wake_pulse() -> None:
    """Let the pulse of this process look ahead. A child of a prefork worker has none: the tick comes."""
    if _pulse is not None:
        _pulse.wake()


def _forget_after_fork() -> None:
    global _pulse
    _pulse = None


@celeryd_after_setup.connect
def count_crew(instance: Any, **_: Any) -> None:
    crew.size = instance.concurrency


@worker_ready.connect
def start_pulse(sender: Any, **_: Any) -> None:
    global _pulse
    controller = sender.controller
    queues = sorted(controller.app.amqp.queues.consume_from)
    _pulse = Pulse(controller.hostname, queues, controller.concurrency)
    _pulse.start()


@worker_shutting_down.connect
def stop_claiming(**_: Any) -> None:
    stopping.set()


@worker_shutdown.connect
def stop_pulse(sender: Any, **_: Any) -> None:
    if _pulse is not None:
        _pulse.stop()
        _pulse.join(STOP_SECONDS)
    forget_worker(name=sender.hostname)


os.register_at_fork(after_in_child=_forget_after_fork)
