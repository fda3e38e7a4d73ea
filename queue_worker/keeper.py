"""One thread per process that keeps the leases of everything that runs in it."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, InterfaceError, connection

from queue_worker.services import renew_leases
from queue_worker.work import Work

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0


class Keeper:
    """Renews the leases of running works until their deadlines. A work past its deadline is let go."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._changed = threading.Condition()
        self._works: dict[int, Work] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, work: Work) -> Iterator[None]:
        """Renew the lease of `work` in the background inside the block."""
        with self._changed:
            self._works[id(work)] = work
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="queue-keeper", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                del self._works[id(work)]

    def running(self) -> list[Work]:
        """Return what runs in this process now."""
        with self._changed:
            return list(self._works.values())

    def stuck(self) -> list[Work]:
        """Return what runs although its lease is gone: a thread that nobody can stop."""
        return [work for work in self.running() if not work.is_held]

    def _run(self) -> None:
        while True:
            with self._changed:
                due = min((at for work in self._works.values() if (at := work.renew_at)), default=None)
                seconds = None if due is None else due - time.monotonic()
                if seconds is None or seconds > 0:
                    self._changed.wait(seconds)
                    continue
                works = [work for work in self._works.values() if work.renew_at]
            self._renew(works)

    def _renew(self, works: list[Work]) -> None:
        asked = time.monotonic()
        try:
            held = renew_leases(leases=[(work.item_id, work.token) for work in works])
        except (DatabaseError, InterfaceError) as error:
            log.warning("leases_not_renewed", error=type(error).__name__)
            time.sleep(RETRY_SECONDS)
            return
        finally:
            connection.close()
        for work in works:
            work.note_renewal(asked, held=work.item_id in held)


keeper = Keeper()
os.register_at_fork(after_in_child=keeper.forget)
