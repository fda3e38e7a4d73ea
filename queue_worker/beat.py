"""Beat, when the clock of the machine is set back (O18)."""

from datetime import datetime
from typing import Any

import structlog
from celery.beat import PersistentScheduler

log = structlog.get_logger(__name__)


class SteadyScheduler(PersistentScheduler):
    """Starts periodic work at its intervals although the clock was set back.

    Celery counts from the last run. One that lies in the future is due when the clock has caught up, which
    may take a day; here it counts as a run of this moment.
    """

    _latest: datetime | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
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
