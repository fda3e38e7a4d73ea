"""Every local rule of rules.csv: one document that breaks it, and the same document before the change."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fiscal.documents.events import build_cancellation
from fiscal.documents.rules import Context, check_snapshot, check_xml, implemented_codes
from fiscal.documents.signing import sign, verify
from fiscal.documents.tables import get_rules
from fiscal.enumerations import Environment, TaxRegime, WhoFixes
from fiscal.tests.notes import (
    ISSUER_CNPJ,
    KEY,
    NOW,
    SAMPLES,
    TAKER_CNPJ,
    TAKER_CPF,
    WRONG_KEY,
    build,
    edit,
    make_certificate,
    make_issuer,
    make_nfse,
    make_service,
    make_snapshot,
    make_unfit_certificate,
    mei_snapshot,
    normal_snapshot,
    signed,
)
from fiscal.values import CityParameters, ReplacedNote, Substitution

TRIB_MUN = "valores/trib/tribMun"
TRIB_FED = "valores/trib/tribFed"
PIS_COFINS = f"{TRIB_FED}/piscofins"
DISCOUNTS = "valores/vDescCondIncond"
ORIGINAL = ReplacedNote(TAKER_CNPJ, Decimal("1500.00"), date(2026, 11, 22), "010701", "", "4314902")
ABROAD = {"toma/CNPJ": None, "toma/NIF": "X123", "toma/end/endNac": None, "toma/end/endExt/cPais": "PT"}


def simples() -> bytes:
    return build()


def mei() -> bytes:
    return build(mei_snapshot())


def normal() -> bytes:
    return build(normal_snapshot())


def outside() -> bytes:
    return build(make_snapshot(issuer=make_issuer(simples_apportionment=2)))


def cancellation() -> bytes:
    return build_cancellation(
        KEY,
        reason_code="1",
        reason_text="Valor digitado errado na nota",
        author_document=ISSUER_CNPJ,
        environment=Environment.STAGING,
        issued_at=NOW,
    )


def retained_without_rate() -> bytes:
    return edit(simples(), {f"{TRIB_MUN}/tpRetISSQN": "2", f"{TRIB_MUN}/pAliq": "2.00"})


def exported() -> bytes:
    return edit(
        simples(),
        {f"{TRIB_MUN}/tribISSQN": "3", f"{TRIB_MUN}/cPaisResult": "PT", "serv/comExt/mdPrestacao": "4"},
    )


def federal() -> bytes:
    return edit(
        normal(),
        {
            f"{PIS_COFINS}/CST": "01",
            f"{PIS_COFINS}/vBCPisCofins": "1500.00",
            f"{PIS_COFINS}/pAliqPis": "0.65",
            f"{PIS_COFINS}/pAliqCofins": "3.00",
            f"{PIS_COFINS}/vPis": "9.75",
            f"{PIS_COFINS}/vCofins": "45.00",
            f"{PIS_COFINS}/tpRetPisCofins": "3",
            f"{TRIB_FED}/vRetCP": "165.00",
            f"{TRIB_FED}/vRetIRRF": "22.50",
            f"{TRIB_FED}/vRetCSLL": "69.75",
        },
    )


def substituting() -> bytes:
    return build(make_snapshot(substitutes=Substitution(KEY, "99", "Descrição digitada errada")))


def normal_substituting() -> bytes:
    return build(normal_snapshot(substitutes=Substitution(KEY, "01")))


@dataclass(frozen=True)
class Case:
    """`base` passes the rule; with `changes` (and `context`) it breaks it."""

    code: str
    base: Callable[[], bytes]
    changes: dict[str, str | None] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    passing: dict[str, Any] = field(default_factory=dict)


def params(**values: Any) -> dict[str, Any]:
    return {"params": CityParameters(**values)}


ACTIVE, INACTIVE = params(incidence_agreement_active=True), params(incidence_agreement_active=False)
CASES = [
    # Header
    Case("E0004", simples, {"@Id": "DPS431490211234567800019500900000000000000057"}),
    Case("E0006", simples, context={"environment": Environment.PRODUCTION}),
    Case("E0008", simples, {"dhEmi": "2026-11-24T12:00:01-03:00"}),
    Case("E0010", simples, {"serie": "50000"}),
    Case("E0015", simples, {"dCompet": "2026-11-25"}),
    Case("E0018", simples, context={"opening_date": date(2026, 11, 23)}),
    Case("E9996", simples, {"tpEmit": "2"}),
    Case("E0080", simples, {"prest/CNPJ": "12345678000196"}),
    Case("E0096", simples, {"prest/CNPJ": None, "prest/CPF": "11144477734"}),
    Case("E0121", simples, {"prest/xNome": "Oficina"}),
    Case("E0128", simples, {"prest/end/xLgr": "Rua A"}),
    Case("E0148", simples, {"prest/email": "oficina@"}),
    Case("E0160", simples, context={"simples_status": "1"}),
    Case("E0162", normal, {"prest/regTrib/regApTribSN": "1"}),
    Case("E0166", simples, {"prest/regTrib/regApTribSN": None}),
    Case("E0172", normal, {"prest/regTrib/regEspTrib": "5", f"{TRIB_MUN}/tribISSQN": "4"}),
    Case("E0174", mei, {"prest/regTrib/regEspTrib": "5"}),
    Case("E0175", simples, {"prest/regTrib/regEspTrib": "6"}),
    # Taker
    Case("E0187", normal, {"toma": None}),
    Case("E0188", simples, {"toma/CNPJ": "11222333000182"}),
    Case("E0202", simples, {"toma/CNPJ": ISSUER_CNPJ}),
    Case("E0204", retained_without_rate, {"toma": None}),
    Case("E0206", simples, {"toma/CNPJ": None, "toma/CPF": "52998224724"}),
    Case("E0223", simples, {"toma/end/endNac": None, "toma/end/endExt/cPais": "PT"}),
    Case("E0226", simples, {"toma/CNPJ": None, "toma/cNaoNIF": "0"}),
    Case("E0233", simples, {"toma/CNPJ": None, "toma/NIF": "X1", "toma/xNome": None}),
    Case("E0234", simples, {"serv/cServ/cTribNac": "170501", "toma/end": None}),
    Case("E0234", normal, {"toma/end": None}),
    Case("E0235", simples, {"toma/end": None}),
    Case("E0237", retained_without_rate, {"toma/end": None}),
    Case("E0238", simples, {"toma/end/endNac/cMun": "4314999"}),
    Case("E0242", simples, {"toma/CNPJ": None, "toma/NIF": "X1"}),
    Case("E0246", simples, {**ABROAD, "toma/end/endExt/cPais": "BR"}),
    Case("E0247", simples, {"toma/email": "maria@semponto"}),
    # Service
    Case("E0302", simples, {"serv/locPrest/cLocPrestacao": "4314999"}),
    Case("E0304", simples, {"serv/locPrest/cPaisPrestacao": "BR"}),
    Case("E0310", simples, {"serv/cServ/cTribNac": "99040"}),
    Case("E0315", simples, {"serv/cServ/cTribMun": "000"}),
    Case("E0316", normal, {"serv/cServ/cNBS": "000000001"}),
    Case("E0318", simples, ABROAD),
    Case("E0322", normal, {"serv/cServ/cNBS": None}),
    Case("E0330", exported, {"serv/comExt": None}),
    Case("E0333", exported, {"serv/comExt/mdPrestacao": "0"}),
    Case("E0341", exported, {"serv/comExt/mecAFComexP": "00"}),
    Case("E0343", exported, {"serv/comExt/mecAFComexT": "00"}),
    Case("E0345", exported, {"serv/comExt/movTempBens": "0"}),
    Case("E0356", exported, {"serv/comExt/movTempBens": "3"}),
    Case("E0370", simples, {"serv/cServ/cTribNac": "070201"}),
    Case("E0372", simples, {"serv/obra/cObra": "123456789012"}),
    Case("E0390", simples, {"serv/cServ/cTribNac": "120701"}),
    Case("E0392", simples, {"serv/atvEvento/xNome": "Festival"}),
    Case("E0529", exported, {"serv/cServ/cTribNac": "070201"}),
    Case("E0530", simples, {"serv/cServ/cTribNac": "070201", "serv/locPrest/cPaisPrestacao": "PT"}),
    Case("E0532", simples, {"serv/cServ/cTribNac": "990101"}),
    Case("E0590", exported, {f"{TRIB_MUN}/cPaisResult": None}),
    # Amounts
    Case("E0424", simples, {"valores/vServPrest/vReceb": "1500.00"}),
    Case("E0427", simples, {f"{DISCOUNTS}/vDescIncond": "1000.00", "valores/vDedRed/vDR": "500.01"}),
    Case("E0427", simples, {f"{DISCOUNTS}/vDescIncond": "1000.00", "valores/vDedRed/pDR": "100.01"}),
    Case("E0428", federal, {f"{TRIB_FED}/vRetCP": "1450.00"}),
    Case("E0428", retained_without_rate, {f"{DISCOUNTS}/vDescCond": "1480.00"}),
    Case("E0431", simples, {f"{DISCOUNTS}/vDescIncond": "1500.00"}),
    Case("E0432", simples, {f"{DISCOUNTS}/vDescCond": "0.00"}),
    Case("E0436", mei, {"valores/vDedRed/vDR": "10.00"}),
    Case("E1508", federal, {f"{TRIB_FED}/vRetCP": "1450.00"}),
    Case("E0675", federal, {"prest/CNPJ": None, "prest/CPF": "11144477735"}),
    Case("E0676", mei, {f"{TRIB_FED}/vRetIRRF": "10.00"}),
    Case("E0677", federal, {f"{PIS_COFINS}/vBCPisCofins": "1500.01"}),
    Case("E0694", federal, {f"{PIS_COFINS}/vPis": "9.77"}),
    Case("E0696", federal, {f"{PIS_COFINS}/vCofins": "44.98"}),
    Case("E0699", federal, {f"{TRIB_FED}/vRetCP": "0.00"}),
    Case("E0700", federal, {f"{TRIB_FED}/vRetIRRF": "1500.00"}),
    Case("E0701", federal, {f"{TRIB_FED}/vRetCSLL": "0"}),
    Case("NT007", federal, {f"{PIS_COFINS}/tpRetPisCofins": "1"}),
    Case("NT007", federal, {f"{PIS_COFINS}/tpRetPisCofins": "2"}),
    Case("E0720", federal, {f"{PIS_COFINS}/tpRetPisCofins": "0"}),
    Case("E0724", federal, {f"{TRIB_FED}/vRetCSLL": None}),
    # ISS and totals
    Case("E0580", retained_without_rate, {f"{TRIB_MUN}/tribISSQN": "4"}),
    Case("E0583", mei, {f"{TRIB_MUN}/tpRetISSQN": "2"}),
    Case("E0588", retained_without_rate, {"prest/regTrib/regEspTrib": "5"}),
    Case("E0592", simples, {f"{TRIB_MUN}/tribISSQN": "2"}),
    Case("E0592", simples, {f"{TRIB_MUN}/tpImunidade": "1"}),
    Case("E0593", simples, {f"{TRIB_MUN}/tpImunidade": "0"}),
    Case("E0596", retained_without_rate, {"serv/cServ/cTribNac": "220101"}),
    Case("E0595", retained_without_rate, {f"{TRIB_MUN}/pAliq": "5.01"}),
    Case("E0600", mei, {f"{TRIB_MUN}/pAliq": "2.00"}),
    Case("E0602", retained_without_rate, {f"{TRIB_MUN}/tribISSQN": "4"}),
    Case("E0604", retained_without_rate, {"prest/regTrib/regEspTrib": "5"}),
    Case("E0621", retained_without_rate, {f"{TRIB_MUN}/pAliq": "1.79"}, ACTIVE, ACTIVE),
    Case("E0625", simples, {f"{TRIB_MUN}/pAliq": "2.00"}),
    Case("E0628", retained_without_rate, {f"{TRIB_MUN}/pAliq": None}, INACTIVE, INACTIVE),
    Case("E0631", simples, {f"{TRIB_MUN}/pAliq": "2.00"}, INACTIVE, INACTIVE),
    Case("E0706", normal, {"valores/trib/totTrib/pTotTrib/pTotTribFed": "100.01"}),
    Case("E0707", normal, {"valores/trib/totTrib/pTotTrib/pTotTribEst": "100.01"}),
    Case("E0708", normal, {"valores/trib/totTrib/pTotTrib/pTotTribMun": "-0.01"}),
    Case("E0710", mei, {"valores/trib/totTrib/indTotTrib": None, "valores/trib/totTrib/pTotTribSN": "6.00"}),
    Case("E0712", simples, {"valores/trib/totTrib/indTotTrib": "0"}),
    Case("E0713", normal, {"valores/trib/totTrib/pTotTribSN": "6.00"}),
    # IBS/CBS
    Case("E0850", normal, {"dCompet": "2025-12-31"}),
    Case("E0854", normal, {"@versao": "1.00"}),
    Case("E0901", normal, {"IBSCBS/cIndOp": "999999"}),
    Case("E0903", normal, {"serv/cServ/cTribNac": "171201"}),
    Case("E0904", normal, {"IBSCBS/tpOper": "1"}),
    Case("E0910", normal, {"IBSCBS/dest/CNPJ": TAKER_CNPJ}),
    Case("E0911", normal, {"IBSCBS/dest/CNPJ": "11222333000182"}),
    Case("E0932", normal, {"IBSCBS/cIndOp": "020101"}),
    Case("E0959", normal, {"IBSCBS/valores/trib/gIBSCBS/cClassTrib": "200001"}),
    # Substitution
    Case("E0042", normal_substituting, {"subst/chSubstda": WRONG_KEY}),
    Case("E0042", normal_substituting, {"prest/CNPJ": TAKER_CNPJ}),
    Case(
        "E0060",
        normal_substituting,
        {"dCompet": "2026-11-21"},
        {"original": ORIGINAL},
        {"original": ORIGINAL},
    ),
    Case(
        "E0061",
        substituting,
        {"valores/vServPrest/vServ": "1500.01"},
        {"original": ORIGINAL},
        {"original": ORIGINAL},
    ),
    Case("E0078", substituting, {"subst/xMotivo": None}),
    Case("TSMotivo", substituting, {"subst/xMotivo": "Curto demais"}),
    # Parameters of the cities
    Case("E0016", simples, {}, params(agreement_since=date(2026, 11, 23))),
    Case("E0037", simples, {}, params(agreement_exists=False)),
    Case("E0038", simples, {}, params(agreement_active=False)),
    Case("E0039", simples, {}, params(uses_national_issuer=False)),
    Case("E0177", normal, {"prest/regTrib/regEspTrib": "5"}, params(special_regimes=frozenset({1}))),
    Case("E0178", normal, {"prest/regTrib/regEspTrib": "5"}, params(special_regime_granted=False)),
    Case("E0312", simples, {}, params(service_administered=False)),
    Case("E0314", simples, {"serv/cServ/cTribMun": "123"}, params(municipal_code_administered=False)),
    Case("E0440", normal, {"valores/vDedRed/vDR": "10.00"}, params(deductions_admitted=False)),
    Case("E0441", simples, {"valores/vDedRed/vDR": "10.00"}),
    Case("E0539", normal, {f"{TRIB_MUN}/tribISSQN": "4"}, params(service_taxed=True)),
    Case("E0540", normal, {}, params(service_taxed=False)),
    Case("E0617", normal, {f"{TRIB_MUN}/pAliq": "2.00"}, ACTIVE, ACTIVE),
    Case("E0619", normal, {}, INACTIVE),
    Case("E0635", outside, {f"{TRIB_MUN}/pAliq": "2.00"}, ACTIVE, ACTIVE),
    Case("E0640", outside, {}, INACTIVE),
    Case(
        "E0667",
        retained_without_rate,
        {"toma/CNPJ": None, "toma/CPF": TAKER_CPF},
        params(cpf_may_withhold=False),
    ),
    Case("E0958", normal, {}, params(classification_for_services=False)),
    Case(
        "E0964",
        normal,
        {"IBSCBS/valores/trib/gIBSCBS/gTribRegular/CSTReg": "000"},
        params(classification_needs_regular=False),
    ),
    Case("E0965", normal, {}, params(classification_needs_regular=True)),
    # Events
    Case("E0813", cancellation, {"CNPJAutor": TAKER_CNPJ}),
    Case("E1827", cancellation, {"@Id": f"PRE{KEY}101101001"}),
    Case("E1843", cancellation, {"dhEvento": "2026-11-24T12:00:01-03:00"}),
    Case("E1845", cancellation, context={"environment": Environment.PRODUCTION}),
    Case("TSMotivo", cancellation, {"e101101/xMotivo": "Errei"}),
    Case("E1989", cancellation),
    # The file
    Case("E1225", simples, context={"payload": "isto não é base64"}),
    Case("E1235", simples, {"valores/vServPrest/vServ": "1500.5"}),
    Case("E0717", simples),
]
SIGNED_CASES = {"E0717", "E1989"}


def codes(xml: bytes, certificate: Any = None, **context: Any) -> set[str]:
    return {
        problem.code for problem in check_xml(xml, certificate, context=Context(**{"now": NOW, **context}))
    }


@pytest.mark.parametrize("case", CASES, ids=[f"{index}-{case.code}" for index, case in enumerate(CASES)])
def test_rule_finds_the_broken_document_and_passes_the_other(case: Case):
    base = case.base()
    passing = sign(base, certificate=make_certificate()) if case.code in SIGNED_CASES else base

    assert case.code in codes(edit(base, case.changes), **case.context)
    assert case.code not in codes(passing, **case.passing)


def test_every_rule_decidable_here_has_a_function_and_a_case():
    decidable = {rule.code for rule in get_rules().values() if rule.check in {"local", "params"}}
    tested_apart = {
        *("E1200", "E1203", "E1208", "E1209", "E1226", "E1228", "E1229", "E1242"),
        *("E0714", "E0715", "E0716", "E0718", "E0812", "E1980", "E1983", "E1991"),
    }

    assert decidable <= implemented_codes()
    assert decidable <= {case.code for case in CASES} | tested_apart


@pytest.mark.parametrize("base", [simples, mei, normal, outside, cancellation, substituting])
def test_good_documents_break_nothing_once_signed(base):
    certificate = make_certificate()
    document = sign(base(), certificate=certificate)

    assert codes(document, certificate.certificate, environment=Environment.STAGING) == set()


@pytest.mark.parametrize(("code", "blocks"), [("990401", False), ("99040", True), ("99O401", True)])
def test_a_service_that_a_newer_table_may_hold_only_warns(code, blocks):
    found = check_xml(edit(simples(), {"serv/cServ/cTribNac": code}), context=Context(now=NOW))

    assert [problem.blocking for problem in found if problem.code == "E0310"] == [blocks]


def test_a_discontinued_kind_of_retention_only_warns():
    found = check_xml(edit(federal(), {f"{PIS_COFINS}/tpRetPisCofins": "1"}), context=Context(now=NOW))

    assert [problem.blocking for problem in found if problem.code == "NT007"] == [False]


def test_a_comment_inside_a_text_hides_no_part_of_it():
    """A signature leaves comments out, so that both halves are what was signed."""
    discounted = edit(simples(), {f"{DISCOUNTS}/vDescIncond": "1600.00"})

    commented = discounted.replace(b"<vDescIncond>1600", b"<vDescIncond>1<!-- x -->600")

    assert "E0431" in codes(discounted)
    assert codes(commented) == codes(discounted)


# --- The file and its signature ---------------------------------------------------------------------
def test_prefixes_are_refused_however_they_are_written():
    prefixed = signed().replace(b"<DPS xmlns=", b'<DPS xmlns:ds="urn:x" xmlns=')

    assert "E1228" in codes(prefixed)
    assert "E1228" not in codes(signed())


def test_a_document_with_prefix_on_every_element_is_still_judged():
    text = build(make_snapshot(taker=replace(make_snapshot().taker, document="11222333000182"))).decode()
    body = text.partition("?>")[2].replace("</", "\0").replace("<", "<n:").replace("\0", "</n:")
    prefixed = ('<?xml version="1.0" encoding="UTF-8"?>' + body.replace("xmlns=", "xmlns:n=")).encode()

    assert {"E1228", "E0188", "E0717"} <= codes(prefixed)


WRONG_PROLOGS = [("", "utf-8"), ("<?xml version='1.0'?>", "utf-8")]
WRONG_PROLOGS += [(f"<?xml version='1.0' encoding='{name}'?>", name) for name in ("iso-8859-1", "utf-16")]


@pytest.mark.parametrize(("prolog", "encoding"), WRONG_PROLOGS)
def test_prolog_must_declare_utf8(prolog, encoding):
    body = build().partition(b"?>")[2].decode()

    assert "E1229" in codes((prolog + body).encode(encoding))
    assert "E1229" not in codes(f"<?xml version='1.0' encoding='utf-8'?>{body}".encode())


def test_text_that_is_not_xml_is_not_well_formed():
    assert codes(b"nota") == {"E1226"}
    assert "E1226" not in codes(build())


def test_a_returned_note_is_no_dps_and_the_dps_in_it_is_judged():
    note = make_nfse(build(make_snapshot(taker=replace(make_snapshot().taker, document=ISSUER_CNPJ))))

    assert {"E1242", "E0202"} <= codes(note)
    assert "E1242" not in codes(build())


def test_a_changed_figure_breaks_the_signature():
    assert "E0714" in codes(signed().replace(b"1500.00", b"1501.00"))
    assert not {"E0714", "E0717"} & codes(signed())


def test_a_changed_reason_breaks_the_signature_of_an_event():
    document = sign(cancellation(), certificate=make_certificate())

    assert "E1980" in codes(document.replace(b"digitado", b"trocado!"))
    assert "E1980" not in codes(document)


def test_an_expired_signer_is_refused_in_notes_and_events():
    later = NOW + timedelta(days=800)
    event = sign(cancellation(), certificate=make_certificate())

    assert "E0715" in codes(signed(), now=later)
    assert "E1983" in codes(event, now=later)
    assert not {"E0715", "E1983"} & (codes(signed()) | codes(event))


def test_a_note_signed_by_another_company_is_refused():
    other = make_certificate(TAKER_CNPJ)
    document = sign(build(), certificate=other)
    event = sign(cancellation(), certificate=other)

    assert "E0718" in codes(document)
    assert {"E0812", "E1991"} <= codes(event)
    assert not {"E0718", "E0812", "E1991"} & codes(sign(cancellation(), certificate=make_certificate()))


def test_the_certificate_of_another_branch_only_warns():
    branch = make_certificate("12345678000276")
    problems = check_xml(sign(build(), certificate=branch), context=Context(now=NOW))

    assert [problem.blocking for problem in problems if problem.code == "E0718"] == [False]


def test_a_certificate_outside_icp_brasil_warns_in_tests_and_blocks_in_production():
    foreign = verify((SAMPLES / "dps-signed-rsa-sha1-c14n.xml").read_bytes()).certificate
    blocking = {
        environment: {
            problem.code: problem.blocking
            for problem in check_snapshot(
                make_snapshot(environment=environment), certificate=foreign, now=NOW
            )
        }.get("E1208")
        for environment in Environment
    }

    assert blocking == {Environment.STAGING: False, Environment.PRODUCTION: True}
    assert "E1208" not in codes(build(), make_certificate().certificate)


@pytest.mark.parametrize(
    ("kind", "code"), [("no client auth", "E1200"), ("no document", "E1209"), ("expired", "E1203")]
)
def test_unfit_certificates_are_named_by_code(kind, code):
    assert code in codes(build(), make_unfit_certificate(kind).certificate)
    assert code not in codes(build(), make_certificate().certificate)


def test_a_signer_without_document_is_unfit():
    document = sign(build(), certificate=make_unfit_certificate("no document"))

    assert "E0716" in codes(document)
    assert "E0716" not in codes(signed())


# --- Snapshots --------------------------------------------------------------------------------------
def test_a_good_snapshot_has_no_problem():
    assert check_snapshot(make_snapshot(), now=NOW, certificate=make_certificate().certificate) == []


def test_a_problem_names_the_field_the_sentence_and_who_fixes():
    snapshot = make_snapshot(issuer=make_issuer(simples_apportionment=None))
    (problem,) = [each for each in check_snapshot(snapshot, now=NOW) if each.blocking]

    assert (problem.code, problem.field) == ("E0166", "prest/regTrib/regApTribSN")
    assert problem.who_fixes is WhoFixes.FIRM
    assert problem.message_pt.startswith("Falta o regime de apuração")


def test_a_snapshot_that_cannot_be_written_says_which_field():
    snapshot = make_snapshot(service=make_service(place_country="PT"))
    (problem,) = check_snapshot(snapshot, now=NOW)

    assert problem.field == "serv/locPrest/cPaisPrestacao"
    assert "exterior" in problem.message_pt


def test_parameters_of_the_city_block_everyone_but_mei():
    closed = CityParameters(uses_national_issuer=False)

    assert [each.code for each in check_snapshot(make_snapshot(), closed, now=NOW)] == ["E0039"]
    assert check_snapshot(mei_snapshot(), closed, now=NOW) == []


def test_the_future_is_judged_by_the_day_of_sao_paulo():
    late = NOW.replace(hour=1)  # 22 h of the day before in São Paulo
    snapshot = make_snapshot(competence_date=date(2026, 11, 24))

    assert "E0015" in {problem.code for problem in check_snapshot(snapshot, now=late)}


def test_registry_rules_never_block():
    problems = check_snapshot(make_snapshot(), now=NOW, simples_status="2")

    assert [(problem.code, problem.blocking) for problem in problems] == [("E0160", False)]


def test_excess_of_simples_is_written_as_simples():
    issuer = make_issuer(tax_regime=TaxRegime.SIMPLES_EXCESS, simples_apportionment=2)

    assert check_snapshot(make_snapshot(issuer=issuer), now=NOW) == []
