"""SEFIN over mutual TLS: issue, queries, certificates, envelopes."""

import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from lxml import etree

from sandbox.sefin.keys import check_digit
from sandbox.sefin.schema import find_flaws
from sandbox.sefin.signatures import check
from sandbox.testing import running_sandbox_in
from sandbox.tests.clients import CITY, COMPANY, OTHER, Certificate, Dps, SefinClient, pack, sign, unpack

SAMPLES = Path(__file__).resolve().parent / "samples"
NFSE = {"n": "http://www.sped.fazenda.gov.br/nfse"}


def note_of(answer):
    return etree.fromstring(unpack(answer["nfseXmlGZipB64"]))


def find(root, path):
    return root.findtext("n:infNFSe/" + "/".join(f"n:{name}" for name in path.split("/")), None, NFSE)


def test_a_note_is_issued_and_found_again(company):
    made = company.issue()
    assert made["idDps"] == "DPS310620021144477700016100900000000000000001"
    assert company.sefin.head(f"/dps/{made['idDps']}").status_code == 200
    found = company.sefin.get(f"/dps/{made['idDps']}")
    assert found.json()["chaveAcesso"] == made["chaveAcesso"]
    assert found.headers["location"].endswith(made["chaveAcesso"])
    note = company.sefin.get(f"/nfse/{made['chaveAcesso']}").json()
    assert note["nfseXmlGZipB64"] == made["nfseXmlGZipB64"]


def test_the_note_fits_the_schema_and_both_signatures_hold(company):
    root = note_of(company.issue())
    assert find_flaws("NFSe", root) == []
    assert check(root, "infNFSe").valid
    assert check(root.find("n:infNFSe/n:DPS", NFSE), "infDPS").valid


def test_the_key_tells_city_generator_provider_number_and_month(company):
    made = company.issue()
    key, now = made["chaveAcesso"], datetime.now(ZoneInfo("America/Sao_Paulo"))
    assert key[:23] == f"{CITY}22{COMPANY}"
    assert int(key[23:36]) == int(find(note_of(made), "nNFSe"))
    assert key[36:40] == f"{now:%y%m}"
    assert key[-1] == check_digit(key[:-1])


def test_known_keys_have_the_right_digit():
    key = "31062002211444777000161000000000004226111234567894"
    assert check_digit(key[:49]) == key[49]


def test_an_alphanumeric_cnpj_issues(sandbox):
    document = "12ABC34501DE35"
    client = SefinClient(sandbox, Certificate(sandbox.make_pfx(document)))
    made = client.issue(Dps(provider=document))
    assert made["chaveAcesso"][9:23] == document
    root = note_of(made)
    assert find_flaws("NFSe", root) == []
    client.close()


def test_a_person_issues(sandbox):
    document = "11144477735"
    client = SefinClient(sandbox, Certificate(sandbox.make_pfx(document)))
    normal = "<opSimpNac>1</opSimpNac><regEspTrib>0</regEspTrib>"
    totals = "<pTotTrib><pTotTribFed>1.00</pTotTribFed><pTotTribEst>0.00</pTotTribEst>"
    totals += "<pTotTribMun>2.00</pTotTribMun></pTotTrib>"
    made = client.issue(Dps(provider=document, regime=normal, totals=totals))
    assert made["chaveAcesso"][8] == "1"
    client.close()


def test_the_old_algorithms_are_accepted(company):
    xml = sign(Dps().xml(), company.certificate, legacy=True)
    made = company.post(xml)
    assert made.status_code == 201
    assert check(note_of(made.json()).find("n:infNFSe/n:DPS", NFSE), "infDPS").valid


def test_amounts_are_computed_for_the_normal_regime(company, sandbox):
    sandbox.set_city(CITY, rate="5")
    withheld = "<tribISSQN>1</tribISSQN><tpRetISSQN>2</tpRetISSQN>"
    taker = (
        f"<toma><CNPJ>{OTHER}</CNPJ><xNome>CLIENTE</xNome><end><endNac><cMun>{CITY}</cMun>"
        "<CEP>30100000</CEP></endNac><xLgr>Rua Um</xLgr><nro>1</nro><xBairro>Centro</xBairro></end></toma>"
    )
    dps = Dps(
        regime="<opSimpNac>1</opSimpNac><regEspTrib>0</regEspTrib>",
        taker=taker,
        value="1000.00",
        discounts="<vDescCondIncond><vDescIncond>100.00</vDescIncond></vDescCondIncond>",
        municipal=withheld,
        federal="<tribFed><vRetIRRF>15.00</vRetIRRF></tribFed>",
        totals="<vTotTrib><vTotTribFed>1.00</vTotTribFed><vTotTribEst>0.00</vTotTribEst>"
        "<vTotTribMun>2.00</vTotTribMun></vTotTrib>",
    )
    root = note_of(company.issue(dps))
    names = ("vBC", "pAliqAplic", "vISSQN", "vTotalRet", "vLiq")
    values = [find(root, f"valores/{name}") for name in names]
    assert values == ["900.00", "5.00", "45.00", "60.00", "840.00"]


def test_ibs_and_cbs_are_computed_at_the_test_rates(company):
    reform = (
        "<IBSCBS><finNFSe>0</finNFSe><cIndOp>030101</cIndOp><indDest>0</indDest><valores><trib><gIBSCBS>"
        "<CST>000</CST><cClassTrib>000001</cClassTrib></gIBSCBS></trib></valores></IBSCBS>"
    )
    service = "<cTribNac>010701</cTribNac><xDescServ>Suporte</xDescServ><cNBS>115013000</cNBS>"
    dps = Dps(service=service, reform=reform, value="1000.00", competence="2026-11-20")
    root = note_of(company.issue(dps))
    assert find(root, "IBSCBS/totCIBS/gCBS/vCBS") == "9.00"
    assert find_flaws("NFSe", root) == []


def test_a_mei_has_its_own_status(company):
    dps = Dps(
        regime="<opSimpNac>2</opSimpNac><regEspTrib>0</regEspTrib>", totals="<indTotTrib>0</indTotTrib>"
    )
    assert find(note_of(company.issue(dps)), "cStat") == "107"


def test_numbers_never_repeat_and_may_skip(company):
    numbers = [int(find(note_of(company.issue(Dps(number=n))), "nNFSe")) for n in range(1, 41)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] > 40


def test_the_same_dps_again_is_e0014(company):
    xml = company.sign(Dps())
    assert company.post(xml).status_code == 201
    again = company.post(xml)
    assert again.status_code == 400
    assert again.json()["erros"][0]["codigo"] == "E0014"


def test_a_rejected_dps_leaves_its_number_free(company):
    assert company.codes(Dps(identifier="DPS310620021144477700016100900000000000000009")) == ["E0004"]
    assert company.sefin.head("/dps/DPS310620021144477700016100900000000000000001").status_code == 404
    company.issue()


def test_the_same_dps_at_once_is_issued_once(company, sandbox):
    xml, client = company.sign(Dps()), company.sefin
    body = {"dpsXmlGZipB64": pack(xml)}
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: client.post("/nfse", json=body).status_code, range(8)))
    assert sorted(statuses) == [201] + [400] * 7
    assert sandbox.count_notes()["count"] == 1


def test_environments_do_not_know_each_other(company, sandbox, certificates):
    made = company.issue()
    production = SefinClient(sandbox, certificates[COMPANY], "production")
    assert production.sefin.head(f"/dps/{made['idDps']}").status_code == 404
    assert production.codes(Dps()) == ["E0006"]
    assert production.issue(Dps(tp_amb="1"))["tipoAmbiente"] == 1
    assert sandbox.count_notes("staging")["count"] == sandbox.count_notes("production")["count"] == 1
    production.close()


def test_only_parties_read_a_note_and_anybody_asks_for_its_id(company, other):
    made = company.issue()
    assert other.sefin.head(f"/dps/{made['idDps']}").status_code == 200
    assert other.sefin.get(f"/dps/{made['idDps']}").status_code == 403
    assert other.sefin.get(f"/nfse/{made['chaveAcesso']}").status_code == 403


def test_the_taker_reads_it_too(company, other):
    made = company.issue(Dps(taker=f"<toma><CNPJ>{OTHER}</CNPJ><xNome>CLIENTE</xNome></toma>"))
    assert other.sefin.get(f"/nfse/{made['chaveAcesso']}").status_code == 200


@pytest.mark.parametrize("path", ["/dps/DPS1", "/nfse/123"])
def test_a_bad_id_is_400(company, path):
    assert company.sefin.get(path).status_code == 400


def test_an_unknown_path_and_method_are_refused_plainly(company):
    assert company.sefin.get("/nada").status_code == 404
    assert company.sefin.get("/nfse/1/eventos").status_code == 405
    assert httpx.URL(str(company.sefin.base_url)).path.endswith("/SefinNacional/")


def test_without_a_certificate_the_handshake_fails(sandbox):
    context = ssl.create_default_context(cafile=str(sandbox.ca_file))
    with httpx.Client(verify=context) as client, pytest.raises(httpx.TransportError):
        client.get(sandbox.sefin_url())


@pytest.mark.parametrize(
    ("kind", "code"),
    [("expired", "E1203"), ("not yet valid", "E1203"), ("foreign CA", "E1208"), ("no document", "E1209")],
)
def test_an_unfit_certificate_gets_its_code_and_403(sandbox, kind, code):
    client = SefinClient(sandbox, Certificate(sandbox.make_pfx(COMPANY, kind=kind)))
    answer = client.sefin.head("/dps/x"), client.sefin.get("/dps/x")
    assert {each.status_code for each in answer} == {403}
    assert [problem["codigo"] for problem in answer[1].json()["erros"]] == [code]
    client.close()


def test_a_certificate_for_e_mail_does_not_get_through_tls(sandbox):
    client = SefinClient(sandbox, Certificate(sandbox.make_pfx(COMPANY, kind="no client auth")))
    with pytest.raises(httpx.TransportError):
        client.sefin.get("/dps/x")
    client.close()


def test_the_certificate_must_be_of_the_emitter(company, other):
    assert company.post(sign(Dps().xml(), other.certificate)).json()["erros"][0]["codigo"] == "E0718"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda xml: xml.replace(b"250.00", b"251.00"), "E0714"),
        (lambda xml: xml[: xml.index(b"<Signature")] + b"</DPS>", "E0717"),
        (lambda xml: xml[xml.index(b"<DPS") :], "E1229"),
        (lambda xml: xml[:-10], "E1226"),
        (lambda xml: xml.replace(b'versao="1.01"', b'versao="1.02"'), "E1260"),
        (lambda xml: xml.replace(b"<nDPS>1<", b"<nDPS>01<"), "E1235"),
        (
            lambda xml: xml.replace(b"<DPS xmlns=", b"<n:DPS xmlns:n=").replace(b"</DP", b"</n:DP"),
            "E1228",
        ),
        (lambda xml: xml.replace(b"<DPS ", b"<NFSe ").replace(b"</DPS>", b"</NFSe>"), "E1242"),
    ],
)
def test_a_spoiled_document_gets_its_code(company, spoil, code):
    answer = company.post(spoil(company.sign(Dps())))
    assert answer.status_code == 400
    assert [problem["codigo"] for problem in answer.json()["erros"]] == [code]


@pytest.mark.parametrize("payload", ["!", "YWJj", None, 5])
def test_a_payload_that_is_no_gzip_is_e1225(company, payload):
    answer = company.sefin.post("/nfse", json={"dpsXmlGZipB64": payload})
    assert answer.json()["erros"][0]["codigo"] == "E1225"


def test_a_bomb_does_not_explode(company):
    answer = company.sefin.post("/nfse", json={"dpsXmlGZipB64": pack(b" " * (60 << 20))})
    assert answer.json()["erros"][0]["codigo"] == "E1225"


def test_malformed_json_gets_the_frameworks_answer(company):
    answer = company.sefin.post("/nfse", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (400, 400)
    assert "erros" not in answer.json()


def test_times_have_seven_digits_and_an_offset(company):
    stamp = company.issue()["dataHoraProcessamento"]
    assert len(stamp) == len("2026-03-02T00:46:35.4669677-03:00")
    assert datetime.fromisoformat(stamp).utcoffset() == timedelta(hours=-3)


def test_spellings_can_be_chosen(company, sandbox):
    sandbox.set_answers(item_keys="pascal", omit_dps_id=True)
    bad = Dps(identifier="DPS310620021144477700016100900000000000000009")
    answer = company.post(company.sign(bad)).json()
    assert answer["erros"][0]["Codigo"] == "E0004"
    assert answer["erros"][0]["Complemento"] is None
    made = company.issue()
    assert "idDps" not in company.sefin.get(f"/dps/{made['idDps']}").json()
    sandbox.set_answers(item_keys="mixed", single_error="list")
    keys = [next(iter(company.post(company.sign(bad)).json()["erros"][0])) for _ in range(2)]
    assert sorted(keys) == ["Codigo", "codigo"]
    assert isinstance(company.sefin.get("/dps/x").json()["erro"], list)


def test_the_clock_can_be_behind(company, sandbox):
    sandbox.set_clock(-60)
    assert company.codes(Dps()) == ["E0008"]
    sandbox.set_clock(0)
    company.issue()


def test_notes_survive_a_restart(tmp_path):
    with running_sandbox_in(tmp_path) as sandbox:
        certificate = Certificate(sandbox.make_pfx(COMPANY))
        client = SefinClient(sandbox, certificate)
        made = client.issue()
        client.close()
    with running_sandbox_in(tmp_path) as sandbox:
        client = SefinClient(sandbox, certificate)
        assert client.codes(Dps()) == ["E0014"]
        kept = client.sefin.get(f"/nfse/{made['chaveAcesso']}").json()
        assert kept["nfseXmlGZipB64"] == made["nfseXmlGZipB64"]
        assert client.issue(Dps(number=2))["chaveAcesso"] != made["chaveAcesso"]
        client.close()


def test_a_taken_port_is_named(sandbox):
    port = str(sandbox.tls_url.rpartition(":")[2])
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--sefin-port", port]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode != 0
    assert "NITRO_SEFIN_PORT" in ended.stderr


def test_the_page_shows_sefin_and_plugnotas(caller):
    text = caller.ask("GET", "/").text
    assert "SEFIN Nacional" in text
    assert "/plugnotas/nfse" in text


def test_a_public_document_verifies_and_only_its_authority_is_unknown(sandbox):
    """Of Gomes343/PyNFSeNacional (MIT): layout 1.00, RSA-SHA1, a certificate that it signed itself.

    That certificate is valid in 2026 and 2027, so SEFIN reads the document on a day of then.
    """
    then, now = datetime(2026, 11, 24, 15, tzinfo=UTC), datetime.now(UTC)
    sandbox.set_clock((then - now).total_seconds())
    year = timedelta(days=365)
    pfx = sandbox.make_pfx(OTHER, valid_from=min(then, now) - year, valid_until=max(then, now) + year)
    client = SefinClient(sandbox, Certificate(pfx))
    xml = (SAMPLES / "dps-signed-rsa-sha1-c14n.xml").read_bytes()
    assert check(etree.fromstring(xml), "infDPS").valid
    assert [problem["codigo"] for problem in client.post(xml).json()["erros"]] == ["E0716"]
    client.close()
