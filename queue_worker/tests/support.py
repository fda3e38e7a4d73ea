"""Help for tests of work: put items in, work them off in this process, race in threads."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connection, transaction

from queue_worker import runner
from queue_worker.models import WorkItem
from queue_worker.services import claim, enqueue

Result = TypeVar("Result")


def put(kind: str, count: int = 1, **fields: Any) -> list[WorkItem]:
    """Enqueue `count` items in one committed transaction."""
    fields.setdefault("payload", {})
    with transaction.atomic():
        return [enqueue(kind=kind, **fields) for _ in range(count)]


def put_one(kind: str, **fields: Any) -> WorkItem:
    return put(kind, **fields)[0]


def run_due(queue: str = "io") -> int:
    """Run everything that is due on `queue` here and now, without broker; return how many items ran."""
    count = 0
    while (item := claim(queue=queue, worker="test")) is not None:
        runner.run(item)
        count += 1
    return count


def claim_one(queue: str = "io") -> WorkItem:
    item = claim(queue=queue, worker="test")
    assert item is not None, "nothing is due"
    return item


def make_due() -> None:
    """Let everything that waits be due now."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE queue_worker_workitem SET run_after = now() WHERE status = 'pending'")


def expire_leases() -> None:
    """Let time pass for everything that runs: its worker gave no sign of life."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE queue_worker_workitem SET lease_until = now() - interval '1 second'"
            " WHERE status = 'processing'"
        )


def until(is_true: Callable[[], object], seconds: float = 20) -> Iterator[None]:
    """Yield again and again until the condition is true; stop, too, when that takes too long."""
    deadline = time.monotonic() + seconds
    while not is_true() and time.monotonic() < deadline:
        yield


def race(threads: int, act: Callable[[], Result]) -> list[Result]:
    """Call `act` in this many threads at the same moment; return what each returned."""
    start = threading.Barrier(threads)

    def once() -> Result:
        try:
            start.wait(10)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return [future.result(30) for future in [pool.submit(once) for _ in range(threads)]]
