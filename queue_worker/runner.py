"""Work off a queue: claim, hand to the handler with no transaction open, record."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import structlog
from django.db import connection

from core.database import give_back_connections
from core.errors import Refused, Unavailable, Unknown
from core.metrics import count_work
from core.request_ids import bind_request_id
from queue_worker.bell import ring
from queue_worker.errors import AskFirst, GiveUp, LeaseLost, RetryLater, Snooze
from queue_worker.keeper import keeper
from queue_worker.models import WorkItem
from queue_worker.policy import Handler
from queue_worker.registry import get_handler
from queue_worker.selectors import has_claimable
from queue_worker.services import Failure, claim, record_done, record_failure
from queue_worker.transactions import refuse_transaction
from queue_worker.work import Work

log = structlog.get_logger(__name__)

ITEMS_PER_BELL = 50
SECONDS_PER_BELL = 30

stopping = threading.Event()
"""Set when the process was told to stop: what runs is finished, nothing more is claimed."""


class Crew:
    """How many drains this worker can run at once, and how many run in this process."""

    def __init__(self) -> None:
        self.size = 1
        self._working = 0
        self._lock = threading.Lock()

    @contextmanager
    def on_duty(self) -> Iterator[None]:
        with self._lock:
            self._working += 1
        try:
            yield
        finally:
            with self._lock:
                self._working -= 1

    def has_idle(self) -> bool:
        return self._working < self.size


crew = Crew()


def drain(queue: str, *, worker: str | None = None) -> int:
    """Work until nothing is due, for at most 50 items or 30 seconds per bell; return how many items.

    If more is due after the first claim and threads are idle, two more bells wake two of them, and so on:
    a burst reaches all threads in a few steps. A drain that ends with work left rings again.
    """
    worker = worker or socket.gethostname()
    until = time.monotonic() + SECONDS_PER_BELL
    count = 0
    with crew.on_duty():
        while count < ITEMS_PER_BELL and time.monotonic() < until and not stopping.is_set():
            item = claim(queue=queue, worker=worker)
            if item is None:
                return count
            if count == 0 and crew.has_idle() and has_claimable(queue):
                ring(queue, times=2)
            run(item)
            count += 1
    ring(queue)
    return count


def run(item: WorkItem) -> str | None:
    """Run a claimed item and record how it ended; return its new status, None when the lease was lost."""
    handler = get_handler(item.kind)
    work = Work(item, handler)
    with ExitStack() as stack:
        stack.enter_context(bind_request_id(item.request_id))
        stack.enter_context(structlog.contextvars.bound_contextvars(item_id=item.pk, kind=item.kind))
        log.info("work_claimed", attempts=item.attempts, queue=item.queue)
        stack.enter_context(keeper.keep(work))
        status = _handle(work, handler)
        seconds = time.monotonic() - work.started
        count_work(kind=item.kind, outcome=status or "lost", seconds=seconds)
        log.info("work_ended", status=status, seconds=round(seconds, 3))
        return status


def _handle(work: Work, handler: Handler) -> str | None:
    """Call the handler and record what came of it."""
    give_back_connections()
    try:
        result = handler.handle(work)
        refuse_transaction("the end of a handler")
    except LeaseLost as error:
        log.warning("lease_lost", reason=str(error))
        return None
    except Exception as error:  # noqa: BLE001 (the worker loop: whatever a handler raises is recorded)
        return _record_failure(work, error)
    return _record_done(work, result)


def _record_done(work: Work, result: object) -> str | None:
    if work.is_finished and _is_done(work):
        return WorkItem.Status.DONE
    recorded = record_done(
        item_id=work.item_id, token=work.token, ordering_key=work.ordering_key, result=result
    )
    if not recorded:
        log.warning("lease_lost", reason="somebody else took the item before its result was recorded")
    return WorkItem.Status.DONE if recorded else None


def _record_failure(work: Work, error: Exception) -> str | None:
    if connection.errors_occurred:
        connection.close_if_unusable_or_obsolete()
    if work.is_finished and _is_done(work):
        log.exception("failed_after_finish")
        return WorkItem.Status.DONE
    failure = _explain(error)
    if failure.outcome == "error":
        log.exception("handler_failed")
    return record_failure(item_id=work.item_id, token=work.token, failure=failure)


def _is_done(work: Work) -> bool:
    """Whether the transaction in which the handler finished was committed."""
    return work.is_committed or WorkItem.objects.filter(pk=work.item_id, status=WorkItem.Status.DONE).exists()


def _explain(error: Exception) -> Failure:
    """Turn what a handler raised into what happens next; the three answers of a provider have a default."""
    match error:
        case RetryLater():
            return Failure("retry", str(error), seconds=error.seconds)
        case Snooze():
            return Failure("snoozed", str(error), seconds=error.seconds, spends_attempt=False)
        case Unavailable():
            return Failure("retry", str(error), seconds=error.retry_after)
        case AskFirst() | Unknown():
            return Failure("ask", str(error), must_ask=True)
        case GiveUp() | Refused():
            return Failure("refused", str(error), permanent=True)
        case _:
            return Failure("error", f"{type(error).__name__}: {error}", must_ask=True)
