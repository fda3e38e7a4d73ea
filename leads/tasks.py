"""Periodic tasks of the lead business (leads/schedule.py)."""

from celery import shared_task
from django.utils import timezone

from leads.services.searches import requeue_lost_searches


@shared_task(name="leads.requeue_lost_searches")
def requeue_lost_searches_task() -> int:
    """Give open searches without work their work again."""
    return requeue_lost_searches(now=timezone.now())
