"""What SEFIN computes: ISS, retentions, net value, and the IBS and CBS of 2026 (national.md §5.6, §13)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from sandbox.sefin.cases import NORMAL, Case

CENT = Decimal("0.01")


@dataclass(frozen=True)
class ReformRates:
    """Percent of IBS (state, city) and CBS; `is_added` to the total of the note."""

    ibs_state: Decimal
    ibs_city: Decimal
    cbs: Decimal
    is_added: bool


TEST_YEAR = ReformRates(Decimal("0.10"), Decimal("0.00"), Decimal("0.90"), is_added=False)
# From 2027 (national.md §13). The reference rate of the CBS is not fixed: this one is invented.
AFTER_TEST_YEAR = ReformRates(Decimal("0.05"), Decimal("0.05"), Decimal("8.50"), is_added=True)


def reform_rates(competence: str) -> ReformRates:
    """Return the rates of a day of competence (AAAA-MM-DD)."""
    return TEST_YEAR if competence < "2027-01-01" else AFTER_TEST_YEAR


@dataclass(frozen=True)
class Amounts:
    base: Decimal | None  # None: ISS is not computed on the note
    rate: Decimal | None
    iss: Decimal | None
    withheld: Decimal
    net: Decimal
    reform_base: Decimal


def compute(case: Case) -> Amounts:
    """Compute the amounts of the note. Simples without retention pays ISS in the DAS: none on the note."""
    base, rate, iss = _compute_iss(case)
    withheld = case.federal_withholding + (iss if iss is not None and case.withholds else Decimal(0))
    net = case.value - case.unconditional_discount - case.conditional_discount - withheld
    federal = "valores/trib/tribFed/piscofins"
    own_taxes = (iss or Decimal(0)) + case.amount(f"{federal}/vPis") + case.amount(f"{federal}/vCofins")
    reform_base = case.value - case.unconditional_discount - own_taxes
    return Amounts(base, rate, iss, withheld, net, max(Decimal(0), reform_base))


def _compute_iss(case: Case) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    informed = case.has("valores/trib/tribMun/pAliq")
    if case.taxation != "1" or case.is_mei or not (informed or case.regime == NORMAL):
        return None, None, None
    base = max(Decimal(0), case.value - case.unconditional_discount - case.deductions - case.benefit)
    rate = (
        case.amount("valores/trib/tribMun/pAliq")
        if informed
        else case.book.rate(case.incidence_city, case.text("serv/cServ/cTribNac"))
    )
    return base, rate, round_cents(base * rate / 100)


def round_cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_EVEN)
