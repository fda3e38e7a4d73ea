"""What workers and beat leave behind so that people can see that they live."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from core.http.reports import Trouble
from core.schedule import Periodic
from queue_worker.models import PeriodicRun, Worker

RESULT_CHARACTERS = 500
SILENT_DAYS = 1


def record_worker(
    *,
    name: str,
    queues: Sequence[str],
    threads: int,
    running: int,
    stuck: Sequence[dict[str, Any]],
    started_at: datetime,
    troubles: Sequence[Trouble] = (),
) -> None:
    """Say that the worker `name` lives, what it can do, what hangs and what fails it. Old silent rows go."""
    now = timezone.now()
    Worker.objects.update_or_create(
        name=name,
        defaults={
            "queues": list(queues),
            "threads": threads,
            "running": running,
            "stuck": list(stuck),
            "started_at": started_at,
            "troubles": list(troubles),
            "seen_at": now,
        },
    )
    Worker.objects.filter(seen_at__lt=now - timedelta(days=SILENT_DAYS)).delete()


def forget_worker(*, name: str) -> None:
    """Remove a worker that ended in an orderly way."""
    Worker.objects.filter(name=name).delete()


def record_periodic_start(*, name: str) -> None:
    """Note that a periodic job starts now (O18)."""
    PeriodicRun.objects.update_or_create(name=name, defaults={"started_at": timezone.now()})


def record_periodic_end(*, name: str, succeeded: bool, result: str) -> None:
    """Note how the run of a periodic job ended (O18)."""
    PeriodicRun.objects.filter(name=name).update(
        finished_at=timezone.now(), succeeded=succeeded, result=result[:RESULT_CHARACTERS]
    )


def run_if_overdue(*, periodic: Periodic) -> bool:
    """Run a periodic job of seconds here when beat has missed it twice; return whether it ran.

    Beat may be dead, or its message may wait behind busy threads: repairs must not. A run in the future was
    noted before the clock was set back and says nothing.
    """
    if not isinstance(periodic.every, timedelta):
        raise ValueError(f"{periodic.task} has no fixed interval")
    now = timezone.now()
    recent = (now - 2 * periodic.every, now + periodic.every)
    if PeriodicRun.objects.filter(name=periodic.task, started_at__range=recent).exists():
        return False
    record_periodic_start(name=periodic.task)
    record_periodic_end(name=periodic.task, succeeded=True, result=periodic.start())
    return True
