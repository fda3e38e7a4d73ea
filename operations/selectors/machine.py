"""What the machine said of itself, and what of it is late."""

from datetime import datetime, timedelta

from django.conf import settings

from operations.models import MachineReport

Subject = MachineReport.Subject
BACKUP_EVERY = timedelta(hours=26)
RESTORE_EVERY = timedelta(days=8)
CERTIFICATE_LEFT = timedelta(days=14)  # Caddy renews when a third of its life is left


def list_reports() -> dict[str, MachineReport]:
    """Return the last report of each subject that has one."""
    return {report.subject: report for report in MachineReport.objects.all()}


def list_late_reports(now: datetime) -> dict[MachineReport.Subject, MachineReport | None]:
    """Return the subjects that need somebody, with their last report; None: there was none.

    Outside production nobody makes backups: there only what was reported once is missed.
    """
    reports = list_reports()
    expected = {Subject.BACKUP, Subject.RESTORE} if settings.PRODUCTION else set()
    return {
        subject: reports.get(subject)
        for subject in Subject
        if (subject in reports or subject in expected) and _is_late(reports.get(subject), now)
    }


def _is_late(report: MachineReport | None, now: datetime) -> bool:
    if report is None or report.succeeded_at is None:
        return True
    if report.subject == Subject.CERTIFICATE:
        return report.failed or report.ends_at is None or report.ends_at < now + CERTIFICATE_LEFT
    every = BACKUP_EVERY if report.subject == Subject.BACKUP else RESTORE_EVERY
    return report.failed or report.succeeded_at < now - every
