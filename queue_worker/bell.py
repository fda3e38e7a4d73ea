"""The bell: tells the workers of a queue that something is due. A lost bell is harmless (R52).

A thread of the process publishes, so that a dead or frozen broker costs a request nothing, not even one
time-out. Bells for one queue that wait together become one; a bell that could not be published is tried
again every few seconds.
"""

import atexit
import os
import threading
from collections.abc import Callable

import structlog
from celery import current_app
from django.db import connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

TASK = "queue_worker.ring"
EXPIRES_SECONDS = 60  # an old bell says nothing that the sweep does not say again
BREAKER_SECONDS = 5
LAST_WORDS_SECONDS = 1

log = structlog.get_logger(__name__)


class _Ringer:
    """The publishing thread of this process. It starts with the first bell and again after a fork."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[str, int] = {}
        self._publishing = False
        self._thread: threading.Thread | None = None

    def ask(self, queue: str, times: int) -> None:
        with self._changed:
            self._add(queue, times)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="queue-bell", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Wait until nothing waits to be published; return whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._publishing, seconds)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                waiting, self._waiting = self._waiting, {}
                self._publishing = True
            failed = [queue for queue, times in waiting.items() if not publish(queue, times)]
            with self._changed:
                for queue in failed:
                    self._add(queue, 1)
                self._publishing = False
                self._changed.notify_all()
            if failed:
                pause.wait(BREAKER_SECONDS)

    def _add(self, queue: str, times: int) -> None:
        self._waiting[queue] = max(times, self._waiting.get(queue, 0))


def publish(queue: str, times: int) -> bool:
    """Send bells now; return whether the broker took them. May wait for a broker that is down."""
    try:
        for _ in range(times):
            current_app.send_task(TASK, args=[queue], queue=queue, retry=False, expires=EXPIRES_SECONDS)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("bell_failed", queue=queue, error=type(error).__name__)
        return False
    return True


def ring(queue: str, times: int = 1) -> None:
    """Ring for one queue soon, `times` over to wake as many threads. Does not wait."""
    _ringer.ask(str(queue), times)


def flush(seconds: float = LAST_WORDS_SECONDS) -> bool:
    """Wait at most `seconds` for the bells asked so far; return whether all were published."""
    return _ringer.flush(seconds)


def ring_on_commit(queue: str) -> None:
    """Ring once after the transaction commits, however often it is asked; never, if it rolls back."""
    hook = _HOOKS[queue]
    savepoints = set(connection.savepoint_ids)
    if not any(known is hook and ids <= savepoints for ids, known, _ in connection.run_on_commit):
        connection.on_commit(hook, robust=True)


def _make_hook(queue: str) -> Callable[[], None]:
    def ring_after_commit() -> None:
        ring(queue)

    return ring_after_commit


_HOOKS = {queue: _make_hook(queue) for queue in ("io", "cpu")}
_ringer = _Ringer()
os.register_at_fork(after_in_child=_ringer.forget)
atexit.register(flush)
