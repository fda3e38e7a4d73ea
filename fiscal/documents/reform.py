"""IBS and CBS by date: who must inform them, from when, at which rates (contract national 5.5, 13; N2, N19).

Every constant of the law holds for a period. What the law has not fixed yet is None, and shows no amount.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiscal.documents.texts import clean_code
from fiscal.enumerations import TaxRegime

NORMAL_FROM = date(2026, 10, 1)
"""Ato Conjunto RFB/CGIBS 4/2026: services of the regime normal. No note was refused for its lack in 2026."""

NORMAL_LATER_FROM = date(2026, 12, 1)
LATER_ITEMS = frozenset({"0103", "0105", "0109", "1601"})
"""Subitems of LC 116 whose duty begins on NORMAL_LATER_FROM."""


@dataclass(frozen=True)
class ReformRates:
    """Percent of the base from `starts_on`; None: not fixed yet.

    `is_added`: IBS and CBS are added to the net value in vTotNF (LC 214 arts. 343-347).
    """

    starts_on: date
    cbs: Decimal | None
    ibs_state: Decimal | None
    ibs_city: Decimal | None
    is_added: bool


RATES = (
    ReformRates(date(2026, 1, 1), Decimal("0.90"), Decimal("0.10"), Decimal("0.00"), is_added=False),
    # The reference rate of the CBS, less 0.1 point, is fixed by the Senate.
    ReformRates(date(2027, 1, 1), None, Decimal("0.05"), Decimal("0.05"), is_added=True),
    # EC 132/2023: from 2029 the reference rates of the IBS rise year by year as those of the ISS fall.
    ReformRates(date(2029, 1, 1), None, None, None, is_added=True),
)


@dataclass(frozen=True)
class Duty:
    """From which competence a regime owes the group by the law, and a note without it is stopped."""

    due_from: date
    refused_from: date


def rates_on(competence: date) -> ReformRates | None:
    """Return the rates of a day of competence; None before there were any."""
    begun = [rates for rates in RATES if rates.starts_on <= competence]
    return begun[-1] if begun else None


def find_duty(
    tax_regime: TaxRegime, ctribnac: str = "", *, normal_refused_from: date, simples_from: date
) -> Duty | None:
    """Return what a regime owes; None for the MEI, who owes nothing.

    Args:
        ctribnac: six digits of the service, whose duty may begin later; empty: of any service.
        normal_refused_from, simples_from: settings NFSE_IBS_CBS_REQUIRED_FROM and NFSE_IBS_CBS_SIMPLES_FROM.
    """
    if tax_regime is TaxRegime.MEI:
        return None
    if tax_regime.is_simples:
        return Duty(simples_from, simples_from)
    is_later = clean_code(ctribnac)[:4] in LATER_ITEMS
    return Duty(NORMAL_LATER_FROM if is_later else NORMAL_FROM, normal_refused_from)
