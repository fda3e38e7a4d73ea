"""Beat: it goes on when the clock of the machine is set back (O18), and says that it lives (O13)."""

import socket
import threading
import time
from datetime import datetime
from typing import Any

import structlog
from celery.beat import PersistentScheduler
from celery.signals import beat_init
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from queue_worker.selectors import BEAT
from queue_worker.services import record_worker

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10
SILENT_SECONDS = 60


class SteadyScheduler(PersistentScheduler):
    """Starts periodic work at its intervals although the clock was set back.

    Celery counts from the last run. One that lies in the future is due when the clock has caught up, which
    may take a day; here it counts as a run of this moment.
    """

    looked_at = 0.0  # by time.monotonic
    _latest: datetime | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        SteadyScheduler.looked_at = time.monotonic()
        now: datetime = self.app.now()
        if self._latest is None or now < self._latest:
            self._forget_the_future(now)
        self._latest = now
        return float(super().tick(*args, **kwargs))

    def _forget_the_future(self, now: datetime) -> None:
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at and entry.last_run_at > now]
        for entry in ahead:
            entry.last_run_at = now
        if ahead:
            log.warning("clock_set_back", entries=len(ahead))
            self._heap = None  # its times are of the former clock


class Heartbeat(threading.Thread):
    """Notes every ten seconds that beat lives, as long as it looks at its schedule.

    A thread of its own: a database that does not answer stops no schedule.
    """

    def __init__(self) -> None:
        super().__init__(name="beat-heartbeat", daemon=True)
        self._name = f"{BEAT}@{socket.gethostname()}"
        self._started_at = timezone.now()

    def run(self) -> None:
        while True:
            self.step()
            time.sleep(HEARTBEAT_SECONDS)

    def step(self) -> None:
        if time.monotonic() - SteadyScheduler.looked_at > SILENT_SECONDS:
            return
        try:
            record_worker(
                name=self._name, queues=[], threads=0, running=0, stuck=[], started_at=self._started_at
            )
        except (DatabaseError, InterfaceError) as error:
            log.warning("beat_not_noted", error=type(error).__name__)
        finally:
            connection.close()


@beat_init.connect
def start_heartbeat(**_: Any) -> None:
    SteadyScheduler.looked_at = time.monotonic()
    Heartbeat().start()
