"""The bell: tells the workers of a queue that something is due. A lost bell is harmless (R52).

A thread of the process publishes, so that a dead or frozen broker costs a request nothing, not even one
time-out. Bells for one queue that wait together become one; a bell that could not be published is tried
again every few seconds.
"""

import atexit
import os
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog
from celery import current_app
from django.db import connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from queue_worker.queues import Queue

TASK = "queue_worker.ring"
EXPIRES_SECONDS = 60  # an old bell says nothing that the sweep does not say again
BREAKER_SECONDS = 5
LAST_WORDS_SECONDS = 1

log = structlog.get_logger(__name__)


class Bell(NamedTuple):
    """What is told: something of this queue is due, or will be later."""

    queue: str
    later: bool = False


class _Ringer:
    """The publishing thread of this process. It starts with the first bell and again after a fork."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[Bell, int] = {}
        self._publishing = False
        self._thread: threading.Thread | None = None

    def ask(self, bell: Bell, times: int) -> None:
        with self._changed:
            self._add(bell, times)
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
            failed = [bell for bell, times in waiting.items() if not publish(bell, times)]
            with self._changed:
                for bell in failed:
                    self._add(bell, 1)
                self._publishing = False
                self._changed.notify_all()
            if failed:
                pause.wait(BREAKER_SECONDS)

    def _add(self, bell: Bell, times: int) -> None:
        self._waiting[bell] = max(times, self._waiting.get(bell, 0))


def publish(bell: Bell, times: int) -> bool:
    """Send bells now; return whether the broker took them. May wait for a broker that is down."""
    what: dict[str, Any] = {"args": [bell.queue], "kwargs": {"later": True} if bell.later else {}}
    try:
        for _ in range(times):
            current_app.send_task(TASK, **what, queue=bell.queue, retry=False, expires=EXPIRES_SECONDS)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("bell_failed", queue=bell.queue, error=type(error).__name__)
        return False
    return True


def ring(queue: str, times: int = 1, *, later: bool = False) -> None:
    """Ring for one queue soon, `times` over to wake as many threads. Does not wait.

    `later` also makes the pulse of the worker that hears it look ahead: something will be due.
    """
    _ringer.ask(Bell(str(queue), later), times)


def flush(seconds: float = LAST_WORDS_SECONDS) -> bool:
    """Wait at most `seconds` for the bells asked so far; return whether all were published."""
    return _ringer.flush(seconds)


def ring_on_commit(queue: str, *, later: bool = False) -> None:
    """Ring once after the transaction commits, however often it is asked; never, if it rolls back."""
    hook = _HOOKS[Bell(queue, later)]
    savepoints = set(connection.savepoint_ids)
    if not any(known is hook and ids <= savepoints for ids, known, _ in connection.run_on_commit):
        connection.on_commit(hook, robust=True)


def _make_hook(bell: Bell) -> Callable[[], None]:
    def ring_after_commit() -> None:
        ring(bell.queue, later=bell.later)

    return ring_after_commit


_BELLS = [Bell(queue, later) for queue in Queue.values for later in (False, True)]
_HOOKS = {bell: _make_hook(bell) for bell in _BELLS}
_ringer = _Ringer()
os.register_at_fork(after_in_child=_ringer.forget)
atexit.register(flush)
