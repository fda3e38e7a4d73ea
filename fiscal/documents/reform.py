"""From when a note must inform IBS and CBS, and whose (contract national 5.5 and 13; N2, N19).

The regime normal alone: the MEI never does before 2027, and of the Simples from then on only who opted, which
its company says by filling the group in. No rule of the authority refuses the absence yet: the day from which
it does is the setting NFSE_IBS_CBS_REQUIRED_FROM.
"""

from datetime import date

from fiscal.documents.texts import clean_code
from fiscal.enumerations import TaxRegime

DUE_FROM = date(2026, 10, 1)
LATER_FROM = date(2026, 12, 1)
LATER_ITEMS = frozenset({"0103", "0105", "0109", "1601"})
"""Subitems of LC 116, whose duty begins on LATER_FROM."""


def must_inform(tax_regime: TaxRegime) -> bool:
    """Return whether a regime has to inform IBS and CBS at all."""
    return tax_regime is TaxRegime.NORMAL


def due_from(ctribnac: str) -> date:
    """Return the day on which the duty began for a service (6 digits), refused or not."""
    return LATER_FROM if clean_code(ctribnac)[:4] in LATER_ITEMS else DUE_FROM
