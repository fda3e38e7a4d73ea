"""Periodic tasks of Notas (nfse/schedule.py). Each is safe to run twice."""

from celery import shared_task
from django.utils import timezone

from nfse.services.expiry import send_expiry_notices


@shared_task(name="nfse.send_expiry_notices")
def send_expiry_notices_task() -> str:
    """Tell of certificates that end soon."""
    return f"{send_expiry_notices(now=timezone.now())} certificados avisados"
