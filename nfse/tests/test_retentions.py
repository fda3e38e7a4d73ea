"""Federal taxes and INSS that the taker withholds, from the service to the issued note (N3, N17, 5.6, X4)."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from fiscal.documents.dps import build_dps
from fiscal.documents.returned import read_nfse
from fiscal.documents.xml import find_first, find_text, read_xml
from fiscal.values import FederalRates
from nfse.models import Company, Invoice, InvoiceRequest, ServiceProfile, TaxProfile
from nfse.services.exports.notes import HEADER, note_row, read_notes
from nfse.services.issuing.copying import copy_note, input_of
from nfse.services.issuing.snapshots import SubstitutionInput
from nfse.states import State
from nfse.tests.issuing import make_shop, work_off

pytestmark = pytest.mark.django_db(transaction=True)
RATES = {
    "irrf_rate": Decimal("1.50"),
    "inss_rate": Decimal("11.00"),
    "csll_rate": Decimal("1.00"),
    "pis_rate": Decimal("0.65"),
    "cofins_rate": Decimal("3.00"),
    "pis_cofins_cst": "01",
}
LINE = "IRRF R$ 22,50, CSLL/PIS/COFINS R$ 69,75, INSS R$ 165,00"
NOTHING = FederalRates()


@pytest.fixture(params=["national", "plugnotas"])
def shop(request, office, sandbox):
    """A company of the regime normal whose takers withhold everything, through each gateway in turn."""
    return make_normal(office, sandbox, request.param)


@pytest.fixture
def national_shop(office, sandbox):
    return make_normal(office, sandbox, "national")


def make_normal(office, sandbox, gateway):
    shop = make_shop(office, sandbox, gateway)
    Company.objects.update(tax_regime="normal")
    TaxProfile.objects.update(
        simples_apportionment=None,
        total_tax_mode="percents",
        total_tax_percent=None,
        total_tax_federal=Decimal("13.45"),
        total_tax_state=Decimal(0),
        total_tax_municipal=Decimal("2.00"),
        ibs_cbs={"cindop": "100301", "cst": "000", "cclasstrib": "000001"},
    )
    shop.company.services.update(cnbs="115022000", **RATES)
    shop.company.refresh_from_db()
    return shop


def text_of(mirror):
    return {line.key: line.text for line in mirror.lines}


def issue(shop, **changes):
    request = work_off(shop.confirm(**changes))
    work_off(request, until=lambda _: bool(Invoice.objects.get(request=request).xml_text))
    assert request.state == State.ISSUED
    return request


def row_of(request):
    [stored] = read_notes(InvoiceRequest.objects.filter(pk=request.pk))
    return dict(zip(HEADER, note_row(stored), strict=True))


def test_the_mirror_says_what_the_service_has_withheld(shop):
    shown = text_of(shop.prepare())

    assert shown["federal"] == LINE
    assert shown["net"] == "R$ 1.242,75"


def test_the_issued_note_withholds_what_the_mirror_said(national_shop):
    request = issue(national_shop)

    returned = read_nfse(request.invoice.xml)
    assert returned.withheld_total == Decimal("257.25")
    assert returned.net_amount == Decimal("1242.75")
    assert request.invoice.net_amount == Decimal("1242.75")
    content = find_first(read_xml(request.invoice.xml), "infDPS")
    path = "valores/trib/tribFed"
    names = ("piscofins/CST", "piscofins/tpRetPisCofins", "vRetCP", "vRetIRRF", "vRetCSLL")
    assert [find_text(content, f"{path}/{name}") for name in names] == ["01", "3", "165.00", "22.50", "69.75"]
    row = row_of(request)
    assert (row["Retenções federais"], row["Valor líquido"]) == (Decimal("257.25"), Decimal("1242.75"))


def test_the_city_gets_each_tax_on_its_own(office, sandbox):
    shop = make_normal(office, sandbox, "plugnotas")

    request = issue(shop)

    sent = json.loads(request.payload)[0]["servico"][0]["retencao"]
    assert sent["tipoRetencaoPisCofinsCSLL"] == "3"
    assert {name: tax["valor"] for name, tax in sent.items() if isinstance(tax, dict)} == {
        "irrf": 22.5,
        "inss": 165.0,
        "csll": 15.0,
        "pis": 9.75,
        "cofins": 45.0,
    }
    row = row_of(request)
    assert (row["Retenções federais"], row["Valor líquido"]) == (Decimal("257.25"), Decimal("1242.75"))


def test_one_note_may_differ_from_its_service(shop):
    own = FederalRates(inss_rate=Decimal("3.50"))

    assert text_of(shop.prepare(federal=own))["federal"] == "INSS R$ 52,50"
    assert "federal" not in text_of(shop.prepare(federal=NOTHING))
    assert shop.prepare(federal=NOTHING).snapshot.federal is None
    assert ServiceProfile.objects.get().irrf_rate == Decimal("1.50")


@pytest.mark.parametrize(
    ("federal", "words"),
    [
        (FederalRates(csll_rate=Decimal(1)), "escolha a situação tributária"),
        (FederalRates(irrf_rate=Decimal(0)), "maior que 0"),
        (FederalRates(irrf_rate=Decimal(60), inss_rate=Decimal(40)), "somam 100%"),
    ],
)
def test_broken_retentions_of_a_note_are_told_before_the_yes(shop, federal, words):
    mirror = shop.prepare(federal=federal)

    [problem] = mirror.problems
    assert problem.code == "federal"
    assert words in problem.message_pt
    assert not mirror.hash


def test_another_regime_withholds_nothing(office, sandbox):
    """Rates that a service kept from the time before say nothing; those of a note are refused."""
    shop = make_shop(office, sandbox, "national")
    shop.company.services.update(**RATES)

    assert shop.prepare().snapshot.federal is None
    [problem] = shop.prepare(federal=FederalRates(irrf_rate=Decimal("1.50"))).problems
    assert problem.code == "federal"
    assert "regime normal" in problem.message_pt


def test_a_copy_keeps_the_retentions_of_the_note_and_not_of_the_service(shop):
    own = FederalRates(irrf_rate=Decimal("1.00"))
    request = shop.confirm(federal=own)
    bare = shop.confirm(federal=NOTHING, amount="900.00")

    day = request.competence_date
    assert copy_note(request, competence_date=day).federal == own
    assert copy_note(bare, competence_date=day).federal == NOTHING
    assert shop.prepare(copy_note(request, competence_date=day)).snapshot.federal == request.snapshot.federal


def test_a_substitution_keeps_the_retentions(national_shop):
    old = issue(national_shop)
    ServiceProfile.objects.update(irrf_rate=None)

    given = SubstitutionInput(old.invoice.pk, "99", "Descrição digitada errada")
    again = replace(input_of(old), substitutes=given, description="Manutenção do site, novembro")
    new = work_off(national_shop.confirm(again))

    assert new.state == State.ISSUED
    assert new.snapshot.federal == old.snapshot.federal
    assert read_nfse(new.invoice.xml).net_amount == Decimal("1242.75")


def test_what_was_confirmed_gives_the_same_document_after_it_was_stored(national_shop):
    request = national_shop.confirm()
    stored = InvoiceRequest.objects.get()

    assert stored.snapshot.content_hash() == stored.content_hash
    moment = request.confirmed_at
    assert build_dps(stored.snapshot, series=1, number=1, issued_at=moment) == build_dps(
        request.snapshot, series=1, number=1, issued_at=moment
    )
