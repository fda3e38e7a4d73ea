"""What /health/ready knows of the queue (O13)."""

from typing import Any

from core.health import NotReady, register
from queue_worker.queues import Queue
from queue_worker.selectors import BEAT, find_oldest_due_seconds, list_live_workers

WORKER_SECONDS = 60
LATE_SECONDS = 600


def check_queue() -> dict[str, Any]:
    """Raise NotReady when beat is silent, or a queue has no living worker or work due for over 10 minutes."""
    workers = list(list_live_workers(seconds=WORKER_SECONDS))
    beats = [worker.name for worker in workers if not worker.queues]
    details: dict[str, Any] = {BEAT: beats}
    missing = [] if beats else ["a agenda (beat) não dá sinal"]
    for queue in Queue.values:
        names = [worker.name for worker in workers if queue in worker.queues]
        age = find_oldest_due_seconds(queue)
        details[queue] = {"workers": names, "oldest_due_seconds": None if age is None else round(age)}
        if not names:
            missing.append(f"nenhum processo trabalha em {queue}")
        if age is not None and age > LATE_SECONDS:
            missing.append(f"trabalho de {queue} vencido há {age:.0f} s")
    if missing:
        raise NotReady("; ".join(missing), **details)
    return details


register("queue", check_queue)
