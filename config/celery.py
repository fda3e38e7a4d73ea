"""The Celery application. Messages are bells: the work is a row (queue_worker)."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("nitro")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_kwargs: Any) -> None:
    """With a receiver here Celery leaves logging alone: settings.LOGGING_CONFIG has set it up."""
