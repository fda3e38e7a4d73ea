"""What a company owes by date, under the dates of the settings (N2, N8, N19)."""

from datetime import date

from django.conf import settings

from fiscal.documents.reform import Duty, find_duty
from fiscal.enumerations import TaxRegime
from nfse.models import Company


def duty_of(company: Company, ctribnac: str = "") -> Duty | None:
    """Return from when a company must inform IBS and CBS; None where it never must.

    Args:
        ctribnac: six digits of a service; empty for the duty of any.
    """
    return _find(TaxRegime(company.tax_regime), ctribnac)


def regimes_owing(competence: date) -> list[TaxRegime]:
    """Return the regimes whose notes of a day are stopped for the lack of IBS and CBS."""
    return [regime for regime in TaxRegime if (duty := _find(regime)) and duty.refused_from <= competence]


def duties_ahead(today: date, *, within: int) -> dict[date, list[TaxRegime]]:
    """Return the days, at most `within` days ahead, on which notes without the group begin to be stopped.

    Each with the regimes that it concerns.
    """
    ahead: dict[date, list[TaxRegime]] = {}
    for regime in TaxRegime:
        duty = _find(regime)
        if duty is not None and 0 < (duty.refused_from - today).days <= within:
            ahead.setdefault(duty.refused_from, []).append(regime)
    return ahead


def _find(regime: TaxRegime, ctribnac: str = "") -> Duty | None:
    return find_duty(
        regime,
        ctribnac,
        normal_refused_from=settings.NFSE_IBS_CBS_REQUIRED_FROM,
        simples_from=settings.NFSE_IBS_CBS_SIMPLES_FROM,
    )
