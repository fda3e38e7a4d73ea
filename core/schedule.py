"""Periodic work. Each app lists its own in `<app>/schedule.py` as SCHEDULE; config.celery gives it to beat.

Every periodic task is safe to run twice (R56).
"""

from dataclasses import dataclass
from datetime import time, timedelta
from functools import cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule


@dataclass(frozen=True)
class Periodic:
    """One Celery task that beat starts: every so often, or daily at a time of São Paulo.

    `title` is what operators read; `queue` is io or cpu.
    """

    task: str
    title: str
    every: timedelta | time
    queue: str = "io"

    @property
    def expires_seconds(self) -> float:
        """How long the message is worth anything: a late one is replaced by the next."""
        return self.every.total_seconds() if isinstance(self.every, timedelta) else 3600.0


@cache
def list_schedule() -> tuple[Periodic, ...]:
    """Return the periodic work of all installed apps, in their order."""
    schedule: list[Periodic] = []
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "schedule"):
            schedule += getattr(import_module(f"{app.name}.schedule"), "SCHEDULE", ())
    return tuple(schedule)
