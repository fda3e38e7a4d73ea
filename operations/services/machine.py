"""What the machine says of itself: its backups, the tests of them, the certificate of the site."""

from datetime import datetime
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.errors import Refused, Unavailable
from operations.gateways.certificates import read_certificate_end
from operations.models import MachineReport

log = structlog.get_logger(__name__)
Subject = MachineReport.Subject
HTTPS_PORT = 443


def report_machine(
    *,
    subject: MachineReport.Subject,
    succeeded: bool,
    detail: str = "",
    ends_at: datetime | None = None,
    now: datetime | None = None,
) -> MachineReport:
    """Keep how it went last. A failure leaves in place when it last went well, and until when that holds."""
    now = now or timezone.now()
    told = {
        "reported_at": now,
        "failed": not succeeded,
        "detail": detail[: MachineReport._meta.get_field("detail").max_length],
        **({"succeeded_at": now, "ends_at": ends_at} if succeeded else {}),
    }
    with transaction.atomic(durable=True):
        report, _ = MachineReport.objects.update_or_create(subject=subject, defaults=told)
    log.info("machine_reported", subject=str(subject), succeeded=succeeded)
    return report


def read_site_certificate(*, now: datetime | None = None) -> str:
    """Look at the certificate of settings.SITE_URL as a browser does, and keep until when it holds."""
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or not site.hostname:
        return "o site não usa TLS"
    place = urlsplit(f"//{settings.SITE_TLS_ADDRESS or site.netloc}")
    try:
        ends_at = read_certificate_end(
            host=place.hostname or site.hostname,
            port=place.port or HTTPS_PORT,
            name=site.hostname,
            trusted=settings.SITE_CA_FILE or None,
        )
    except (Refused, Unavailable) as error:
        report_machine(subject=Subject.CERTIFICATE, succeeded=False, detail=str(error), now=now)
        return str(error)
    report_machine(subject=Subject.CERTIFICATE, succeeded=True, ends_at=ends_at, now=now)
    return f"vale até {timezone.localtime(ends_at):%d/%m/%Y}"
