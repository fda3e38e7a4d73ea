"""The Evolution API over plain HTTP, and the webhooks that it posts (contracts/whatsapp/evolution.md)."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from sandbox.evolution.office import Office, new_instance
from sandbox.sefin.environments import Clock
from sandbox.sefin.store import Store
from sandbox.voice import read_voice_note

NAME = "ch-fictional-0001"
TOKEN = "token-of-the-instance-0123456789"
ANA = "5520987654321"
ALL = ["MESSAGES_UPSERT", "MESSAGES_EDITED", "MESSAGES_DELETE", "MESSAGES_UPDATE", "SEND_MESSAGE"]
STATES = ["CONNECTION_UPDATE", "QRCODE_UPDATED", "STATUS_INSTANCE", "LOGOUT_INSTANCE"]


class Hook:
    """A place that webhooks come to; it answers each with the next of its statuses, then 200."""

    def __init__(self):
        self.got, self.headers, self.statuses = [], [], []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler):  # noqa: N805
                body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
                self.headers.append(dict(handler.headers))
                self.got.append(body)
                handler.send_response(self.statuses.pop(0) if self.statuses else 200)
                handler.end_headers()

            def log_message(handler, *_arguments):  # noqa: N805
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/whatsapp/key/"

    def wait_for(self, count, event=""):
        deadline = time.monotonic() + 15
        while len(self.events(event)) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.events(event)

    def events(self, event=""):
        return [each for each in list(self.got) if event in ("", each["event"])]


@pytest.fixture
def hook():
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def api(sandbox):
    sandbox.set_evolution(retry_scale=0.005)
    with httpx.Client(base_url=sandbox.evolution_url, headers={"apikey": "sandbox"}, timeout=10) as client:
        yield client


@pytest.fixture
def channel(api, sandbox, hook):
    """A connected instance that tells everything to the hook."""
    create(api, hook, events=ALL)
    sandbox.instance(NAME, "scan", number="5520911110000")
    return NAME


def create(api, hook, **changes):
    webhook = {
        "enabled": True,
        "url": hook.url,
        "headers": {"X-Webhook-Secret": "secret"},
        "events": changes.pop("events", ALL + STATES),
    }
    body = {"instanceName": NAME, "qrcode": True, "token": TOKEN, "webhook": webhook, **changes}
    return api.post("/instance/create", json=body)


def send(api, **changes):
    return api.post(
        f"/message/sendText/{NAME}", json={"number": f"{ANA}@s.whatsapp.net", "text": "oi", **changes}
    )


def problem(answer):
    return answer.status_code, answer.json()["response"]["message"]


def test_an_unknown_instance_is_404_even_without_a_key(api):
    answer = api.get("/instance/connectionState/nobody", headers={"apikey": ""})

    assert problem(answer) == (404, ['The "nobody" instance does not exist'])


def test_a_wrong_key_is_401_and_the_instances_own_key_is_enough(api, hook):
    create(api, hook)
    state = f"/instance/connectionState/{NAME}"

    assert problem(api.get(state, headers={"apikey": "x"})) == (401, "Unauthorized")
    assert api.get(state, headers={"apikey": TOKEN}).json()["instance"]["state"] == "connecting"


def test_a_name_is_free_before_the_key_is_looked_at(api, hook):
    create(api, hook)

    assert problem(create(api, hook))[0] == 403


def test_create_tells_the_qr_by_webhook_before_it_answers_and_echoes_the_secret(api, hook):
    answer = create(api, hook)

    assert answer.status_code == 201
    assert answer.json()["webhook"]["webhookHeaders"] == {"X-Webhook-Secret": "secret"}
    assert answer.json()["qrcode"]["base64"].startswith("data:image/png;base64,")
    [shown] = hook.events("qrcode.updated")
    assert "sender" not in shown
    assert hook.headers[0]["X-Webhook-Secret"] == "secret"


def test_a_qr_is_renewed_and_then_given_up(api, sandbox, hook):
    sandbox.set_evolution(qr_seconds=0.05, qr_limit=3)
    create(api, hook)

    *codes, limit = hook.wait_for(4, "qrcode.updated")

    assert len({each["data"]["qrcode"]["code"] for each in codes}) == 3
    assert limit["data"]["statusCode"] == 500
    assert hook.wait_for(2, "connection.update")[-1]["data"]["state"] == "refused"


def test_a_scan_connects_and_tells_the_number(api, sandbox, hook):
    create(api, hook)
    sandbox.instance(NAME, "scan", number="5520911110000")

    opened = hook.wait_for(2, "connection.update")[-1]

    assert opened["data"]["wuid"] == "5520911110000@s.whatsapp.net"
    assert opened["sender"] == "5520911110000@s.whatsapp.net"
    assert api.get(f"/instance/connect/{NAME}").json()["instance"]["state"] == "open"


def test_a_log_out_is_told_and_a_second_one_is_an_error(api, channel, hook):
    assert api.delete(f"/instance/logout/{NAME}").status_code == 200
    assert api.delete(f"/instance/logout/{NAME}").status_code == 400
    assert api.delete(f"/instance/delete/{NAME}").status_code == 200
    assert api.get(f"/instance/connectionState/{NAME}").status_code == 404


def test_restart_takes_post_only_and_fails_with_200_when_nothing_is_connected(api, hook):
    create(api, hook, qrcode=False)

    assert api.put(f"/instance/restart/{NAME}").status_code == 404
    assert api.post(f"/instance/restart/{NAME}").json()["error"] is True


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"webhook": {"enabled": True}}, 400),
        ({"webhook": {"enabled": True, "url": "http://x.example"}}, 500),
        ({"webhook": {"enabled": True, "url": "http://x.example", "events": ["MESSAGE"]}}, 400),
        ({"webhook": {"enabled": True, "url": "http://x.example", "events": ["MESSAGES_UPSERT"]}}, 201),
    ],
)
def test_a_webhook_is_nested_and_its_events_have_known_names(api, channel, body, status):
    assert api.post(f"/webhook/set/{NAME}", json=body).status_code == status


def test_a_person_writes_and_the_webhook_has_the_shape_of_the_version(sandbox, channel, hook):
    message_id = sandbox.write(NAME, ANA, "nota de 1500", name="Ana Exemplo")

    [told] = hook.wait_for(1)

    assert told["event"] == "messages.upsert"
    assert told["data"]["key"] == {
        "remoteJid": f"{ANA}@s.whatsapp.net",
        "remoteJidAlt": told["data"]["key"]["remoteJidAlt"],
        "addressingMode": "pn",
        "fromMe": False,
        "id": message_id,
        "participant": "",
    }
    assert told["data"]["key"]["remoteJidAlt"].endswith("@lid")
    assert told["data"]["message"]["conversation"] == "nota de 1500"
    assert told["data"]["pushName"] == "Ana Exemplo"
    assert isinstance(told["data"]["messageTimestamp"], int)


@pytest.mark.parametrize(
    ("plan", "suffixes"),
    [
        ({"version": "2.3.4"}, {"remoteJid": "net", "senderPn": "net", "previousRemoteJid": "lid"}),
        ({"version": "2.3.6", "addressing": "lid"}, {"remoteJid": "lid", "remoteJidAlt": "net"}),
        ({"version": "2.3.7", "addressing": "lid"}, {"remoteJid": "net", "remoteJidAlt": "net"}),
        ({"version": "2.4.0", "addressing": "lid"}, {"remoteJid": "net", "remoteJidAlt": "lid"}),
        ({"addressing": "lid_only"}, {"remoteJid": "lid"}),
    ],
)
def test_identities_are_spelled_as_each_version_does(sandbox, channel, hook, plan, suffixes):
    sandbox.set_evolution(**plan)
    sandbox.write(NAME, ANA, "oi")

    [told] = hook.wait_for(1)

    key = told["data"]["key"]
    assert {
        name: value.rpartition("@")[2][-3:] for name, value in key.items() if "@" in str(value)
    } == suffixes


def test_a_send_is_accepted_then_echoed_then_delivered(api, sandbox, channel, hook):
    sandbox.write(NAME, ANA, "oi")
    answer = send(api, text="*ESPELHO*")

    assert (answer.status_code, answer.json()["status"]) == (201, "PENDING")
    hook.wait_for(2, "messages.update")
    message_id = answer.json()["key"]["id"]
    assert [each["data"]["key"]["id"] for each in hook.events("send.message")] == [message_id]
    statuses = {
        each["data"]["status"] for each in hook.events("messages.update")
    }  # webhooks overtake each other
    assert statuses == {"SERVER_ACK", "DELIVERY_ACK"}  # webhooks may overtake each other
    assert [(each["from"], each["text"]) for each in sandbox.chat(NAME, ANA)] == [
        ("person", "oi"),
        ("channel", "*ESPELHO*"),
    ]


def test_a_chat_that_we_start_is_accepted_and_then_refused(api, channel, hook):
    assert send(api).status_code == 201

    [status] = hook.wait_for(1, "messages.update")

    assert status["data"]["status"] == "ERROR"


def test_a_number_without_whatsapp_is_named(api, sandbox, channel):
    sandbox.set_absent(ANA)

    status, [said] = problem(send(api, number=ANA))

    assert (status, said["exists"]) == (400, False)


@pytest.mark.parametrize(
    ("typed", "jid"),
    [
        ("5520987654321", "5520987654321@s.whatsapp.net"),
        ("5539987654321", "553987654321@s.whatsapp.net"),
        ("5539961234567", "5539961234567@s.whatsapp.net"),
    ],
)
def test_the_ninth_digit_goes_where_evolution_takes_it(api, channel, typed, jid):
    assert send(api, number=typed).json()["key"]["remoteJid"] == jid


def test_both_spellings_of_the_ninth_digit_are_one_chat(api, sandbox, channel):
    sandbox.write(NAME, "553987654321", "oi")

    send(api, number="5539987654321", text="olá")

    assert [each["text"] for each in sandbox.chat(NAME, "5539987654321")] == ["oi", "olá"]


@pytest.mark.parametrize(
    ("state", "status", "message"),
    [("close", 400, ["Error: Connection Closed"]), ("die", 500, ["Error: Connection Closed"])],
)
def test_a_channel_that_is_down_answers_like_the_real_one(api, sandbox, channel, state, status, message):
    sandbox.instance(NAME, state)

    assert problem(send(api)) == (status, message)


def test_a_dead_channel_says_that_it_is_open_and_tells_nothing(api, sandbox, channel, hook):
    sandbox.instance(NAME, "die")
    sandbox.write(NAME, ANA, "oi")

    assert api.get(f"/instance/connectionState/{NAME}").json()["instance"]["state"] == "open"
    assert sandbox.evolution()["pending"] == 0
    assert hook.events("messages.upsert") == []


def test_a_send_may_be_done_although_the_answer_says_400_or_never_comes(api, sandbox, channel):
    sandbox.write(NAME, ANA, "oi")
    sandbox.fail("evolution", "reject", code="Timed Out", path="/message/*", after_work=True, count=1)

    assert problem(send(api, text="um")) == (400, ["Error: Timed Out"])

    sandbox.fail("evolution", "drop", path="/message/*", count=1)
    with pytest.raises(httpx.TransportError):
        send(api, text="dois")
    assert [each["text"] for each in sandbox.chat(NAME, ANA)[1:]] == ["um", "dois"]


def test_a_body_without_text_is_a_list_in_a_list(api, channel):
    assert problem(send(api, text="")) == (400, [['instance requires property "text"']])


def test_a_paper_is_pure_base64_with_a_file_name(api, sandbox, channel):
    sandbox.write(NAME, ANA, "oi")
    content = base64.b64encode(b"%PDF-1.4").decode()

    def post(**body):
        whole = {"number": ANA, "mediatype": "document", **body}
        return api.post(f"/message/sendMedia/{NAME}", json=whole)

    assert post(media=content, fileName="nota-1.pdf").json()["message"]["documentMessage"]["mimetype"] == (
        "application/pdf"
    )
    assert post(media=content).status_code == 400
    assert post(media=f"data:application/pdf;base64,{content}", fileName="a.pdf").status_code == 400
    assert post(media="http://web:8000/x.pdf", fileName="a.pdf").status_code == 400
    assert sandbox.chat(NAME, ANA)[1]["file_name"] == "nota-1.pdf"


def test_a_voice_note_is_fetched_by_its_id_and_says_its_words(api, sandbox, channel, hook):
    message_id = sandbox.write(NAME, ANA, "mil e quinhentos", kind="audio", seconds=7)
    [told] = hook.wait_for(1)
    assert told["data"]["message"]["audioMessage"]["seconds"] == 7

    answer = api.post(
        f"/chat/getBase64FromMediaMessage/{NAME}", json={"message": {"key": {"id": message_id}}}
    )

    assert answer.status_code == 201
    assert read_voice_note(base64.b64decode(answer.json()["base64"])) == ("mil e quinhentos", 7)


@pytest.mark.parametrize(("manner", "status"), [("missing", 400), ("null", 201), ("nested", 400)])
def test_media_fails_in_three_ways(api, sandbox, channel, manner, status):
    message_id = sandbox.write(NAME, ANA, "oi", kind="audio")
    sandbox.set_evolution(media=manner)

    answer = api.post(
        f"/chat/getBase64FromMediaMessage/{NAME}", json={"message": {"key": {"id": message_id}}}
    )

    assert answer.status_code == status


def test_messages_are_found_with_the_quirks_of_the_table(api, sandbox, channel):
    sandbox.set_evolution(addressing="lid")
    ids = [sandbox.write(NAME, ANA, f"mensagem {place}", at=1795348800 + place) for place in range(5)]

    def found(where, **page):
        answer = api.post(f"/chat/findMessages/{NAME}", json={"where": where, **page}).json()["messages"]
        return answer["total"], [each["key"]["id"] for each in answer["records"]]

    span = {"gte": "2026-11-22T12:00:01Z", "lte": "2026-11-22T12:00:03Z"}
    assert found({"messageTimestamp": span}) == (3, [ids[3], ids[2], ids[1]])
    assert found({"messageTimestamp": {"gte": span["gte"]}})[0] == 5
    assert found({"key": {"id": ids[0]}}) == (1, [ids[0]])
    assert found({"key": {"fromMe": False}})[0] == 5
    assert found({"key": {"fromMe": True}})[0] == 0
    assert found({}, page=2, offset=2) == (5, [ids[2], ids[1]])
    row = api.post(f"/chat/findMessages/{NAME}", json={"where": {"key": {"id": ids[0]}}}).json()
    assert row["messages"]["records"][0]["key"]["remoteJid"].endswith("@lid")


def test_a_webhook_comes_again_until_it_is_taken_and_later_ones_overtake_it(sandbox, channel, hook):
    hook.statuses = [500, 200, 503]
    sandbox.write(NAME, ANA, "primeira")
    hook.wait_for(1)
    sandbox.write(NAME, ANA, "segunda")

    texts = [each["data"]["message"]["conversation"] for each in hook.wait_for(4)]

    assert texts[:2] == ["primeira", "segunda"]
    assert texts.count("primeira") == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_some_answers_end_a_webhook_for_good(sandbox, channel, hook, status):
    hook.statuses = [status]
    sandbox.write(NAME, ANA, "oi")
    hook.wait_for(1)

    assert wait_until(lambda: sandbox.evolution()["pending"] == 0)
    assert len(hook.got) == 1


def wait_until(condition):
    deadline = time.monotonic() + 15
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_messages_are_doubled_overtaken_and_lost_at_a_rate(sandbox, channel, hook):
    sandbox.set_evolution(duplicate_rate=1)
    sandbox.write(NAME, ANA, "dupla")
    hook.wait_for(2)
    sandbox.set_evolution(duplicate_rate=0, inversion_rate=1, inversion_seconds=0.3)
    sandbox.write(NAME, ANA, "atrasada")
    sandbox.set_evolution(inversion_rate=0)
    sandbox.write(NAME, ANA, "adiantada")
    hook.wait_for(4)
    sandbox.set_evolution(lost_rate=1)
    sandbox.write(NAME, ANA, "perdida")

    assert wait_until(lambda: sandbox.evolution()["pending"] == 0)
    texts = [each["data"]["message"]["conversation"] for each in hook.got]
    assert texts == ["dupla", "dupla", "adiantada", "atrasada"]


def test_held_webhooks_leave_in_the_order_that_is_asked_for(sandbox, channel, hook):
    sandbox.set_evolution(webhooks="held")
    for text in ("um", "dois", "três"):
        sandbox.write(NAME, ANA, text)

    assert hook.got == []
    assert sandbox.release_webhooks(order="reversed") == 3
    texts = [each["data"]["message"]["conversation"] for each in hook.wait_for(3)]
    assert texts == ["três", "dois", "um"]


def test_a_restart_of_evolution_loses_what_waits_for_another_attempt(sandbox, channel, hook):
    sandbox.set_evolution(retry_scale=1)
    hook.statuses = [500]
    sandbox.write(NAME, ANA, "perdida")
    hook.wait_for(1)
    sandbox.restart_evolution()

    assert sandbox.evolution()["pending"] == 0


def test_edits_and_deletions_come_in_all_their_traces(sandbox, channel, hook):
    message_id = sandbox.write(NAME, ANA, "valor 1500")
    sandbox.write(NAME, ANA, "valor 1600", kind="edit", target=message_id)
    sandbox.write(NAME, ANA, "", kind="hidden_edit", target=message_id)
    sandbox.write(NAME, ANA, kind="delete", target=message_id)

    hook.wait_for(6)

    kinds = sorted((each["event"], each["data"].get("type", "")) for each in hook.got)
    assert kinds == [
        ("messages.delete", ""),
        ("messages.edited", "MESSAGE_EDIT"),
        ("messages.edited", "REVOKE"),
        ("messages.update", ""),
        ("messages.upsert", ""),
        ("messages.upsert", ""),
    ]


def test_content_may_come_later_under_the_same_id(sandbox, channel, hook):
    message_id = sandbox.write(NAME, ANA, kind="empty")
    hook.wait_for(1)  # webhooks are delivered side by side
    sandbox.write(NAME, ANA, "agora sim", id=message_id)

    first, second = hook.wait_for(2)

    assert first["data"]["key"]["id"] == second["data"]["key"]["id"]
    assert first["data"]["messageType"] == "unknown"
    assert second["data"]["message"]["conversation"] == "agora sim"


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("ephemeral", "ephemeralMessage"),
        ("button", "buttonsResponseMessage"),
        ("image", "imageMessage"),
        ("video", "videoMessage"),
        ("document", "documentMessage"),
        ("sticker", "stickerMessage"),
        ("lottie", "lottieStickerMessage"),
        ("location", "locationMessage"),
        ("contact", "contactMessage"),
        ("poll", "pollCreationMessage"),
        ("reaction", "reactionMessage"),
        ("album", "albumMessage"),
        ("album_picture", "associatedChildMessage"),
        ("list", "listResponseMessage"),
        ("interactive", "interactiveResponseMessage"),
    ],
)
def test_every_kind_of_message_can_be_written(sandbox, channel, hook, kind, named):
    sandbox.write(NAME, ANA, "texto", kind=kind, button_id="sim:7k2m9q", quoted="3EB0", target="3EB0")

    [told] = hook.wait_for(1)

    assert told["data"]["messageType"] == named
    assert list(told["data"]["message"]) == [named]


def test_an_unlicensed_server_answers_nothing_else(api, sandbox, channel):
    sandbox.set_evolution(unlicensed=True)

    assert (send(api).status_code, send(api).json()["code"]) == (503, "LICENSE_REQUIRED")


def test_a_reset_forgets_the_instances(api, sandbox, channel):
    assert [each["name"] for each in api.get("/instance/fetchInstances").json()] == [NAME]

    sandbox.reset()

    assert api.get("/instance/fetchInstances").json() == []


def test_instances_and_who_wrote_to_them_survive_a_restart(tmp_path):
    before = Office(Store(tmp_path / "state.sqlite3"), Clock())
    instance = before.save(new_instance(NAME, TOKEN))
    before.note_writer(instance, ANA)

    after = Office(Store(tmp_path / "state.sqlite3"), Clock())

    assert after.instances == {NAME: instance}
    assert after.has_written(instance, ANA)


def test_a_phone_in_the_browser_scans_writes_and_reads(api, sandbox, hook):
    create(api, hook)
    page = f"{sandbox.url}/_control/evolution/phone"
    assert "Ler o QR" in httpx.get(page).text
    httpx.post(page, data={"instance": NAME, "do": "scan"})

    httpx.post(page, data={"instance": NAME, "phone": ANA, "text": "<b>oi</b>", "kind": "text"})

    shown = httpx.get(page, params={"instance": NAME, "phone": ANA}).text
    assert "&lt;b&gt;oi&lt;/b&gt;" in shown
    assert "Ler o QR" not in shown
