"""Notices that companies will stop being ready for a duty that begins: 30, 15 and 7 days before (N8)."""

from datetime import date, datetime

from django.db import transaction

from core.formatting import format_date
from fiscal.documents.clock import competence_today
from fiscal.enumerations import Gateway, TaxRegime
from nfse.models import Company, Firm, Notice
from nfse.selectors.duties import duties_ahead
from nfse.services.notices import notify

STEPS = (7, 15, 30)
"""Days before the duty begins, the nearest first."""


def announce_duties(*, now: datetime) -> int:
    """Tell owners and accountants which duties their companies do not meet yet; return how many firms heard.

    One notice a firm, date and step, whatever its companies are; days that were missed send only the nearest.
    """
    today = competence_today(now)
    told = 0
    for begins, regimes in duties_ahead(today, within=max(STEPS)).items():
        step = next(step for step in STEPS if (begins - today).days <= step)
        for firm_id in Firm.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True):
            told += _tell(firm_id, begins, regimes, step)
    return told


def _tell(firm_id: int, begins: date, regimes: list[TaxRegime], step: int) -> bool:
    with transaction.atomic(durable=True):
        lacking = Company.objects.filter(
            firm_id=firm_id,
            is_active=True,
            nfse_enabled=True,
            gateway=Gateway.NATIONAL,
            tax_regime__in=regimes,
            tax_profile__ibs_cbs__isnull=True,
        ).count()
        if not lacking:
            return False
        companies = "1 empresa precisa" if lacking == 1 else f"{lacking} empresas precisam"
        new = notify(
            firm_id=firm_id,
            kind=Notice.Kind.NOT_READY,
            title=f"{companies} informar IBS e CBS até {format_date(begins)}",
            text=(
                f"A partir da competência de {format_date(begins)}, notas do emissor nacional sem o grupo de "
                "IBS e CBS serão recusadas. Preencha o grupo no perfil fiscal de cada empresa."
            ),
            dedupe_key=f"ibs_cbs:{begins.isoformat()}:{step}",
            by_email=True,
        )
    return bool(new)
