"""Sessions that nobody can use any more."""

from django.contrib.sessions.models import Session
from django.utils import timezone


def clear_sessions() -> int:
    """Delete the sessions that have expired and return how many; again is harmless."""
    count, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return count
