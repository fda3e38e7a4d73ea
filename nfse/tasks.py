"""Periodic tasks of Notas (nfse/schedule.py). Each is safe to run twice."""

from celery import shared_task
from django.utils import timezone

from nfse.services.city_check import request_due_checks
from nfse.services.closing.sweeping import (
    delete_expired_packages,
    delete_stray_files,
    requeue_lost_packages,
)
from nfse.services.duties import announce_duties
from nfse.services.expiry import send_expiry_notices
from nfse.services.issuing.sweeping import requeue_lost_requests
from nfse.services.issuing.telling import tell_doubts
from nfse.services.notes.distribution import enqueue_due_distributions
from nfse.services.notes.reading import enqueue_due_readings


@shared_task(name="nfse.send_expiry_notices")
def send_expiry_notices_task() -> str:
    """Tell of certificates that end soon."""
    return f"{send_expiry_notices(now=timezone.now())} certificados avisados"


@shared_task(name="nfse.announce_duties")
def announce_duties_task() -> str:
    """Tell of duties that companies do not meet yet."""
    return f"{announce_duties(now=timezone.now())} contabilidades avisadas"


@shared_task(name="nfse.request_city_checks")
def request_city_checks_task() -> int:
    """Ask again for agreements that are a day old."""
    return request_due_checks(now=timezone.now())


@shared_task(name="nfse.requeue_lost_requests")
def requeue_lost_requests_task() -> int:
    """Give open requests without work their work again."""
    return requeue_lost_requests(now=timezone.now())


@shared_task(name="nfse.read_due_notes")
def read_due_notes_task() -> int:
    """Enqueue the readings of notes that are due."""
    return enqueue_due_readings(now=timezone.now())


@shared_task(name="nfse.read_due_distributions")
def read_due_distributions_task() -> int:
    """Enqueue the reading of what the ADN handed out to companies."""
    return enqueue_due_distributions(now=timezone.now())


@shared_task(name="nfse.tell_doubts")
def tell_doubts_task() -> int:
    """Tell of requests in doubt for more than two hours."""
    return tell_doubts(now=timezone.now())


@shared_task(name="nfse.sweep_packages")
def sweep_packages_task() -> str:
    """End the packages whose time is over, and give lost ones their work again."""
    now = timezone.now()
    expired, lost = delete_expired_packages(now=now), requeue_lost_packages(now=now)
    return f"{expired} apagados, {lost} retomados, {delete_stray_files()} restos removidos"
