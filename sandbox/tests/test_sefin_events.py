"""Events of notes, substitution, distribution by NSU and parametrização."""

import base64

import pytest
from lxml import etree

from sandbox.sefin.event_documents import OF_OTHERS
from sandbox.sefin.keys import check_digit
from sandbox.sefin.schema import find_flaws
from sandbox.sefin.signatures import check
from sandbox.tests.clients import CITY, COMPANY, OTHER, Dps, pack, sign, unpack, write_event

TAKER = f"<toma><CNPJ>{OTHER}</CNPJ><xNome>CLIENTE</xNome></toma>"
NORMAL = {
    "regime": "<opSimpNac>1</opSimpNac><regEspTrib>0</regEspTrib>",
    "totals": "<pTotTrib><pTotTribFed>1.00</pTotTribFed><pTotTribEst>0.00</pTotTribEst>"
    "<pTotTribMun>2.00</pTotTribMun></pTotTrib>",
}


def replacing(key, reason="99", text="<xMotivo>Descrição errada na nota</xMotivo>"):
    return f"<subst><chSubstda>{key}</chSubstda><cMotivo>{reason}</cMotivo>{text}</subst>"


def with_digit(body):
    return body + check_digit(body)


def code_of(answer):
    assert answer.status_code == 400, answer.text
    problem = answer.json()["erro"]
    return [each["codigo"] for each in (problem if isinstance(problem, list) else [problem])]


@pytest.fixture
def key(company):
    return company.issue(Dps(taker=TAKER))["chaveAcesso"]


def test_a_cancellation_is_registered_and_read_back(company, sandbox, key):
    answer = company.request_event(key)
    assert answer.status_code == 201
    root = etree.fromstring(unpack(answer.json()["eventoXmlGZipB64"]))
    assert find_flaws("evento", root) == []
    assert check(root, "infEvento").valid
    found = company.sefin.get(f"/nfse/{key}/eventos/101101/1").json()["eventos"][0]
    assert (found["tipoEvento"], found["chaveAcesso"]) == (101101, key)
    assert unpack(found["arquivoXml"]) == unpack(answer.json()["eventoXmlGZipB64"])
    assert sandbox.notes()[0]["state"] == "cancelled"


def test_an_absent_event_is_404_without_errors(company, key):
    answer = company.sefin.get(f"/nfse/{key}/eventos/101101/1")
    assert (answer.status_code, answer.text) == (404, "")


def test_the_list_of_events_is_not_offered(company, key):
    assert company.sefin.get(f"/nfse/{key}/eventos").status_code == 405


def test_a_cancellation_twice_is_already_registered(company, key):
    company.request_event(key)
    assert code_of(company.request_event(key)) == ["E0802", "E0840"]


def test_others_cannot_cancel(company, other, key):
    assert "E0812" in code_of(other.request_event(key))
    assert "E0813" in code_of(other.request_event(key, author=OTHER))


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"id": "PRE{key}101103"}, "E1827"), ({"tp_amb": "1"}, "E1845")],
)
def test_a_request_that_does_not_agree_with_itself_is_refused(company, key, changes, code):
    changes = {name: value.format(key=key) for name, value in changes.items()}
    assert code_of(company.request_event(key, **changes)) == [code]


def test_a_request_needs_its_signature(company, key):
    xml = b'<?xml version="1.0" encoding="UTF-8"?>' + write_event(key).encode()
    spoiled = sign(write_event(key), company.certificate).replace(b"digitado", b"escolhid")
    for document, code in ((xml, "E1989"), (spoiled, "E1980")):
        body = {"pedidoRegistroEventoXmlGZipB64": pack(document)}
        assert code_of(company.sefin.post(f"/nfse/{key}/eventos", json=body)) == [code]


def test_a_note_of_the_citys_own_system_is_cancelled_there(company, key):
    assert code_of(company.request_event(with_digit(f"{key[:7]}1{key[8:49]}"))) == ["E0831"]


def test_an_unknown_note_has_no_events(company, key):
    unknown = key[:-1] + str((int(key[-1]) + 1) % 10)
    assert code_of(company.request_event(unknown)) == ["E1831"]


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"cancel_days": -1}, "E0822"),
        ({"cancel_limit": "100"}, "E0823"),
    ],
)
def test_a_city_limits_cancellation_and_takes_the_request(company, sandbox, key, rules, code):
    sandbox.set_city(CITY, **rules)
    assert code_of(company.request_event(key)) == [code]
    assert company.request_event(key, "101103").status_code == 201
    assert sandbox.notes()[0]["state"] == "analysis_pending"
    assert code_of(company.request_event(key)) == ["E0840"]
    assert code_of(company.request_event(key, "101103")) == ["E0802", "E0848"]


def test_a_note_without_taker_may_not_be_cancellable(company, sandbox):
    key = company.issue()["chaveAcesso"]
    sandbox.set_city(CITY, cancels_without_taker=False)
    assert code_of(company.request_event(key)) == ["E0824"]


def test_taxes_collected_forbid_it(company, sandbox, key):
    sandbox.set_taxpayer(COMPANY, taxes_collected=True)
    assert code_of(company.request_event(key)) == ["E0827"]


@pytest.mark.parametrize(("decision", "state"), [("105104", "cancelled"), ("105105", "authorized")])
def test_the_city_decides_the_analysis(company, sandbox, key, decision, state):
    company.request_event(key, "101103")
    sandbox.add_event(key, decision)
    assert sandbox.notes()[0]["state"] == state
    assert code_of(company.request_event(key)) == ["E0840"]


def test_the_city_cancels_locks_and_unlocks(company, sandbox, key):
    sandbox.add_event(key, "305102", locks="e101101")
    assert code_of(company.request_event(key)) == ["E0840"]
    sandbox.add_event(key, "305103")
    assert company.request_event(key).status_code == 201
    second = company.issue(Dps(number=2, taker=TAKER))["chaveAcesso"]
    sandbox.add_event(second, "305101")
    assert [note["state"] for note in sandbox.notes()] == ["cancelled", "cancelled"]


@pytest.mark.parametrize("code", OF_OTHERS)
def test_every_event_of_others_fits_the_schema(company, sandbox, key, code):
    sandbox.add_event(key, code)
    document = company.adn.get(f"/NFSe/{key}/Eventos").json()["LoteDFe"][0]
    root = etree.fromstring(unpack(document["ArquivoXml"]))
    assert find_flaws("evento", root) == []
    assert check(root, "infEvento").valid
    assert document["TipoDocumento"] == "EVENTO"


def test_a_confirmation_forbids_cancelling(company, sandbox, key):
    sandbox.add_event(key, "203202")
    assert code_of(company.request_event(key)) == ["E0840"]


def test_a_substitution_replaces_the_old_note(company, sandbox, key):
    made = company.issue(Dps(number=2, taker=TAKER, substitutes=replacing(key)))
    old = sandbox.notes()[0]
    assert (old["state"], old["events"]) == ("replaced", ["105102"])
    event = company.sefin.get(f"/nfse/{key}/eventos/105102/1").json()["eventos"][0]
    xml = unpack(event["arquivoXml"])
    assert made["chaveAcesso"].encode() in xml
    assert find_flaws("evento", etree.fromstring(xml)) == []
    assert company.codes(Dps(number=3, taker=TAKER, substitutes=replacing(key))) == ["E0046"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"value": "300.00", "taker": TAKER}, "E0061"),
        ({"taker": ""}, "E0061"),
        ({"taker": TAKER, "substitutes": "text"}, "E0078"),
    ],
)
def test_simples_may_not_change_taker_or_value(company, key, changes, code):
    text = {"text": ""} if changes.get("substitutes") == "text" else {}
    dps = Dps(**{"number": 2, **changes, "substitutes": replacing(key, **text)})
    assert company.codes(dps) == [code]


def test_the_normal_regime_may_change_the_value_but_not_the_service(company):
    key = company.issue(Dps(**NORMAL))["chaveAcesso"]
    service = "<cTribNac>170101</cTribNac><xDescServ>Outro</xDescServ>"
    assert company.codes(Dps(number=2, **NORMAL, service=service, substitutes=replacing(key))) == ["E0060"]
    assert company.codes(Dps(number=3, **NORMAL, value="300.00", substitutes=replacing(key))) == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda key: key[:-1] + str((int(key[-1]) + 1) % 10), "E0042"),
        (lambda key: with_digit(f"{key[:40]}000000000"), "E0044"),
        (lambda key: with_digit(f"{key[:7]}1{key[8:49]}"), "E0065"),
    ],
)
def test_the_key_to_replace_must_be_right(company, key, spoil, code):
    assert company.codes(Dps(number=2, taker=TAKER, substitutes=replacing(spoil(key)))) == [code]


@pytest.mark.parametrize(
    ("events", "rules", "code"),
    [
        ([], {"replace_days": -1}, "E0050"),
        ([], {"replaces_without_taker": False}, ""),
        (["203202"], {}, "E0070"),
        (["205204"], {}, "E0072"),
        (["305102"], {}, "E0076"),
    ],
)
def test_cities_and_takers_forbid_substitution(company, sandbox, key, events, rules, code):
    for event in events:
        sandbox.add_event(key, event, locks="e105102")
    sandbox.set_city(CITY, **rules)
    assert company.codes(Dps(number=2, taker=TAKER, substitutes=replacing(key))) == code.split()


def test_documents_come_by_nsu(company, other, sandbox, key):
    company.request_event(key)
    batch = company.adn.get("/DFe/0", params={"cnpjConsulta": COMPANY, "lote": "true"}).json()
    assert batch["StatusProcessamento"] == "DOCUMENTOS_LOCALIZADOS"
    kinds = [(each["NSU"], each["TipoDocumento"], each["TipoEvento"]) for each in batch["LoteDFe"]]
    assert kinds == [(1, "NFSE", None), (2, "EVENTO", "CANCELAMENTO")]
    assert [each["NSU"] for each in company.adn.get("/DFe/1").json()["LoteDFe"]] == [2]
    assert [each["NSU"] for each in company.adn.get("/DFe/1?lote=false").json()["LoteDFe"]] == [1]
    assert len(other.adn.get("/DFe/0").json()["LoteDFe"]) == 2
    nothing = company.adn.get("/DFe/2")
    assert (nothing.status_code, nothing.json()["StatusProcessamento"]) == (
        404,
        "NENHUM_DOCUMENTO_LOCALIZADO",
    )


def test_batches_hold_fifty(company):
    for number in range(1, 53):
        company.issue(Dps(number=number))
    assert len(company.adn.get("/DFe/0").json()["LoteDFe"]) == 50
    assert len(company.adn.get("/DFe/50").json()["LoteDFe"]) == 2


def test_strangers_documents_are_refused(company):
    answer = company.adn.get(f"/DFe/0?cnpjConsulta={OTHER}")
    assert (answer.status_code, answer.json()["StatusProcessamento"]) == (400, "REJEICAO")


def test_an_agreement_has_the_services_own_spelling(company, sandbox):
    found = company.parameters.get(f"/{CITY}/convenio").json()["parametrosConvenio"]
    assert (found["aderenteEmissorNacional"], found["permiteAproveitametoDeCreditos"]) == (1, True)
    assert (
        company.parameters.get("/3552502/convenio").json()["parametrosConvenio"]["aderenteEmissorNacional"]
        == 0
    )
    missing = company.parameters.get("/5108402/convenio")
    assert (missing.status_code, missing.json()["parametrosConvenio"]) == (404, None)


def test_a_rate_wants_nine_digits_and_a_date(company, sandbox):
    sandbox.set_city(CITY, rate="2.5")
    found = company.parameters.get(f"/{CITY}/01.07.01.000/2026-11-01/aliquota").json()["aliquotas"]
    assert found["01.07.01.000"][0]["Aliq"] == 2.5
    assert company.parameters.get(f"/{CITY}/010701/2026-11-01/aliquota").status_code == 400
    assert company.parameters.get(f"/{CITY}/01.07.01.000/01-11-2026/aliquota").status_code == 400


def test_retentions_are_listed_and_regimes_are_not_found(company):
    found = company.parameters.get(f"/{CITY}/2026-11-01/retencoes").json()
    assert (found["artigoSexto"]["habilitado"], found["retencoesMunicipais"]) == (True, [])
    path = f"/{CITY}/01.07.01.000/2026-11-01/regimes_especiais"
    assert company.parameters.get(path).status_code == 404


def test_unknown_events_and_notes_are_refused_to_the_city(company, sandbox, key):
    with pytest.raises(AssertionError, match="400"):
        sandbox.add_event(key, "101101")
    with pytest.raises(AssertionError, match="404"):
        sandbox.add_event("3" * 50, "305101")


def test_shapes_of_events_can_be_chosen(company, sandbox, key):
    company.request_event(key)
    sandbox.set_answers(event_shape="single", adn_twice=True)
    found = company.sefin.get(f"/nfse/{key}/eventos/101101/1").json()
    twice = company.adn.get(f"/NFSe/{key}/Eventos").json()["LoteDFe"][0]["ArquivoXml"]
    assert "eventos" not in found
    assert unpack(found["eventoXmlGZipB64"]) == unpack(twice)
    assert not base64.b64decode(twice).startswith(b"\x1f\x8b")


@pytest.mark.parametrize("spelling", [{"item_keys": "snake"}, {"omit_dps_id": 3}, {"colour": "blue"}])
def test_senseless_spellings_are_refused(sandbox, spelling):
    with pytest.raises(AssertionError, match="400"):
        sandbox.set_answers(**spelling)
