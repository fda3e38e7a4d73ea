"""Money and rates in Decimal, rounded half-even, and the sums that the authority will make (contract 5.6)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from fiscal.documents.reform import rates_on
from fiscal.enumerations import IssTreatment, TaxRegime
from fiscal.values import FederalTaxes, NoteSnapshot

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HUNDRED = Decimal(100)
MOST_DIGITS = 16
_WIDE = Context(prec=64)


@dataclass(frozen=True)
class Preview:
    """What the note is expected to carry; the authority computes the real figures (reconciled after).

    Amounts in reais. `iss` is None when the document states no rate (Simples inside, MEI, rate of the city
    unknown). `net` is None when the taker withholds an ISS that is not known. `ibs` and `cbs` are None
    without the group, and where their rate of that competence is not fixed yet.
    """

    amount: Decimal
    iss_base: Decimal
    iss_rate: Decimal | None
    iss: Decimal | None
    iss_withheld: Decimal
    federal_withheld: Decimal
    total_withheld: Decimal
    net: Decimal | None
    pis: Decimal | None
    cofins: Decimal | None
    ibs: Decimal | None
    cbs: Decimal | None


def round_cents(value: Decimal) -> Decimal:
    """Return reais with two decimals, half-even."""
    return value.quantize(CENT, ROUND_HALF_EVEN, _WIDE)


def percent_of(base: Decimal, rate: Decimal) -> Decimal:
    """Return `rate` percent of `base`, in cents, half-even."""
    return round_cents(base * rate / HUNDRED)


def read_decimal(text: str) -> Decimal | None:
    """Return a figure of a document; None when there is none, or one that no document may hold."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and value.adjusted() < MOST_DIGITS else None


def preview_amounts(snapshot: NoteSnapshot, city_rate: Decimal | None = None) -> Preview:
    """Estimate ISS, retentions, net value and IBS/CBS of a note before it is issued.

    Args:
        city_rate: rate that the city defines, in percent, used when the document may not carry one.
    """
    base = snapshot.amount - (snapshot.discount_unconditional or ZERO)
    rate = _iss_rate(snapshot, city_rate)
    iss = percent_of(base, rate) if rate is not None else None
    iss_withheld = (iss or ZERO) if snapshot.withheld else ZERO
    pis, cofins = own_pis_cofins(snapshot.federal)
    federal_withheld = _federal_withheld(snapshot.federal)
    total_withheld = iss_withheld + federal_withheld
    ibs, cbs = _ibs_cbs(snapshot, iss or ZERO, (pis or ZERO) + (cofins or ZERO))
    is_net_known = iss is not None or not snapshot.withheld
    net = base - (snapshot.discount_conditional or ZERO) - total_withheld
    return Preview(
        amount=snapshot.amount,
        iss_base=base,
        iss_rate=rate,
        iss=iss,
        iss_withheld=iss_withheld,
        federal_withheld=federal_withheld,
        total_withheld=total_withheld,
        net=net if is_net_known else None,
        pis=pis,
        cofins=cofins,
        ibs=ibs,
        cbs=cbs,
    )


def own_pis_cofins(federal: FederalTaxes | None) -> tuple[Decimal | None, Decimal | None]:
    """Return vPis and vCofins, the company's own debt: base × rate (E0694, E0696)."""
    if federal is None or federal.pis_cofins_base is None:
        return None, None
    base = federal.pis_cofins_base
    pis = percent_of(base, federal.pis_rate) if federal.pis_rate is not None else None
    cofins = percent_of(base, federal.cofins_rate) if federal.cofins_rate is not None else None
    return pis, cofins


def _iss_rate(snapshot: NoteSnapshot, city_rate: Decimal | None) -> Decimal | None:
    if snapshot.iss_treatment is not IssTreatment.TAXABLE or snapshot.issuer.tax_regime is TaxRegime.MEI:
        return None
    if snapshot.iss_rate is not None:
        return snapshot.iss_rate
    inside = snapshot.issuer.tax_regime.is_simples and snapshot.issuer.simples_apportionment == 1
    return None if inside else city_rate


def _federal_withheld(federal: FederalTaxes | None) -> Decimal:
    if federal is None:
        return ZERO
    withheld = (federal.inss_withheld, federal.irrf_withheld, federal.csll_withheld)
    return sum((amount for amount in withheld if amount is not None), ZERO)


def _ibs_cbs(
    snapshot: NoteSnapshot, iss: Decimal, pis_cofins: Decimal
) -> tuple[Decimal | None, Decimal | None]:
    rates = rates_on(snapshot.competence_date)
    if snapshot.ibs_cbs is None or rates is None:
        return None, None
    discounts = (snapshot.discount_unconditional or ZERO) + (snapshot.discount_conditional or ZERO)
    base = snapshot.amount - discounts - iss - pis_cofins
    ibs_parts = [rate for rate in (rates.ibs_state, rates.ibs_city) if rate is not None]
    ibs = sum((percent_of(base, rate) for rate in ibs_parts), ZERO) if len(ibs_parts) == 2 else None
    return ibs, percent_of(base, rates.cbs) if rates.cbs is not None else None
