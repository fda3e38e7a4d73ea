"""PlugNotas with a memory, over HTTP as the product would ask."""

import threading
import time
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import httpx
import pytest

from sandbox.testing import PASSWORD, running_sandbox_in
from sandbox.tests.clients import COMPANY, OTHER


class PlugNotas:
    """A small client with one registered company."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.http = httpx.Client(base_url=sandbox.plugnotas_url, headers={"x-api-key": "sandbox"}, timeout=10)

    def register(self, document=COMPANY, **changes):
        body = {
            "cpfCnpj": document,
            "razaoSocial": "EMPRESA EXEMPLO LTDA",
            "simplesNacional": True,
            "endereco": {"logradouro": "Um", "numero": "1", "codigoCidade": "3550308", "cep": "01001000"},
            "nfse": {
                "ativo": True,
                "config": {"producao": False, "rps": {"serie": "1", "numero": 50, "lote": 1}},
            },
        }
        return self.http.post("/empresa", json={**body, **changes})

    def send(self, key="inv-1", **changes):
        return self.http.post("/nfse", json=[{**note_body(key), **changes}])

    def find(self, key="inv-1", document=COMPANY):
        return self.http.get(f"/nfse/consultar/{key}/{document}")

    def settle(self, key="inv-1"):
        """Send and read until the note is no longer being processed."""
        self.send(key)
        for _ in range(10):
            row = self.find(key).json()[0]
            if row["situacao"] != "PROCESSANDO":
                return row
        raise AssertionError("still PROCESSANDO")


def note_body(key):
    return {
        "idIntegracao": key,
        "prestador": {"cpfCnpj": COMPANY},
        "tomador": {"cpfCnpj": OTHER, "razaoSocial": "CLIENTE"},
        "servico": [
            {
                "codigo": "010701",
                "cnae": "6209100",
                "discriminacao": "Suporte técnico",
                "iss": {"aliquota": 2.5},
                "valor": {"servico": 250.0},
            }
        ],
    }


@pytest.fixture
def plugnotas(sandbox):
    client = PlugNotas(sandbox)
    client.register()
    sandbox.set_plan(seconds=60)  # readings decide, not the clock
    yield client
    client.http.close()


class Hook:
    """A place that webhooks come to; it answers what it is told."""

    def __init__(self):
        self.got = []
        self.answers = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                hook.got.append((self.headers.get("X-Secret"), body))
                self.send_response(hook.answers.pop(0) if hook.answers else 200)
                self.end_headers()

            def log_message(self, *args):
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def wait_for(self, count):
        deadline = time.monotonic() + 15
        while len(self.got) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(self.got) >= count
        return self.got


@pytest.fixture
def hook(plugnotas):
    made = Hook()
    body = {"url": made.url, "method": "POST", "headers": {"X-Secret": "abre-te"}}
    assert plugnotas.http.post(f"/empresa/{COMPANY}/webhook", json=body).status_code == 200
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_wrong_key_is_refused(plugnotas):
    answer = plugnotas.http.get("/empresa", headers={"x-api-key": "outra"})
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "Token inválido")


def test_a_certificate_opens_with_its_password(plugnotas, certificates):
    file = {"arquivo": ("a1.pfx", certificates[COMPANY].pfx)}
    made = plugnotas.http.post("/certificado", files=file, data={"senha": PASSWORD, "email": "a@b.example"})
    key = made.json()["data"]["id"]
    assert len(key) == 24
    assert plugnotas.register(OTHER, certificado=key).status_code == 200
    assert plugnotas.http.get(f"/certificado/{OTHER}").json()["id"] == key
    wrong = plugnotas.http.post("/certificado", files=file, data={"senha": "outra"})
    assert wrong.status_code == 400


def test_a_company_is_kept_changed_and_refused_twice(plugnotas):
    assert plugnotas.register().status_code == 409
    config = {"nfse": {"config": {"producao": True}}}
    assert plugnotas.http.patch(f"/empresa/{COMPANY}/config", json=config).status_code == 200
    company = plugnotas.http.get(f"/empresa/{COMPANY}").json()
    assert company["nfse"]["config"]["producao"] is True
    assert company["nfse"]["config"]["rps"]["numero"] == 50


def test_an_incomplete_company_names_its_fields(plugnotas):
    answer = plugnotas.register(OTHER, razaoSocial="", certificado="5ecc441a4ea3b318cec7f999")
    assert set(answer.json()["error"]["data"]["fields"]) == {"razaoSocial", "certificado"}


def test_a_note_is_accepted_first_and_done_later(plugnotas):
    sent = plugnotas.send().json()
    assert sent["message"] == "Nota(as) em processamento"
    assert plugnotas.find().json()[0]["situacao"] == "PROCESSANDO"
    row = plugnotas.find().json()[0]
    assert (row["situacao"], row["id"], row["valorServico"]) == (
        "CONCLUIDO",
        sent["documents"][0]["id"],
        250.0,
    )
    assert row["numeroNfse"]
    assert plugnotas.http.get(f"/nfse/consultar/{sent['protocol']}").json()[0]["id"] == row["id"]
    assert plugnotas.http.get(f"/nfse/{row['id']}").json()["servico"][0]["codigo"] == "010701"


def test_the_same_key_again_is_a_conflict(plugnotas):
    first = plugnotas.send().json()["documents"][0]["id"]
    answer = plugnotas.send()
    assert answer.status_code == 409
    assert answer.json()["error"]["data"]["current"]["id"] == first
    assert answer.json()["error"]["data"]["new"]["valorServico"] == 250.0
    assert plugnotas.sandbox.plugnotas()["count"] == 1


def test_a_missing_field_is_named_by_its_path(plugnotas):
    body = note_body("inv-1")
    del body["servico"][0]["iss"]
    answer = plugnotas.http.post("/nfse", json=[body])
    assert answer.json()["error"]["data"]["fields"] == {"servico[0].iss.aliquota": "Campo obrigatório"}


def test_an_unknown_note_is_not_found(plugnotas):
    assert plugnotas.find("inv-9").status_code == 404


@pytest.mark.parametrize("outcome", ["REJEITADO", "INTERROMPIDO", "DENEGADO"])
def test_a_city_may_end_it_otherwise(plugnotas, outcome):
    plugnotas.sandbox.set_plan(outcome=outcome, message="L999 - tomador sem cadastro")
    row = plugnotas.settle()
    assert (row["situacao"], row["mensagem"]) == (outcome, "L999 - tomador sem cadastro")
    assert "numeroNfse" not in row


def test_a_note_may_stay_in_process(plugnotas):
    plugnotas.sandbox.set_plan(outcome="PROCESSANDO")
    plugnotas.send()
    assert {plugnotas.find().json()[0]["situacao"] for _ in range(5)} == {"PROCESSANDO"}
    plugnotas.sandbox.change_plugnotas_note(plugnotas.find().json()[0]["id"], "CONCLUIDO")
    assert plugnotas.find().json()[0]["numeroNfse"]


def test_files_come_when_they_are_ready(plugnotas):
    plugnotas.sandbox.set_plan(file_polls=1)
    key = plugnotas.settle()["id"]
    statuses = [plugnotas.http.get(f"/nfse/pdf/{key}").status_code for _ in range(2)]
    assert statuses == [202, 200]
    assert plugnotas.http.get(f"/nfse/pdf/{key}").content.startswith(b"%PDF")
    xml = [plugnotas.http.get(f"/nfse/xml/inv-1/{COMPANY}") for _ in range(2)][-1]
    assert b"<Numero>" in xml.content


def test_a_cancellation_is_asynchronous(plugnotas):
    key = plugnotas.settle()["id"]
    plugnotas.sandbox.set_plan()
    asked = plugnotas.http.post(f"/nfse/cancelar/{key}", json={"motivo": "Erro", "codigo": "1"})
    protocol = asked.json()["data"]["protocol"]
    assert plugnotas.http.get(f"/nfse/cancelar/status/{protocol}").json()["situacao"] == "PROCESSANDO"
    time.sleep(0.7)
    assert plugnotas.http.get(f"/nfse/cancelar/status/{key}").json()["situacao"] == "CONCLUIDO"
    assert plugnotas.find().json()[0]["situacao"] == "CANCELADO"
    assert plugnotas.http.post(f"/nfse/cancelar/{key}").status_code == 400


def test_a_city_may_refuse_to_cancel(plugnotas):
    plugnotas.sandbox.set_plan(cancels=False, cancel_message="Prazo expirado", cancel_seconds=0)
    key = plugnotas.settle()["id"]
    plugnotas.http.post(f"/nfse/cancelar/{key}")
    status = plugnotas.http.get(f"/nfse/cancelar/status/{key}").json()
    assert (status["situacao"], status["mensagem"]) == ("REJEITADO", "Prazo expirado")
    assert plugnotas.find().json()[0]["situacao"] == "CONCLUIDO"


def test_a_replacement_cancels_the_old_one_when_it_is_done(plugnotas):
    old = plugnotas.settle("inv-1")["id"]
    plugnotas.send("inv-2", substituicao=True, idNotaSubstituida=old)
    assert plugnotas.find("inv-1").json()[0]["situacao"] == "CONCLUIDO"
    assert [plugnotas.find("inv-2").json()[0]["situacao"] for _ in range(2)][-1] == "CONCLUIDO"
    assert plugnotas.find("inv-1").json()[0]["situacao"] == "CANCELADO"


def test_a_webhook_comes_with_its_secret(plugnotas, hook):
    plugnotas.sandbox.set_plan(seconds=0)
    plugnotas.send()
    secret, body = hook.wait_for(1)[0]
    assert (secret, '"CONCLUIDO"' in body) == ("abre-te", True)


def test_webhooks_come_twice_and_in_the_wrong_order(plugnotas, hook):
    plugnotas.sandbox.set_plan(seconds=0, webhooks="twice")
    plugnotas.send("inv-1")
    first, second = (body for _, body in hook.wait_for(2))
    assert first == second
    plugnotas.sandbox.set_plan(webhooks="reversed")
    plugnotas.send("inv-2")
    states = ["PROCESSANDO" in body for _, body in hook.wait_for(4)[2:]]
    assert states == [False, True]


def test_a_webhook_may_be_late_or_never_come(plugnotas, hook):
    plugnotas.sandbox.set_plan(seconds=0, webhook_seconds=0.6)
    plugnotas.send("inv-1")
    plugnotas.sandbox.set_plan(webhooks="never", webhook_seconds=0)
    plugnotas.send("inv-2")
    time.sleep(0.3)
    assert hook.got == []
    hook.wait_for(1)
    time.sleep(0.2)
    assert ["inv-1" in body for _, body in hook.got] == [True]


def test_a_webhook_is_tried_again_when_it_is_refused(plugnotas, hook):
    hook.answers = [500]
    plugnotas.sandbox.set_plan(seconds=0)
    plugnotas.send()
    assert len(hook.wait_for(2)) == 2


def test_a_dropped_reply_was_accepted(plugnotas):
    plugnotas.sandbox.fail("plugnotas", "drop", path="/nfse", method="POST", count=1)
    with pytest.raises(httpx.TransportError):
        plugnotas.send()
    assert plugnotas.send().status_code == 409
    assert plugnotas.sandbox.plugnotas()["count"] == 1


def test_a_rejection_on_demand_has_the_vendors_shape(plugnotas):
    plugnotas.sandbox.fail("plugnotas", "reject", path="/nfse", message="Campo inválido", count=1)
    answer = plugnotas.send()
    assert (answer.status_code, answer.json()["error"]["data"]["fields"]) == (
        400,
        {"servico[0]": "Campo inválido"},
    )


def test_many_companies_are_paged_by_hash(plugnotas):
    assert plugnotas.http.get("/empresa").json()["data"][0]["cpfCnpj"] == COMPANY


def test_cities_are_served(plugnotas):
    assert plugnotas.http.get("/nfse/cidades/3550308").json()["nome"] == "São Paulo"
    assert plugnotas.http.get("/nfse/cidades/9999999").status_code == 404


def test_a_period_is_listed_and_limited(plugnotas):
    plugnotas.settle()
    today = datetime.now(ZoneInfo("America/Sao_Paulo")).date()

    def ask(first, last):
        period = {"cpfCnpj": COMPANY, "dataInicial": str(first), "dataFinal": str(last)}
        return plugnotas.http.get("/nfse/consultar/periodo", params=period)

    assert [row["idIntegracao"] for row in ask(today, today).json()["notas"]] == ["inv-1"]
    assert ask(today - timedelta(days=9), today - timedelta(days=8)).json()["notas"] == []
    assert ask(today - timedelta(days=40), today).status_code == 400


def test_a_note_can_be_hurried_and_stopped(plugnotas):
    first = plugnotas.send("inv-1").json()["documents"][0]["id"]
    second = plugnotas.send("inv-2").json()["documents"][0]["id"]
    assert plugnotas.http.post("/nfse/sincronizar", json=[first]).json()["ids"] == [first]
    assert plugnotas.http.post("/nfse/interromper", json=[first, second]).json()["ids"] == [second]
    states = [plugnotas.find(key).json()[0]["situacao"] for key in ("inv-1", "inv-2")]
    assert states == ["CONCLUIDO", "INTERROMPIDO"]


def test_events_tell_a_cancellation(plugnotas):
    key = plugnotas.settle()["id"]
    assert plugnotas.http.post(f"/nfse/eventos/{key}", json={"tipo": "consulta"}).json()["eventos"] == []
    plugnotas.sandbox.change_plugnotas_note(key, "CANCELADO", mensagem="Cancelada pela prefeitura")
    events = plugnotas.http.post(f"/nfse/eventos/{key}", json={"tipo": "consulta"}).json()["eventos"]
    assert [event["codigo"] for event in events] == ["101101"]


def test_a_webhook_is_read_changed_and_tried(plugnotas, hook):
    path = f"/empresa/{COMPANY}/webhook"
    assert plugnotas.http.post(path, json={"url": hook.url}).status_code == 409
    assert (
        plugnotas.http.put(path, json={"url": hook.url, "headers": {"X-Secret": "novo"}}).status_code == 200
    )
    assert plugnotas.http.get(path).json()["headers"] == {"X-Secret": "novo"}
    assert plugnotas.http.post(f"{path}/verify").json()["data"]["statusCode"] == 200
    assert hook.got[0][0] == "novo"
    assert plugnotas.http.post(path, json={"url": "ftp://x"}).status_code == 400


def test_everything_survives_a_restart(tmp_path):
    with running_sandbox_in(tmp_path) as sandbox:
        client = PlugNotas(sandbox)
        client.register()
        client.settle()
        client.http.close()
    with running_sandbox_in(tmp_path) as sandbox:
        client = PlugNotas(sandbox)
        assert client.find().json()[0]["situacao"] == "CONCLUIDO"
        client.http.close()


@pytest.mark.parametrize("plan", [{"outcome": "TALVEZ"}, {"webhooks": "daily"}, {"pols": 1}, {"polls": "x"}])
def test_a_senseless_plan_is_refused(sandbox, plan):
    with pytest.raises(AssertionError, match="400"):
        sandbox.set_plan(**plan)
