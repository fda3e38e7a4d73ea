"""The Celery application. Messages are bells: the work is a row (queue_worker)."""

import os
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("nitro")
app.set_default()  # web threads must find this application, not an empty one
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def collect_schedule(sender: Celery, **_: Any) -> None:
    """Make the periodic work that each app lists in its `schedule` module tasks, and give them to beat."""
    from core.schedule import list_schedule  # the apps are loaded by now

    for periodic in list_schedule():
        sender.task(name=periodic.task)(_function(periodic.start))
    sender.conf.beat_schedule = {
        periodic.task: {
            "task": periodic.task,
            "schedule": _schedule(periodic.every),
            "options": {"queue": periodic.queue, "expires": periodic.expires_seconds},
        }
        for periodic in list_schedule()
    }


def _function(start: Callable[[], str]) -> Callable[[], str]:
    """Make a method a function: Celery counts `self` among its arguments, and beat cannot send the task."""

    def run() -> str:
        return start()

    return run


def _schedule(every: timedelta | time) -> timedelta | crontab:
    return crontab(hour=str(every.hour), minute=str(every.minute)) if isinstance(every, time) else every


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Logs are configured by the settings; a receiver of this signal keeps Celery's hands off them."""
