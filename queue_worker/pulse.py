"""One thread per worker: says that the worker lives, rings for what has become due, repairs without beat."""

import threading
import time
from collections.abc import Sequence
from typing import Any

import structlog
from celery.signals import celeryd_after_setup, worker_ready, worker_shutdown, worker_shutting_down
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from core.database import give_back_connections
from queue_worker import schedule
from queue_worker.bell import ring
from queue_worker.keeper import keeper
from queue_worker.runner import crew, stopping
from queue_worker.selectors import has_claimable
from queue_worker.services import forget_worker, reap, record_worker, run_if_overdue, sweep
from queue_worker.work import Work

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
TICKS_PER_HEARTBEAT = 10
LATE_SECONDS = 0.5


class Pulse(threading.Thread):
    """Ticks every second until stopped. A tick that fails is logged; the next one comes.

    Work with a `run_after` has no bell of its own: the tick after that moment rings for it.
    """

    def __init__(self, name: str, queues: Sequence[str], threads: int) -> None:
        super().__init__(name="queue-pulse", daemon=True)
        self._worker = name
        self._queues = list(queues)
        self._threads = threads
        self._started_at = timezone.now()
        self._ended = threading.Event()

    def run(self) -> None:
        ticks = 0
        while not self._ended.is_set():
            self.tick(ticks)
            ticks += 1
            self._ended.wait(TICK_SECONDS)
        connection.close()

    def stop(self) -> None:
        self._ended.set()

    def tick(self, ticks: int) -> None:
        try:
            if ticks == 0:
                reap()
                sweep()
            if ticks % TICKS_PER_HEARTBEAT == 0:
                self._beat()
            run_if_overdue(periodic=schedule.REAP, run=reap)
            run_if_overdue(periodic=schedule.SWEEP, run=sweep)
            self._ring_for_late_items()
        except (DatabaseError, InterfaceError) as error:
            log.warning("pulse_missed", error=type(error).__name__)
            connection.close()
        finally:
            give_back_connections()

    def _beat(self) -> None:
        record_worker(
            name=self._worker,
            queues=self._queues,
            threads=self._threads,
            running=len(keeper.running()),
            stuck=[_describe(work) for work in keeper.stuck()],
            started_at=self._started_at,
        )

    def _ring_for_late_items(self) -> None:
        for queue in self._queues:
            if has_claimable(queue, older_than=LATE_SECONDS):
                ring(queue)


def _describe(work: Work) -> dict[str, Any]:
    seconds = round(time.monotonic() - work.started)
    return {"item_id": work.item_id, "kind": work.kind, "seconds": seconds}


_pulse: Pulse | None = None


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
        _pulse.join(TICK_SECONDS * 2)
    forget_worker(name=sender.hostname)
