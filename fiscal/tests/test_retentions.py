"""What the taker withholds of federal taxes: amounts, the national code, names (national.md 5.3, 5.6)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fiscal.documents.amounts import preview_amounts
from fiscal.documents.mirror import mirror_lines
from fiscal.documents.retentions import withhold, withholding_base
from fiscal.documents.rules import check_snapshot
from fiscal.documents.xml import find_child, find_text, read_xml
from fiscal.tests.notes import NOW, build, normal_snapshot
from fiscal.values import FederalRates, NoteSnapshot

ALL = FederalRates(
    irrf_rate=Decimal("1.50"),
    inss_rate=Decimal("11.00"),
    csll_rate=Decimal("1.00"),
    pis_rate=Decimal("0.65"),
    cofins_rate=Decimal("3.00"),
    pis_cofins_cst="01",
)


def withholding(rates: FederalRates, **changes) -> NoteSnapshot:
    snapshot = normal_snapshot(**changes)
    return replace(snapshot, federal=withhold(rates, withholding_base(snapshot)))


def only(*taxes: str) -> FederalRates:
    """CSLL, PIS, COFINS: those that are named, at their rates."""
    kept = {f"{tax}_rate": getattr(ALL, f"{tax}_rate") for tax in taxes}
    return FederalRates(**kept, pis_cofins_cst="01")


def federal_of(snapshot: NoteSnapshot):
    return find_child(find_child(read_xml(build(snapshot)), "infDPS"), "valores/trib/tribFed")


@pytest.mark.parametrize(
    ("taxes", "code", "amount", "name"),
    [
        ((), "0", "", ""),
        (("csll", "pis", "cofins"), "3", "69.75", "CSLL/PIS/COFINS R$ 69,75"),
        (("pis", "cofins"), "4", "54.75", "PIS/COFINS R$ 54,75"),
        (("pis",), "5", "9.75", "PIS R$ 9,75"),
        (("cofins",), "6", "45.00", "COFINS R$ 45,00"),
        (("cofins", "csll"), "7", "60.00", "CSLL/COFINS R$ 60,00"),
        (("csll",), "8", "15.00", "CSLL R$ 15,00"),
        (("pis", "csll"), "9", "24.75", "CSLL/PIS R$ 24,75"),
    ],
)
def test_the_code_follows_what_is_withheld_and_one_amount_holds_the_sum(taxes, code, amount, name):
    snapshot = withholding(only(*taxes))

    federal = federal_of(snapshot)

    assert find_text(federal, "piscofins/tpRetPisCofins") == code
    assert find_text(federal, "vRetCSLL") == amount
    assert find_text(federal, "piscofins/vPis") == find_text(federal, "piscofins/vCofins") == ""
    shown = {line.key: line.text for line in mirror_lines(snapshot)}
    assert shown.get("federal", "") == name
    assert not [problem for problem in check_snapshot(snapshot, now=NOW) if problem.blocking]


def test_all_of_it_is_one_line_of_the_mirror_and_leaves_the_net_value():
    snapshot = withholding(ALL)

    shown = {line.key: line.text for line in mirror_lines(snapshot)}

    assert shown["federal"] == "IRRF R$ 22,50, CSLL/PIS/COFINS R$ 69,75, INSS R$ 165,00"
    assert shown["net"] == "R$ 1.242,75"
    assert preview_amounts(snapshot).total_withheld == Decimal("257.25")


def test_without_a_contribution_there_is_no_group_and_no_code():
    federal = federal_of(withholding(FederalRates(irrf_rate=Decimal("1.50"))))

    assert find_text(federal, "vRetIRRF") == "22.50"
    assert find_child(federal, "piscofins") is None
    assert find_child(federal, "vRetCP") is None


def test_the_unconditional_discount_is_no_part_of_the_base():
    snapshot = withholding(
        ALL, discount_unconditional=Decimal("500.00"), discount_conditional=Decimal("100.00")
    )

    assert snapshot.federal.irrf_withheld == Decimal("15.00")
    assert preview_amounts(snapshot).net == Decimal("1500") - 600 - Decimal("171.50")


def test_cents_are_half_even_and_each_tax_is_rounded_before_the_sum():
    snapshot = withholding(only("csll", "pis", "cofins"), amount=Decimal("12.50"))

    # 0.125 -> 0.12, 0.08125 -> 0.08, 0.375 -> 0.38
    assert snapshot.federal.csll_withheld == Decimal("0.58")


def test_what_comes_to_nothing_is_not_withheld():
    snapshot = withholding(ALL, amount=Decimal("0.20"))

    # only COFINS 0.006 and INSS 0.022 come to a cent or more
    assert (snapshot.federal.withholding, snapshot.federal.csll_withheld) == (6, Decimal("0.01"))
    assert (snapshot.federal.irrf_withheld, snapshot.federal.inss_withheld) == (None, Decimal("0.02"))
    assert withhold(FederalRates(), Decimal(100)) is None


def test_a_stored_content_keeps_the_rates_and_its_hash():
    snapshot = withholding(ALL)

    again = NoteSnapshot.from_dict(snapshot.to_dict())

    assert again == snapshot
    assert again.federal.rates == ALL
    assert again.content_hash() == snapshot.content_hash()
