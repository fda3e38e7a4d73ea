"""Periodic work. Each app lists its own in `<app>/schedule.py` as SCHEDULE; config.celery gives it to beat.

Every periodic task is safe to run twice (R56).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from importlib import import_module
from inspect import signature

from django.apps import apps
from django.utils import timezone
from django.utils.module_loading import module_has_submodule


@dataclass(frozen=True)
class Periodic:
    """One use case that beat starts: every so often, or daily at a time of São Paulo.

    `task` names it for Celery and in the list of last runs; `title` and `result` are what operators read:
    `result` is formatted with what `run` returns. `run` is given `now` if it takes it.
    """

    task: str
    title: str
    every: timedelta | time
    run: Callable[..., object]
    result: str = "{}"
    queue: str = "io"

    @property
    def expires_seconds(self) -> float:
        """How long the message is worth anything: a late one is replaced by the next."""
        return self.every.total_seconds() if isinstance(self.every, timedelta) else 3600.0

    def start(self) -> str:
        """Run the use case now and say in words what it did."""
        takes_now = "now" in signature(self.run).parameters
        return self.result.format(self.run(now=timezone.now()) if takes_now else self.run())


@cache
def list_schedule() -> tuple[Periodic, ...]:
    """Return the periodic work of all installed apps, in their order."""
    schedule: list[Periodic] = []
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "schedule"):
            schedule += getattr(import_module(f"{app.name}.schedule"), "SCHEDULE", ())
    return tuple(schedule)
