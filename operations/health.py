"""What /health/ready knows of the site's certificate (O13)."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from core.formatting import format_datetime
from core.health import NotReady, register
from operations.models import MachineReport
from operations.selectors.machine import list_reports

LEFT = timedelta(days=2)


def check_certificate() -> dict[str, Any]:
    """Raise NotReady when browsers refuse the site in two days; operators are told two weeks before."""
    report = list_reports().get(MachineReport.Subject.CERTIFICATE)
    if report is None or report.ends_at is None:
        return {}
    until = format_datetime(report.ends_at)
    if report.ends_at < timezone.now() + LEFT:
        raise NotReady(f"o certificado do site vale até {until}")
    return {"valid_until": until}


register("certificate", check_certificate)
