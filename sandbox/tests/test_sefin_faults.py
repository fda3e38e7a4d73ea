"""SEFIN failing on demand: what was done, and what the client is told."""

import time

import httpx
import pytest

from sandbox.tests.clients import COMPANY, Dps, pack


def test_a_dropped_reply_was_an_issued_note(company, sandbox):
    sandbox.fail("sefin", "drop", path="*/nfse", method="POST", count=1)
    xml = company.sign(Dps())
    with pytest.raises(httpx.TransportError):
        company.post(xml)
    assert sandbox.count_notes()["count"] == 1
    assert company.post(xml).json()["erros"][0]["codigo"] == "E0014"


def test_a_request_dropped_before_was_not(company, sandbox):
    sandbox.fail("sefin", "drop_before", path="*/nfse", count=1)
    with pytest.raises(httpx.TransportError):
        company.post(company.sign(Dps()))
    assert sandbox.count_notes()["count"] == 0


def test_a_reply_may_be_cut_in_half(company, sandbox):
    sandbox.fail("sefin", "cut", path="*/nfse", count=1)
    with pytest.raises(httpx.TransportError):
        company.post(company.sign(Dps()))
    assert sandbox.count_notes()["count"] == 1


@pytest.mark.parametrize(("kind", "issued"), [("late", 0), ("late_after", 1)])
def test_a_timeout_comes_before_or_after_accepting(company, sandbox, kind, issued):
    body = {"dpsXmlGZipB64": pack(company.sign(Dps()))}
    company.sefin.head("/dps/x")  # the handshake is not what is timed
    sandbox.fail("sefin", kind, path="*/nfse", seconds=30, count=1)
    with pytest.raises(httpx.ReadTimeout):
        company.sefin.post("/nfse", json=body, timeout=1)
    assert sandbox.count_notes()["count"] == issued


def test_work_may_be_done_later_for_nobody(company, sandbox):
    """HEAD answers 404 first and 200 later: SEFIN was still at work (national.md §8.7)."""
    sandbox.fail("sefin", "work_later", path="*/nfse", seconds=0.5, count=1)
    dps = Dps()
    with pytest.raises(httpx.TransportError):
        company.post(company.sign(dps))
    path = "/dps/DPS310620021144477700016100900000000000000001"
    assert company.sefin.head(path).status_code == 404
    time.sleep(0.8)
    assert company.sefin.head(path).status_code == 200


def test_maintenance_is_e1217(company, sandbox):
    sandbox.fail("sefin", "reject", path="*/nfse", code="E1217", count=1)
    answer = company.post(company.sign(Dps()))
    problem = answer.json()["erros"][0]
    assert (answer.status_code, problem["codigo"]) == (400, "E1217")
    assert problem["descricao"] == "Serviço paralisado para manutenção"
    company.issue()


def test_e0014_can_be_told_of_a_note_that_is_not(company, sandbox):
    sandbox.fail("sefin", "reject", path="*/nfse", code="E0014", count=1)
    assert company.codes(Dps()) == ["E0014"]
    assert sandbox.count_notes()["count"] == 0


def test_other_operations_reject_with_one_error(company, sandbox):
    sandbox.fail("sefin", "reject", path="*/dps/*", code="E1217", count=1)
    assert company.sefin.get("/dps/x").json()["erro"]["codigo"] == "E1217"
    sandbox.fail("adn", "reject", code="E1217", count=1)
    assert company.adn.get("/DFe/0").json()["Erros"][0]["Codigo"] == "E1217"


def test_a_proxy_answers_with_a_text_or_a_page(company, sandbox):
    sandbox.fail("sefin", status=502, message="Bad Gateway", count=1)
    assert company.sefin.get("/dps/x").json()["erro"] == "Bad Gateway"
    sandbox.fail("sefin", status=403, count=1)
    assert company.sefin.get("/dps/x").headers["content-type"].startswith("text/html")


def test_faults_can_be_limited_to_a_method_and_an_environment(company, sandbox):
    sandbox.fail("sefin", status=503, method="HEAD")
    sandbox.fail("sefin", status=503, path="/producao/*")
    made = company.issue()
    assert company.sefin.head(f"/dps/{made['idDps']}").status_code == 503
    assert company.sefin.get(f"/dps/{made['idDps']}").status_code == 200


def test_calls_are_counted_by_service(company, sandbox):
    made = company.issue()
    company.sefin.head(f"/dps/{made['idDps']}")
    company.parameters.get("/3106200/convenio")
    assert sandbox.counts()["by_path"] == {
        "POST /sefin/producaorestrita/nfse": 1,
        "HEAD /sefin/producaorestrita/dps/*": 1,
        "GET /parameters/producaorestrita/3106200/convenio": 1,
    }


def test_notes_are_listed_for_who_counts_them(company, sandbox):
    for number in (1, 2):
        company.issue(Dps(number=number))
    counts = sandbox.count_notes("staging", COMPANY)
    assert (counts["count"], counts["by_issuer"]) == (2, {COMPANY: 2})
    assert "notes" not in counts
    assert [note["amount"] for note in sandbox.notes(issuer=COMPANY)] == ["250.00", "250.00"]
    assert sandbox.notes("production") == []


def test_a_reset_forgets_notes_and_rules(company, sandbox):
    company.issue()
    sandbox.set_city("3106200", uses_national_issuer=False)
    sandbox.reset()
    assert sandbox.count_notes()["count"] == 0
    company.issue()


@pytest.mark.parametrize("name", ["nfseXmlGZipB64", "chaveAcesso"])
def test_a_success_may_lack_a_field(company, sandbox, name):
    sandbox.fail("sefin", "incomplete", path="*/nfse", field=name, count=1)
    answer = company.post(company.sign(Dps()))
    assert (answer.status_code, name in answer.json()) == (201, False)
    assert sandbox.count_notes()["count"] == 1


def test_work_that_waits_is_forgotten_by_a_reset(company, sandbox):
    sandbox.fail("sefin", "work_later", path="*/nfse", seconds=0.3, count=1)
    with pytest.raises(httpx.TransportError):
        company.post(company.sign(Dps()))
    sandbox.reset()
    time.sleep(0.6)
    assert sandbox.count_notes()["count"] == 0


@pytest.mark.parametrize("kind", ["status", "html", "garbage"])
def test_the_work_may_be_done_behind_an_error(company, sandbox, kind):
    sandbox.fail("sefin", kind, path="*/nfse", status=500, after_work=True, count=1)
    company.post(company.sign(Dps()))
    assert sandbox.count_notes()["count"] == 1
