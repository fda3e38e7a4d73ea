"""The DPS that we build: every profile valid by the XSD, and nothing written that was not confirmed."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiscal.documents.amounts import preview_amounts
from fiscal.documents.clock import competence_today, format_time, issue_time, read_time
from fiscal.documents.dps import CannotBuild, ForeignNotSupported, build_dps
from fiscal.documents.identifiers import (
    access_key_digit,
    check_access_key,
    dps_id,
    event_id,
    event_request_id,
)
from fiscal.documents.layouts import LayoutNotAvailable, LayoutPeriod, choose_layout, read_schedule
from fiscal.documents.rates import rate_for_document
from fiscal.documents.schema import blocking, validate
from fiscal.documents.texts import clean_line, clean_text, is_reason
from fiscal.documents.xml import find_child, find_text, read_xml
from fiscal.enumerations import Environment, IssTreatment, SpecialRegime, TaxRegime, TotalTaxMode
from fiscal.tests.notes import (
    ADDRESS,
    CLINIC,
    FEDERAL,
    ISSUER_CNPJ,
    ISSUER_CPF,
    KEY,
    KEY_BODY,
    LETTERS_CNPJ,
    NOW,
    PERSON,
    build,
    make_issuer,
    make_service,
    make_snapshot,
    mei_snapshot,
    normal_snapshot,
)
from fiscal.values import EventActivity, NoteSnapshot, Substitution, Taker, TotalTax
from nfse.checks import check_layouts

EVENT = EventActivity("Festival de inverno", date(2026, 11, 1), date(2026, 11, 3), address=ADDRESS)
PROFILES = {
    "simples inside": make_snapshot(),
    "simples, ISS outside": make_snapshot(issuer=make_issuer(simples_apportionment=2)),
    "simples, all outside": make_snapshot(issuer=make_issuer(simples_apportionment=3)),
    "simples above the limit": make_snapshot(
        issuer=make_issuer(tax_regime=TaxRegime.SIMPLES_EXCESS, simples_apportionment=2)
    ),
    "MEI": mei_snapshot(),
    "normal with IBS/CBS": normal_snapshot(),
    "normal with federal taxes": normal_snapshot(federal=FEDERAL),
    "taker with CPF": make_snapshot(taker=PERSON),
    "no taker": make_snapshot(taker=None),
    "letters in the taker's CNPJ": make_snapshot(taker=replace(CLINIC, document="12.abc.345/01de-35")),
    "letters in the issuer's CNPJ": make_snapshot(issuer=make_issuer(document=LETTERS_CNPJ)),
    "issuer with CPF": normal_snapshot(
        issuer=make_issuer(document=ISSUER_CPF, tax_regime=TaxRegime.NORMAL, simples_apportionment=None)
    ),
    "ISS withheld": make_snapshot(withheld=True, iss_rate=Decimal("2.00")),
    "substitution": make_snapshot(substitutes=Substitution(KEY, "99", "Descrição digitada errada")),
    "immune": normal_snapshot(iss_treatment=IssTreatment.IMMUNE, immunity_kind=1),
    "construction": make_snapshot(
        service=make_service(ctribnac="070201", construction_code="12.345.67890/12")
    ),
    "event": make_snapshot(service=make_service(ctribnac="120701", event=EVENT)),
    "discounts": make_snapshot(discount_unconditional=Decimal("100"), discount_conditional=Decimal("50.5")),
    "taxes in reais": normal_snapshot(
        total_tax=TotalTax(
            TotalTaxMode.AMOUNTS, federal=Decimal(200), state=Decimal(0), municipal=Decimal(30)
        )
    ),
    "registration sent": make_snapshot(issuer=make_issuer(municipal_registration="123.456-7")),
}


@pytest.mark.parametrize("snapshot", PROFILES.values(), ids=PROFILES.keys())
def test_every_profile_is_valid_by_the_official_schema(snapshot):
    assert validate(build(snapshot)) == []


@pytest.mark.parametrize("snapshot", PROFILES.values(), ids=PROFILES.keys())
def test_a_snapshot_survives_json(snapshot):
    again = NoteSnapshot.from_dict(json.loads(json.dumps(snapshot.to_dict())))

    assert again == snapshot
    assert again.content_hash() == snapshot.content_hash()


def test_equal_content_has_one_hash_and_any_change_another():
    snapshot = make_snapshot()

    assert replace(snapshot, amount=Decimal(1500)).content_hash() == snapshot.content_hash()
    assert replace(snapshot, amount=Decimal("1500.01")).content_hash() != snapshot.content_hash()
    assert make_snapshot(service=make_service(cnbs="115022000")).content_hash() != snapshot.content_hash()


def test_the_same_note_is_the_same_bytes():
    assert build() == build()


def test_the_document_has_prolog_one_line_and_no_prefix():
    document = build()

    assert document.startswith(b'<?xml version="1.0" encoding="UTF-8"?><DPS ')
    assert b"\n" not in document
    assert b"xmlns:" not in document


def test_mei_carries_what_the_regime_forbids_nowhere():
    content = find_child(read_xml(build(mei_snapshot())), "infDPS")

    assert find_text(content, "prest/regTrib/opSimpNac") == "2"
    assert find_text(content, "valores/trib/totTrib/indTotTrib") == "0"
    for path in ("prest/regTrib/regApTribSN", "valores/trib/tribMun/pAliq", "valores/trib/tribFed", "IBSCBS"):
        assert find_child(content, path) is None


def test_ibs_cbs_says_that_the_receiver_is_the_taker():
    content = find_child(read_xml(build(normal_snapshot())), "infDPS")

    assert find_text(content, "IBSCBS/indDest") == "0"
    assert find_text(content, "IBSCBS/valores/trib/gIBSCBS/cClassTrib") == "000001"
    assert find_child(content, "IBSCBS/dest") is None


def test_federal_taxes_are_rounded_half_even():
    federal = replace(
        FEDERAL, pis_cofins_base=Decimal("0.50"), pis_rate=Decimal("5"), cofins_rate=Decimal("7")
    )
    content = find_child(read_xml(build(normal_snapshot(federal=federal))), "infDPS")

    assert find_text(content, "valores/trib/tribFed/piscofins/vPis") == "0.02"  # 0.025
    assert find_text(content, "valores/trib/tribFed/piscofins/vCofins") == "0.04"  # 0.035


def test_empty_municipal_code_is_left_out():
    content = find_child(read_xml(build(make_snapshot(service=make_service(ctribmun="000")))), "infDPS")

    assert find_child(content, "serv/cServ/cTribMun") is None


def test_an_address_without_postal_code_is_left_out():
    taker = replace(CLINIC, address=replace(ADDRESS, postal_code=""))

    assert find_child(read_xml(build(make_snapshot(taker=taker))), "infDPS/toma/end") is None


@pytest.mark.parametrize(
    "snapshot",
    [
        make_snapshot(service=make_service(place_country="PT")),
        make_snapshot(iss_treatment=IssTreatment.EXPORT),
        make_snapshot(taker=replace(CLINIC, address=replace(ADDRESS, country="US"))),
        make_snapshot(taker=Taker("", "John Doe")),
    ],
    ids=["place", "export", "address", "no document"],
)
def test_foreign_operations_are_refused_with_the_next_step(snapshot):
    with pytest.raises(ForeignNotSupported, match="Emita esta nota no portal nacional"):
        build(snapshot)


@pytest.mark.parametrize("amount", ["1500.005", "-1", "NaN", "Infinity", "1e15"])
def test_an_amount_is_never_rounded_in_silence(amount):
    with pytest.raises(CannotBuild) as refused:
        build(make_snapshot(amount=Decimal(amount)))

    assert refused.value.field == "valores/vServPrest/vServ"


def test_a_description_is_never_cut_in_silence():
    assert validate(build(make_snapshot(service=make_service(description="x" * 1000)))) == []
    with pytest.raises(CannotBuild, match="1000 caracteres"):
        build(make_snapshot(service=make_service(description="x" * 1001)))


def test_a_simples_company_without_percentage_says_so():
    with pytest.raises(CannotBuild, match="percentuais aproximados"):
        build(make_snapshot(total_tax=TotalTax(TotalTaxMode.SIMPLES_PERCENT)))


def test_an_unknown_reason_of_substitution_names_the_field():
    with pytest.raises(CannotBuild) as refused:
        build(make_snapshot(substitutes=Substitution(KEY, "77", "Motivo que não existe")))

    assert refused.value.field == "subst/cMotivo"


# --- Layout ------------------------------------------------------------------------------------------
def test_layouts_change_by_environment_and_date():
    schedule = [LayoutPeriod(Environment.STAGING, date(2026, 12, 1), "NT009")]

    assert choose_layout(Environment.STAGING, date(2026, 11, 30), schedule) == "1.01"
    assert choose_layout(Environment.STAGING, date(2026, 12, 1), schedule) == "NT009"
    assert choose_layout(Environment.PRODUCTION, date(2026, 12, 1), schedule) == "1.01"


def test_the_schedule_is_read_from_the_setting():
    assert read_schedule({"staging": {"2026-12-01": "1.01"}}) == (
        LayoutPeriod(Environment.STAGING, date(2026, 12, 1), "1.01"),
    )
    assert read_schedule({}) == ()


@pytest.mark.parametrize(
    "entries",
    [
        {"teste": {"2026-12-01": "1.01"}},
        {"staging": {"dezembro": "1.01"}},
        {"staging": {"2026-12-01": "9.99"}},
    ],
)
def test_nonsense_in_the_schedule_is_refused(entries):
    with pytest.raises(ValueError, match=r"teste|dezembro|9\.99"):
        read_schedule(entries)


def test_a_flaw_of_the_setting_is_found_before_the_first_note(settings):
    assert check_layouts() == []

    settings.NFSE_LAYOUTS = {"staging": {"2026-12-01": "9.99"}}
    (error,) = check_layouts()

    assert "9.99" in error.msg


def test_a_layout_that_is_not_here_is_said():
    with pytest.raises(LayoutNotAvailable):
        build_dps(make_snapshot(), series=900, number=1, issued_at=NOW, layout="NT009")


# --- Identifiers -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("11444777000161", "DPS310620021144477700016100001000000000000057"),
        ("12ABC34501DE35", "DPS3106200212ABC34501DE3500001000000000000057"),
        ("11144477735", "DPS310620010001114447773500001000000000000057"),
    ],
)
def test_id_of_the_dps_is_the_worked_example(document, expected):
    made = dps_id(city_code="3106200", document=document, series=1, number=57)

    assert made == expected
    assert len(made) == 45


def test_key_of_the_contract_is_right_and_one_digit_off_is_not():
    key = "31062002211444777000161000000000004226111234567894"

    assert check_access_key(key)
    assert not check_access_key(key[:-1] + "5")
    assert not check_access_key(key[:-1])


def test_a_key_with_letters_passes_by_its_shape():
    assert check_access_key(f"{KEY_BODY[:9]}{LETTERS_CNPJ}{KEY_BODY[23:]}0")


def test_remainders_zero_and_one_give_zero():
    assert access_key_digit("0" * 49) == "0"


def test_event_identifiers_have_the_lengths_of_the_schema():
    assert len(event_request_id(KEY, "101101")) == 59
    assert len(event_id(KEY, "101101")) == 62


# --- Schema ------------------------------------------------------------------------------------------
def test_the_schema_names_field_and_line():
    (problem,) = validate(build().replace(b"1500.00", b"1500.5"))

    assert (problem.field, problem.line) == ("valores/vServPrest/vServ", 1)
    assert problem.message.startswith("O valor tem formato")


def test_a_message_keeps_the_quantifiers_of_its_pattern():
    (problem,) = validate(build().replace(b"<CEP>90010000", b"<CEP>9001000"))

    assert "[0-9]{8}" in problem.message
    assert "nfse" not in problem.message


def test_a_missing_group_is_named():
    document = build()
    start, end = document.index(b"<prest>"), document.index(b"</prest>") + 8

    (problem,) = validate(document[:start] + document[end:])

    assert problem.field == "toma"


def test_the_known_defect_of_keys_with_letters_is_a_warning():
    key = f"{KEY_BODY[:9]}{LETTERS_CNPJ}{KEY_BODY[23:]}0"
    problems = validate(build(make_snapshot(substitutes=Substitution(key, "01"))))

    assert problems
    assert blocking(problems) == []


def test_a_key_of_wrong_size_is_no_known_defect():
    assert blocking(validate(build(make_snapshot(substitutes=Substitution(KEY[:-1], "01")))))


def test_a_root_that_is_no_fiscal_document_is_said():
    (problem,) = validate(b"<html/>")

    assert "html" in problem.message


# --- Clock -------------------------------------------------------------------------------------------
def test_issue_time_is_five_seconds_ago_in_sao_paulo():
    now = datetime(2026, 11, 24, 15, 0, 7, 999_999, tzinfo=UTC)

    assert format_time(issue_time(now)) == "2026-11-24T12:00:02-03:00"


@pytest.mark.parametrize("second", [0, 3, 4])
def test_the_margin_never_crosses_midnight_backwards(second):
    now = datetime(2026, 11, 24, 3, 0, second, tzinfo=UTC)

    assert format_time(issue_time(now)) == "2026-11-24T00:00:00-03:00"


def test_the_month_of_a_utc_server_turns_at_nine_in_the_evening():
    assert competence_today(datetime(2026, 12, 1, 2, 59, tzinfo=UTC)) == date(2026, 11, 30)


def test_times_of_answers_are_read_with_seven_digits_and_without_offset():
    assert read_time("2026-03-02T00:46:35.4669677-03:00").utcoffset().total_seconds() == -10800
    assert read_time("2026-08-03T07:31:39.737").utcoffset().total_seconds() == -10800
    assert read_time("ontem") is None


# --- Texts -------------------------------------------------------------------------------------------
def test_curly_quotes_dashes_and_emoji_become_what_the_authority_takes():
    assert clean_line(" “Clínica” – Bem\u00a0Viver… 🎉 ", 150) == '"Clínica" - Bem Viver...'
    assert clean_text("Linha um\r\n\r\n  linha   dois\t", 1000) == "Linha um\n\nlinha dois"
    assert clean_line("Joa\u0303o Őr", 150) == "João Or"


@given(st.text(max_size=300))
def test_any_text_cleans_into_latin_and_stays_clean(text):
    once = clean_text(text, 200)

    assert once.encode("latin-1") is not None
    assert len(once) <= 200
    assert clean_text(once, 200) == once


@given(st.text(min_size=1, max_size=80))
def test_any_name_gives_a_valid_document_or_an_empty_name(name):
    document = build(make_snapshot(taker=Taker(CLINIC.document, name, ADDRESS)))

    assert validate(document) == [] or not clean_line(name, 150)


def test_a_reason_has_from_15_to_255_characters_of_latin():
    assert is_reason("Quinze letras!!")
    assert not is_reason("Quatorze letra")
    assert not is_reason("Motivo com espaço no fim ")
    assert not is_reason("Motivo com travessão – não")
    assert not is_reason("x" * 256)


# --- Rate and amounts --------------------------------------------------------------------------------
RATE = Decimal("2.50")


@pytest.mark.parametrize(
    ("regime", "apportionment", "withheld", "active", "expected"),
    [
        (TaxRegime.MEI, None, False, False, None),
        (TaxRegime.SIMPLES, 1, False, True, None),
        (TaxRegime.SIMPLES, 1, False, False, None),
        (TaxRegime.SIMPLES, 1, True, True, RATE),
        (TaxRegime.SIMPLES, 1, True, False, RATE),
        (TaxRegime.SIMPLES, 2, True, True, None),
        (TaxRegime.SIMPLES, 2, False, False, RATE),
        (TaxRegime.NORMAL, None, False, True, None),
        (TaxRegime.NORMAL, None, False, None, None),
        (TaxRegime.NORMAL, None, False, False, RATE),
    ],
)
def test_the_rate_is_sent_where_the_table_asks_for_it(regime, apportionment, withheld, active, expected):
    sent = rate_for_document(
        tax_regime=regime,
        simples_apportionment=apportionment,
        special_regime=SpecialRegime.NONE,
        iss_treatment=IssTreatment.TAXABLE,
        withheld=withheld,
        profile_rate=RATE,
        incidence_agreement_active=active,
    )

    assert sent == expected


def test_preview_of_a_withheld_note():
    preview = preview_amounts(make_snapshot(withheld=True, iss_rate=Decimal("2.00")))

    assert (preview.iss, preview.iss_withheld, preview.net) == (
        Decimal("30.00"),
        Decimal("30.00"),
        Decimal("1470.00"),
    )


def test_preview_takes_the_rate_of_the_city_where_the_note_states_none():
    preview = preview_amounts(normal_snapshot(federal=FEDERAL), city_rate=Decimal("5.00"))

    assert preview.iss == Decimal("75.00")
    assert preview.federal_withheld == Decimal("257.25")
    assert preview.net == Decimal("1242.75")
    assert (preview.pis, preview.cofins) == (Decimal("9.75"), Decimal("45.00"))
    assert (preview.ibs, preview.cbs) == (Decimal("1.37"), Decimal("12.33"))


def test_preview_of_simples_shows_no_figure_that_is_not_there():
    preview = preview_amounts(make_snapshot(), city_rate=Decimal("5.00"))

    assert (preview.iss, preview.ibs, preview.net) == (None, None, Decimal("1500.00"))


def test_the_issuer_is_named_by_its_document_alone():
    prest = find_child(read_xml(build()), "infDPS/prest")

    assert [child.tag.rpartition("}")[2] for child in prest] == ["CNPJ", "regTrib"]
    assert find_text(prest, "CNPJ") == ISSUER_CNPJ
