"""Tell operators by e-mail what needs them: one letter per cause per hour (O14)."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services import write_to_operators
from core.formatting import format_datetime
from core.mail import Letter
from core.money import format_number
from operations.models import Alert
from operations.selectors.concerns import Concern, list_concerns
from queue_worker.services import enqueue

log = structlog.get_logger(__name__)
PAUSE = timedelta(hours=1)
ALERT = "operations.alert"


def send_alerts(*, now: datetime | None = None) -> int:
    """Ask for a letter about each concern that is one for an e-mail; return how many were asked for.

    What lasts is told again each hour; what happened once is told once. Twice at a time sends one letter.
    """
    now = now or timezone.now()
    return sum(_tell(concern, now) for concern in list_concerns(now=now) if concern.is_alert(now))


def write_alert(*, cause: str) -> Letter | None:
    """Write what needs the operators by now; nothing when it is over."""
    found = next((concern for concern in list_concerns() if concern.cause == cause), None)
    return write_to_operators(subject=found.title, text=_text(found)) if found else None


def _tell(concern: Concern, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        alert, is_new = Alert.objects.select_for_update().get_or_create(
            cause=concern.cause, defaults={"sent_at": now}
        )
        if not is_new and not _is_due(alert, concern, now):
            return False
        alert.sent_at = now
        alert.save(update_fields=["sent_at"])
        enqueue(kind=ALERT, payload={"cause": concern.cause}, dedupe_key=concern.cause, priority=60)
    log.warning("operators_alerted", cause=concern.cause, count=concern.count)
    return True


def _is_due(alert: Alert, concern: Concern, now: datetime) -> bool:
    if alert.sent_at > now + PAUSE:
        return True  # the clock was set back
    if concern.latest is not None and concern.latest <= alert.sent_at:
        return False
    return now - alert.sent_at >= PAUSE


def _text(concern: Concern) -> str:
    since = f", desde {format_datetime(concern.since)}" if concern.since else ""
    return f"{concern.title}: {format_number(concern.count)}{since}. Veja em {settings.SITE_URL}{concern.url}"
