"""Days of São Paulo and the moments at which they begin."""

from datetime import date, datetime, time

from django.utils import timezone


def start_of_day(day: date) -> datetime:
    """Return the first moment of a São Paulo day."""
    return timezone.make_aware(datetime.combine(day, time.min))
