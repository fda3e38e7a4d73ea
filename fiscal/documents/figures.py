"""The figures of a note for accountants: as the authority computed them, else as they were confirmed (X4)."""

from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from fiscal.documents.amounts import ZERO, preview_amounts, read_decimal
from fiscal.documents.xml import UnreadableXml, find_child, find_first, find_text, read_xml
from fiscal.values import NoteSnapshot
from registry.tables import get_municipality_names

_DEDUCTIONS = ("valores/vCalcDR", "IBSCBS/valores/vCalcReeRepRes")
_DISCOUNTS = ("vDescIncond", "vDescCond")
_FEDERAL = ("vRetCP", "vRetIRRF", "vRetCSLL")


@dataclass(frozen=True)
class NoteFigures:
    """In reais; the rate in percent. None is what nobody stated. `reductions`: deductions and discounts."""

    reductions: Decimal | None
    base: Decimal | None
    rate: Decimal | None
    iss: Decimal | None
    is_iss_withheld: bool
    federal_withheld: Decimal | None
    net: Decimal | None
    incidence_city: str = ""


def read_figures(xml: bytes) -> NoteFigures | None:
    """Return the figures of a national NFS-e; None of any other document (a city's own layout, nothing)."""
    try:
        root = read_xml(xml)
    except UnreadableXml:
        return None
    note, content = find_first(root, "infNFSe"), find_first(root, "infDPS")
    if note is None or content is None:
        return None
    values, given = find_child(note, "valores"), find_child(content, "valores")
    return NoteFigures(
        reductions=_sum(
            *(_figure(note, path) for path in _DEDUCTIONS),
            *(_figure(given, f"vDescCondIncond/{name}") for name in _DISCOUNTS),
        ),
        base=_figure(values, "vBC"),
        rate=_figure(values, "pAliqAplic"),
        iss=_figure(values, "vISSQN"),
        is_iss_withheld=find_text(given, "trib/tribMun/tpRetISSQN") in {"2", "3"},
        federal_withheld=_sum(*(_figure(given, f"trib/tribFed/{name}") for name in _FEDERAL)),
        net=_figure(values, "vLiq"),
        incidence_city=_incidence(note),
    )


def expect_figures(snapshot: NoteSnapshot) -> NoteFigures:
    """Return the figures that a confirmed note is expected to have, where no document says them."""
    preview = preview_amounts(snapshot)
    return NoteFigures(
        reductions=_sum(snapshot.discount_unconditional, snapshot.discount_conditional),
        base=preview.iss_base,
        rate=preview.iss_rate,
        iss=preview.iss,
        is_iss_withheld=snapshot.withheld,
        federal_withheld=preview.federal_withheld or None,
        net=preview.net,
    )


def _incidence(note: etree._Element) -> str:
    code = find_text(note, "cLocIncid")
    name, uf = get_municipality_names().get(code, (find_text(note, "xLocIncid") or code, ""))
    return f"{name} - {uf}" if uf else name


def _figure(element: etree._Element | None, path: str) -> Decimal | None:
    return read_decimal(find_text(element, path))


def _sum(*amounts: Decimal | None) -> Decimal | None:
    stated = [amount for amount in amounts if amount is not None]
    return sum(stated, ZERO) if stated else None
