"""When to try or ask again (N11; contract national 8.7, plugnotas 7). Seconds, scaled by NFSE_WAIT_SCALE."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

RETRY_FIRST, RETRY_CAP = 10.0, 900.0
DOUBT_WAITS = (10.0, 60.0, 300.0)
"""Waits before each question about a request in doubt; when none of these finds it, it does not exist."""
ACCEPTED_WAITS = (5.0, 15.0, 60.0, 300.0)
SLOW_AFTER, SLOW_WAIT = timedelta(hours=24), 3600.0
ATTENTION_WAIT = 900.0
CANCEL_WAITS = (5.0, 15.0, 60.0, 300.0)


def retry_wait(attempts: int) -> float:
    """Return the wait after this many sends that certainly did not arrive."""
    return min(RETRY_CAP, RETRY_FIRST * 2.0 ** min(max(attempts - 1, 0), 30))


def step(waits: tuple[float, ...], done: int) -> float:
    """Return the wait after `done` questions; the last one repeats."""
    return waits[min(done, len(waits) - 1)]


def after(seconds: float, asked: float | None = None) -> datetime:
    """Return the moment `seconds` from now, or later when the provider asked for more."""
    return timezone.now() + timedelta(seconds=max(seconds * settings.NFSE_WAIT_SCALE, asked or 0))
