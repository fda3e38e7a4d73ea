"""Notices that a certificate is about to end: 30, 15, 7 and 1 days before, once each (N5)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from nfse.models import Certificate, CertificateNotice, Notice
from nfse.services.notices import notify

STEPS = (1, 7, 15, 30)
"""Days before the end, the nearest first."""


def find_step(days_left: int) -> int | None:
    """Return the notice that is due with this many days left, or None: too early, or ended already."""
    if days_left < 0:
        return None
    return next((step for step in STEPS if days_left <= step), None)


def count_days_left(valid_until: datetime, now: datetime) -> int:
    """Return the days of São Paulo until the end; negative once it has passed, also within the day."""
    if now > valid_until:
        return -1
    return (timezone.localdate(valid_until) - timezone.localdate(now)).days


def send_expiry_notices(*, now: datetime) -> int:
    """Tell owners and accountants of the certificates that end soon; return of how many.

    Days that were missed send only the nearest notice. Again, or twice at once, tells nothing twice.
    """
    ending = Certificate.objects.filter(
        is_active=True,
        company__is_active=True,
        firm__is_active=True,
        valid_until__gte=now,
        valid_until__lte=now + timedelta(days=max(STEPS) + 1),
    )
    return sum(_tell(pk, now) for pk in ending.order_by("pk").values_list("pk", flat=True))


def _tell(certificate_id: int, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        certificate = (
            Certificate.objects.select_for_update(of=("self",))
            .select_related("company")
            .filter(pk=certificate_id, is_active=True)
            .first()
        )
        if certificate is None:
            return False
        days_left = count_days_left(certificate.valid_until, now)
        step = find_step(days_left)
        if step is None or certificate.notices.filter(days__lte=step).exists():
            return False
        CertificateNotice.objects.create(firm_id=certificate.firm_id, certificate=certificate, days=step)
        notify(
            firm_id=certificate.firm_id,
            company_id=certificate.company_id,
            kind=Notice.Kind.CERTIFICATE,
            title=f"Certificado {_when(days_left)}",
            text=_write(certificate, days_left),
            reference_type="certificate",
            reference_id=certificate.pk,
            dedupe_key=f"certificate:{certificate.pk}:{step}",
            by_email=True,
        )
    return True


def _when(days_left: int) -> str:
    if days_left == 0:
        return "vence hoje"
    return "vence amanhã" if days_left == 1 else f"vence em {days_left} dias"


def _write(certificate: Certificate, days_left: int) -> str:
    end = timezone.localtime(certificate.valid_until).strftime("%d/%m/%Y às %H:%M")
    return (
        f"O certificado A1 de {certificate.company.legal_name} {_when(days_left)}, em {end}. "
        "Depois disso a empresa não emite notas. Renove-o e envie o novo arquivo em Certificados."
    )
