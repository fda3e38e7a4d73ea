"""What people look at: the mirror before, the DANFSe after."""

import re
import zlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from brazilfiscalreport.generate_qrcode import make_qr_code_image
from fpdf import FPDF

from fiscal.documents.danfse import NotDrawable, public_address, render
from fiscal.documents.mirror import mirror_lines
from fiscal.enumerations import Environment, IssTreatment
from fiscal.tests.notes import (
    CLINIC,
    ISSUER_CNPJ,
    KEY,
    LETTERS_CNPJ,
    PERSON,
    SAMPLES,
    build,
    make_issuer,
    make_nfse,
    make_service,
    make_snapshot,
    mei_snapshot,
    normal_snapshot,
    signed,
)
from fiscal.values import FederalTaxes, Issuer, Substitution

STREAM = re.compile(rb"stream\n(.*?)\nendstream", re.DOTALL)


# --- Mirror ------------------------------------------------------------------------------------------
def lines(snapshot) -> dict[str, str]:
    return {line.key: line.text for line in mirror_lines(snapshot)}


def test_the_mirror_of_the_specification():
    shown = [
        (line.label, line.text) for line in mirror_lines(make_snapshot(environment=Environment.PRODUCTION))
    ]

    assert shown == [
        ("De", "Oficina Rota Sul Ltda · 12.345.678/0001-95"),
        ("Para", "Clínica Bem Viver Ltda · 11.222.333/0001-81"),
        ("Serviço", "Manutenção do site em novembro (01.07)"),
        ("Valor", "R$ 1.500,00"),
        ("ISS", "recolhido pelo Simples Nacional"),
        ("Competência", "22/11/2026 · Porto Alegre - RS"),
    ]


def simples_outside() -> Issuer:
    return make_issuer(simples_apportionment=2)


@pytest.mark.parametrize(
    ("snapshot", "iss"),
    [
        (mei_snapshot(), "MEI, não destacado"),
        (make_snapshot(iss_rate=Decimal("2.50"), issuer=simples_outside()), "2,5% = R$ 37,50"),
        (make_snapshot(iss_rate=Decimal("2.00"), withheld=True), "retido pelo tomador, R$ 30,00"),
        (normal_snapshot(), "pela alíquota da prefeitura"),
        (normal_snapshot(withheld=True), "retido pelo tomador, pela alíquota da prefeitura"),
        (normal_snapshot(iss_treatment=IssTreatment.IMMUNE, immunity_kind=1), "imune"),
        (normal_snapshot(iss_treatment=IssTreatment.NOT_INCIDENT), "não incide"),
    ],
)
def test_the_line_of_the_iss_follows_the_payload(snapshot, iss):
    assert lines(snapshot)["iss"] == iss


def test_net_is_shown_only_with_retention():
    federal = FederalTaxes(irrf_withheld=Decimal("22.50"))

    assert "net" not in lines(make_snapshot())
    assert lines(make_snapshot(iss_rate=Decimal("2.00"), withheld=True))["net"] == "R$ 1.470,00"
    assert lines(normal_snapshot(federal=federal))["federal"] == "IRRF R$ 22,50"
    assert lines(normal_snapshot(federal=federal))["net"] == "R$ 1.477,50"


def test_a_test_note_says_so_and_a_real_one_does_not():
    assert "não tem valor fiscal" in lines(make_snapshot())["test"]
    assert "test" not in lines(make_snapshot(environment=Environment.PRODUCTION))


def test_documents_of_people_and_with_letters_and_nobody():
    letters = replace(CLINIC, document=LETTERS_CNPJ)

    assert lines(make_snapshot(taker=PERSON))["taker"] == "Dona Maria · 529.982.247-25"
    assert lines(make_snapshot(taker=letters))["taker"].endswith("12.ABC.345/01DE-35")
    assert lines(make_snapshot(taker=None))["taker"] == "tomador não identificado"


def test_discounts_codes_and_replaced_notes_have_their_lines():
    shown = lines(normal_snapshot(discount_unconditional=Decimal(100), substitutes=Substitution(KEY, "01")))

    assert shown["discounts"] == "R$ 100,00"
    assert shown["ibs_cbs"] == "CST 000, classificação 000001"
    assert shown["substitutes"] == KEY


def test_the_city_comes_from_the_table_when_the_name_is_missing():
    service = make_service(place_city_name="", place_uf="")
    snapshot = make_snapshot(service=service, competence_date=date(2026, 1, 2))

    assert lines(snapshot)["competence"] == "02/01/2026 · Porto Alegre - RS"


# --- DANFSe ------------------------------------------------------------------------------------------
def text_of(pdf: bytes) -> str:
    page = next(text for text in map(unpacked, STREAM.findall(pdf)) if b" Tf" in text)
    return " ".join(re.findall(r"\((.*?)(?<!\\)\) Tj", page.decode("latin-1")))


def unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def test_the_picture_holds_what_the_note_holds():
    text = text_of(render(make_nfse(signed())))

    for part in (KEY, "12.345.678/0001-95", "Clínica Bem Viver Ltda", "R$ 1.500,00", "01.07.01"):
        assert part in text


def test_the_picture_keeps_the_letters_of_a_company_and_of_its_key():
    key = KEY.replace(ISSUER_CNPJ, LETTERS_CNPJ)
    declaration = build(make_snapshot(issuer=make_issuer(document=LETTERS_CNPJ)))
    note = make_nfse(declaration, key=key).replace(ISSUER_CNPJ.encode(), LETTERS_CNPJ.encode())
    text = text_of(render(note))

    assert key in text
    assert "12.ABC.345/01DE-35" in text


def test_a_test_note_has_no_legal_validity_and_a_real_one_says_nothing():
    real = build(make_snapshot(environment=Environment.PRODUCTION))

    assert "SEM VALIDADE JURÍDICA" in text_of(render(make_nfse(build())))
    assert "SEM VALIDADE JURÍDICA" not in text_of(render(make_nfse(real)))


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        ({}, None),
        ({"canceled": True}, "CANCELADA"),
        ({"replaced": True}, "SUBSTITUÍDA"),
        ({"canceled": True, "replaced": True}, "CANCELADA"),
    ],
)
def test_the_watermark_comes_from_the_state(state, mark):
    text = text_of(render(make_nfse(build()), **state))

    assert {each for each in ("CANCELADA", "SUBSTITUÍDA") if each in text} == ({mark} if mark else set())


def test_the_percentage_of_the_simples_is_in_the_line_of_the_law():
    assert "Simples Nacional: 6,00%" in text_of(render(make_nfse(build())))


def test_the_code_to_scan_holds_the_public_address():
    expected = FPDF()
    expected.add_page()
    expected.image(make_qr_code_image(public_address(KEY), box_size=19, border=2))
    drawn = STREAM.findall(bytes(expected.output()))[-1]

    assert public_address(KEY) == f"https://www.nfse.gov.br/ConsultaPublica/?tpc=1&chave={KEY}"
    assert drawn in render(make_nfse(build()))


@pytest.mark.parametrize(
    "snapshot",
    [
        mei_snapshot(),
        normal_snapshot(),
        make_snapshot(taker=None),
        make_snapshot(taker=replace(CLINIC, document=LETTERS_CNPJ)),
        make_snapshot(service=make_service(description="Linha um\nlinha dois\n" + "muito texto " * 80)),
        make_snapshot(substitutes=Substitution(KEY, "01")),
    ],
)
def test_every_profile_is_one_page(snapshot):
    pdf = render(make_nfse(build(snapshot)))

    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") == 1


def test_characters_that_fonts_lack_do_not_stop_the_picture():
    note = make_nfse(build()).replace("Manutenção".encode(), "Manutenção 🎉 – “site”".encode())

    assert '- "site"' in text_of(render(note))


def test_the_sample_with_ibs_cbs_is_drawn():
    assert "Blumenau" in text_of(render((SAMPLES / "nfse-ibscbs.xml").read_bytes()))


@pytest.mark.parametrize("document", [build(), b"<html/>", b"<NFSe><infNFSe/></NFSe>"])
def test_only_an_issued_note_has_a_picture(document):
    with pytest.raises(NotDrawable):
        render(document)
