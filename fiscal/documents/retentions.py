"""Federal taxes and INSS that the taker withholds: amounts from rates, the national code, and their names.

Withheld PIS, COFINS and CSLL go summed in vRetCSLL, and tpRetPisCofins says which they are (national.md 5.3
and 5.6).
"""

from collections.abc import Mapping
from decimal import Decimal

from fiscal.documents.amounts import ZERO, percent_of
from fiscal.values import FederalRates, FederalTaxes, NoteSnapshot

CONTRIBUTIONS = ("csll", "pis", "cofins")
ALL_CONTRIBUTIONS = "CSLL/PIS/COFINS"
TAXES = ("irrf", *CONTRIBUTIONS, "inss")
"""In the order in which they are shown; `<name>_rate` is the rate in FederalRates."""

_CODES = {
    frozenset(): 0,
    frozenset({"csll", "pis", "cofins"}): 3,
    frozenset({"pis", "cofins"}): 4,
    frozenset({"pis"}): 5,
    frozenset({"cofins"}): 6,
    frozenset({"csll", "cofins"}): 7,
    frozenset({"csll"}): 8,
    frozenset({"csll", "pis"}): 9,
}
"""tpRetPisCofins by what is withheld. 1 and 2 are discontinued (NT 007) and never written."""
_NAMES = {
    code: "/".join(name.upper() for name in CONTRIBUTIONS if name in withheld)
    for withheld, code in _CODES.items()
}


def rates_by_tax(rates: FederalRates) -> dict[str, Decimal]:
    """Return the rates that are chosen, by tax, in the order of TAXES."""
    found = {name: getattr(rates, f"{name}_rate") for name in TAXES}
    return {name: rate for name, rate in found.items() if rate is not None}


def withholding_base(snapshot: NoteSnapshot) -> Decimal:
    """Return what the rates apply to, in reais: the service less the unconditional discount."""
    return snapshot.amount - (snapshot.discount_unconditional or ZERO)


def withheld_by_tax(rates: FederalRates, base: Decimal) -> dict[str, Decimal]:
    """Return what is withheld of each tax, in reais and cents, half-even; what comes to nothing is left out.

    The authority takes no retention of 0.00 (E0699 to E0701).
    """
    shares = {name: percent_of(base, rate) for name, rate in rates_by_tax(rates).items()}
    return {name: share for name, share in shares.items() if share}


def withhold(rates: FederalRates, base: Decimal) -> FederalTaxes | None:
    """Return the federal taxes of a note whose taker withholds by these rates; None when there are none."""
    if rates == FederalRates():
        return None
    shares = withheld_by_tax(rates, base)
    contributions = frozenset(name for name in CONTRIBUTIONS if name in shares)
    return FederalTaxes(
        pis_cofins_cst=rates.pis_cofins_cst,
        withholding=_CODES[contributions] if rates.pis_cofins_cst else None,
        irrf_withheld=shares.get("irrf"),
        inss_withheld=shares.get("inss"),
        csll_withheld=sum((shares[name] for name in contributions), ZERO) or None,
        rates=rates,
    )


def name_withheld(federal: FederalTaxes) -> Mapping[str, Decimal]:
    """Return what is withheld by the name that people read: IRRF, the contributions as one sum, INSS."""
    contributions = _NAMES.get(federal.withholding or 0) or ALL_CONTRIBUTIONS
    amounts = {
        "IRRF": federal.irrf_withheld,
        contributions: federal.csll_withheld,
        "INSS": federal.inss_withheld,
    }
    return {name: amount for name, amount in amounts.items() if amount}
