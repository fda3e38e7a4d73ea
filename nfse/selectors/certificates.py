"""Reads of certificates; none of them touches a key (N4, A17)."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from core.errors import NitroError
from nfse.models import Certificate

EXPIRING_WITHIN = timedelta(days=30)


class NoCertificate(NitroError):
    """The company has no active certificate."""

    message = "A empresa ainda não tem um certificado A1 ativo. Envie o certificado (.pfx) e a senha."


def find_active_certificate(firm_id: int, company_id: int) -> Certificate | None:
    """The certificate that the company signs with, expired or not, or None."""
    return Certificate.objects.filter(firm_id=firm_id, company_id=company_id, is_active=True).first()


def list_certificates(firm_id: int, *, company_id: int | None = None) -> QuerySet[Certificate]:
    """All certificates with company and uploader, the active first, then the newest."""
    certificates = Certificate.objects.filter(firm_id=firm_id).select_related("company", "uploaded_by")
    if company_id is not None:
        certificates = certificates.filter(company_id=company_id)
    return certificates.order_by("-is_active", "-uploaded_at", "-pk")


def list_ending_certificates(firm_id: int, *, now: datetime) -> QuerySet[Certificate]:
    """Active certificates of active companies, the nearest end first, the expired ones included."""
    return (
        Certificate.objects.filter(firm_id=firm_id, is_active=True, company__is_active=True)
        .select_related("company")
        .order_by("valid_until", "pk")
        .filter(valid_until__lte=now + EXPIRING_WITHIN)
    )


def count_ending_certificates(firm_id: int, *, now: datetime) -> tuple[int, int]:
    """How many active certificates end within 30 days, and how many ended already (A11)."""
    ending = list_ending_certificates(firm_id, now=now)
    expired = ending.filter(valid_until__lt=now).count()
    return ending.count() - expired, expired
