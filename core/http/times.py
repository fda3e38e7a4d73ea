"""How long to wait."""

import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from django.utils import timezone

Deadline = float | datetime
"""When to give up: a value of time.monotonic() or an aware datetime."""


@dataclass(frozen=True)
class Timeout:
    """Seconds to wait for the connection, and for the whole answer after it."""

    connect: float
    read: float


def to_monotonic(deadline: Deadline | None) -> float:
    if deadline is None:
        return float("inf")
    if isinstance(deadline, datetime):
        return time.monotonic() + (deadline - timezone.now()).total_seconds()
    return deadline


def read_retry_after(header: str) -> float | None:
    """Return the seconds of a Retry-After header, which holds seconds or a date."""
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment - timezone.now()).total_seconds()) if moment.tzinfo else None
