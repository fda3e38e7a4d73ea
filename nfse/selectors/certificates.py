"""Reads of certificates; none of them touches a key (N4, A17)."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from core.errors import NitroError
from core.text import folded_pattern
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


def list_active_certificates(
    firm_id: int, *, now: datetime, text: str = "", state: str = ""
) -> QuerySet[Certificate]:
    """Certificates in use of active companies, the nearest end first (A17).

    `text` looks in company and holder; `state` is ok, ending (30 days) or expired, anything else is all.
    """
    certificates = _in_use(firm_id, text).select_related("company")
    wanted = _states(now).get(state)
    found = certificates.filter(wanted) if wanted is not None else certificates
    return found.order_by("valid_until", "pk")


def count_by_expiry(firm_id: int, *, now: datetime, text: str = "") -> dict[str, int]:
    """Count what `list_active_certificates` shows for each state, and `total`, in one query."""
    counts = {state: Count("pk", filter=condition) for state, condition in _states(now).items()}
    return _in_use(firm_id, text).aggregate(total=Count("pk"), **counts)


def _in_use(firm_id: int, text: str) -> QuerySet[Certificate]:
    certificates = Certificate.objects.filter(firm_id=firm_id, is_active=True, company__is_active=True)
    for word in text.split():
        pattern = folded_pattern(word)
        certificates = certificates.filter(
            Q(company__legal_name__regex=pattern)
            | Q(company__trade_name__regex=pattern)
            | Q(holder__regex=pattern)
        )
    return certificates


def _states(now: datetime) -> dict[str, Q]:
    soon = now + EXPIRING_WITHIN
    return {
        "ok": Q(valid_until__gt=soon),
        "ending": Q(valid_until__gte=now, valid_until__lte=soon),
        "expired": Q(valid_until__lt=now),
    }


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
