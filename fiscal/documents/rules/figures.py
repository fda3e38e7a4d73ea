"""Rules about amounts: discounts, deductions, retentions, federal taxes."""

from decimal import Decimal

from fiscal.documents.amounts import HUNDRED, percent_of, read_decimal
from fiscal.documents.rules.base import ZERO, Broken, Context, Document, dps_rule
from fiscal.documents.xml import find_child, find_text, local_name

_TOLERANCE = Decimal("0.01")
_DISCOUNTS = "valores/vDescCondIncond"
_FEDERAL = "valores/trib/tribFed"
_PIS_COFINS = f"{_FEDERAL}/piscofins"


@dps_rule("E0424")
def received_amount_is_sent(document: Document, _context: Context) -> bool:
    return document.text("tpEmit") in {"1", "2"} and document.has("valores/vServPrest/vReceb")


@dps_rule("E0427")
def discounts_are_above_the_service(document: Document, _context: Context) -> bool:
    amount = document.service_amount
    return amount is not None and amount < _reductions(document)


@dps_rule("E0428")
def retentions_are_above_the_service(document: Document, _context: Context) -> bool:
    amount = document.service_amount
    if amount is None or document.is_mei:
        return False
    conditional = document.sum_of(f"{_DISCOUNTS}/vDescCond")
    return amount < _reductions(document) + conditional + _withheld(document)


@dps_rule("E0431")
def unconditional_discount_is_out_of_range(document: Document, _context: Context) -> bool:
    return _out_of_range(document, f"{_DISCOUNTS}/vDescIncond")


@dps_rule("E0432")
def conditional_discount_is_out_of_range(document: Document, _context: Context) -> bool:
    return _out_of_range(document, f"{_DISCOUNTS}/vDescCond")


@dps_rule("E0436")
def deduction_of_mei(document: Document, _context: Context) -> bool:
    return document.is_mei and document.has("valores/vDedRed")


@dps_rule("E1508")
def net_amount_is_negative(document: Document, _context: Context) -> bool:
    amount = document.service_amount
    if amount is None:
        return False
    discounts = document.sum_of(f"{_DISCOUNTS}/vDescIncond", f"{_DISCOUNTS}/vDescCond")
    return amount - discounts - _withheld(document) < 0


@dps_rule("E0675")
def federal_taxes_of_a_person(document: Document, _context: Context) -> bool:
    return document.has("prest/CPF") and document.has(_FEDERAL)


@dps_rule("E0676")
def federal_taxes_of_mei(document: Document, _context: Context) -> bool:
    return document.is_mei and document.has(_FEDERAL)


@dps_rule("E0677")
def pis_cofins_base_is_above_the_service(document: Document, _context: Context) -> bool:
    base, amount = document.amount(f"{_PIS_COFINS}/vBCPisCofins"), document.service_amount
    return base is not None and amount is not None and base > amount


@dps_rule("E0694")
def pis_differs_from_base_and_rate(document: Document, _context: Context) -> bool:
    return _differs(document, "vPis", "pAliqPis")


@dps_rule("E0696")
def cofins_differs_from_base_and_rate(document: Document, _context: Context) -> bool:
    return _differs(document, "vCofins", "pAliqCofins")


@dps_rule("E0699")
def social_security_retention_is_out_of_range(document: Document, _context: Context) -> bool:
    return _out_of_range(document, f"{_FEDERAL}/vRetCP")


@dps_rule("E0700")
def income_tax_retention_is_out_of_range(document: Document, _context: Context) -> bool:
    return _out_of_range(document, f"{_FEDERAL}/vRetIRRF")


@dps_rule("E0701")
def contribution_retention_is_out_of_range(document: Document, _context: Context) -> bool:
    return _out_of_range(document, f"{_FEDERAL}/vRetCSLL")


@dps_rule("NT007")
def kind_of_retention_is_discontinued(document: Document, _context: Context) -> bool | Broken:
    """Good where a city or an older program wrote it, so it stops nothing."""
    return document.text(f"{_PIS_COFINS}/tpRetPisCofins") in {"1", "2"} and Broken(blocking=False)


@dps_rule("E0720")
def contribution_retained_and_denied(document: Document, _context: Context) -> bool:
    return document.text(f"{_PIS_COFINS}/tpRetPisCofins") == "0" and document.has(f"{_FEDERAL}/vRetCSLL")


@dps_rule("E0724")
def contribution_retention_without_amount(document: Document, _context: Context) -> bool:
    kind = document.text(f"{_PIS_COFINS}/tpRetPisCofins")
    return kind not in {"", "0", "2"} and not document.has(f"{_FEDERAL}/vRetCSLL")


def _out_of_range(document: Document, path: str) -> bool:
    value, amount = document.amount(path), document.service_amount
    return value is not None and (value <= 0 or (amount is not None and value >= amount))


def _differs(document: Document, amount: str, rate: str) -> bool:
    base = document.amount(f"{_PIS_COFINS}/vBCPisCofins")
    percent, value = document.amount(f"{_PIS_COFINS}/{rate}"), document.amount(f"{_PIS_COFINS}/{amount}")
    if base is None or percent is None or value is None:
        return False
    return abs(percent_of(base, percent) - value) > _TOLERANCE


def _reductions(document: Document) -> Decimal:
    """Unconditional discount, deductions and municipal benefit, each on what the one before leaves."""
    discount = document.sum_of(f"{_DISCOUNTS}/vDescIncond")
    base = (document.service_amount or ZERO) - discount
    deduction = _deduction(document, base)
    return discount + deduction + _benefit(document, base - deduction)


def _deduction(document: Document, base: Decimal) -> Decimal:
    if (percent := document.amount("valores/vDedRed/pDR")) is not None:
        return base * percent / HUNDRED
    documents = find_child(document.content, "valores/vDedRed/documentos")
    listed = ZERO
    for each in documents if documents is not None else ():
        if local_name(each) == "docDedRed":
            listed += read_decimal(find_text(each, "vDeducaoReducao")) or ZERO
    return document.sum_of("valores/vDedRed/vDR") + listed


def _benefit(document: Document, base: Decimal) -> Decimal:
    path = "valores/trib/tribMun/BM"
    if (percent := document.amount(f"{path}/pRedBCBM")) is not None:
        return base * percent / HUNDRED
    return document.sum_of(f"{path}/vRedBCBM")


def _withheld(document: Document) -> Decimal:
    federal = document.sum_of(f"{_FEDERAL}/vRetCP", f"{_FEDERAL}/vRetIRRF", f"{_FEDERAL}/vRetCSLL")
    return federal + _iss_withheld(document)


def _iss_withheld(document: Document) -> Decimal:
    amount, rate = document.service_amount, document.rate
    if not document.is_withheld or amount is None or rate is None:
        return ZERO
    return percent_of(amount - _reductions(document), rate)
