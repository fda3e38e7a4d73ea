"""What /health/ready knows of the queue (O13)."""

from typing import Any

from core.health import NotReady, register
from queue_worker.queues import Queue
from queue_worker.selectors import find_oldest_due_seconds, list_live_workers

WORKER_SECONDS = 60
LATE_SECONDS = 600


def check_queue() -> dict[str, Any]:
    """Raise NotReady when a queue has no living worker, or work that is due for more than 10 minutes."""
    details: dict[str, Any] = {}
    missing = []
    workers = list(list_live_workers(seconds=WORKER_SECONDS))
    for queue in Queue.values:
        names = [worker.name for worker in workers if queue in worker.queues]
        age = find_oldest_due_seconds(queue)
        details[queue] = {"workers": names, "oldest_due_seconds": None if age is None else round(age)}
        if not names:
            missing.append(f"no worker for {queue}")
        if age is not None and age > LATE_SECONDS:
            missing.append(f"work on {queue} is due for {age:.0f} s")
    if missing:
        raise NotReady("; ".join(missing), **details)
    return details


register("queue", check_queue)
