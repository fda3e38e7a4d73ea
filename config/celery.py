"""The Celery application. Messages are bells: the work is a row (queue_worker)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("nitro")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
