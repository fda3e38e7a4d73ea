import gzip
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone
from structlog.testing import capture_logs

from core.breaker import Breaker
from core.errors import ProviderError, Refused, Unavailable, Unknown, Unreadable
from core.http import (
    CalledInsideTransaction,
    CircuitOpen,
    ProviderClient,
    Timeout,
    Uploaded,
)
from core.http import client as client_module
from core.request_ids import bind_request_id
from core.tests.provider_states import provider_states
from core.tests.stranger import answer, cut, drip, drop, hang, running_stranger, slow
from embedded.servers import free_port


@pytest.fixture
def stranger():
    with running_stranger() as server:
        yield server


@pytest.fixture
def client(stranger):
    return make_client(stranger)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(client_module, "RETRY_WAITS", (0.01, 0.01))


def make_client(stranger, *, read=0.3, max_concurrency=4, **options):
    options |= {"timeout": Timeout(connect=0.3, read=read), "max_concurrency": max_concurrency}
    return ProviderClient("stranger", stranger.url + "/base", **options)


def get(client, path="/thing", **options):
    return client.request("GET", path, idempotent=True, **options)


def post(client, path="/thing", **options):
    return client.request("POST", path, idempotent=False, **options)


# --- The answers -----------------------------------------------------------------------------------
def test_an_answer_comes_back_with_status_headers_and_json(stranger, client):
    stranger.says(answer(201, '{"nome": "São João"}', X_Cost="2"))

    response = post(client, json={"q": "pão"}, params={"page": 2})

    assert (response.status, response.headers["x-cost"]) == (201, "2")
    assert response.json() == {"nome": "São João"}
    assert stranger.requests[0]["path"] == "/base/thing?page=2"
    assert stranger.requests[0]["json"] == {"q": "pão"}


def test_headers_of_the_client_and_the_request_id_are_sent(stranger):
    client = make_client(stranger, headers={"X-API-KEY": "chave"})

    with bind_request_id("the-request-id"):
        get(client)

    assert stranger.requests[0]["headers"]["x-api-key"] == "chave"
    assert stranger.requests[0]["headers"]["x-request-id"] == "the-request-id"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_4xx_is_refused_and_not_repeated(stranger, client, status):
    stranger.says(answer(status, '{"message": "no such company"}'))

    with pytest.raises(Refused) as refusal:
        get(client)

    assert (refusal.value.code, refusal.value.body) == (str(status), '{"message": "no such company"}')
    assert len(stranger.requests) == 1


def test_the_body_of_a_refusal_is_cut_and_stays_out_of_its_text(stranger, client):
    stranger.says(answer(400, "x" * 10_000))

    with pytest.raises(Refused) as refusal:
        post(client)

    assert len(refusal.value.body) == 500
    assert "xxx" not in str(refusal.value) + repr(refusal.value)


def test_a_redirect_is_refused_and_never_followed(stranger, client):
    stranger.says(answer(302, "", Location="/elsewhere"))

    with pytest.raises(Refused) as refusal:
        get(client)

    assert refusal.value.code == "302"
    assert len(stranger.requests) == 1


@pytest.mark.parametrize("body", ["<html>oops</html>", "", '{"half":', b"\xff\xfe"])
def test_garbage_is_unreadable(stranger, client, body):
    stranger.says(answer(200, body))

    with pytest.raises(Unreadable):
        get(client).json()


def test_a_badly_compressed_answer_is_unreadable(stranger, client):
    stranger.says(answer(200, b"not gzip at all", Content_Encoding="gzip"))

    with pytest.raises(Unreadable):
        get(client)


@pytest.mark.parametrize(
    "reply",
    [
        answer(200, "x" * 2000),
        answer(200, gzip.compress(b"x" * 2000), Content_Encoding="gzip"),
    ],
    ids=["long", "long when unpacked"],
)
def test_an_endless_answer_is_unreadable(stranger, reply):
    stranger.says(reply)

    with pytest.raises(Unreadable):
        get(make_client(stranger, max_body_bytes=1000))


def test_a_status_that_the_caller_accepts_comes_back(stranger, client):
    stranger.says(answer(404, '{"erro": "nada"}'))

    response = get(client, accept={404})

    assert (response.status, response.json()) == (404, {"erro": "nada"})


@pytest.mark.parametrize("status", [429, 500, 408])
def test_no_caller_may_accept_what_says_nothing(stranger, client, status):
    stranger.says(answer(status))

    with pytest.raises(ProviderError):
        post(client, accept=range(300, 600))


def test_an_observer_sees_every_answer_also_those_that_fail(stranger, impatient):
    seen = []
    stranger.says(answer(503, "em manutenção"), answer(404, "nada"))

    with pytest.raises(Refused):
        get(make_client(stranger, observe=seen.append))

    assert [(each.status, each.text) for each in seen] == [(503, "em manutenção"), (404, "nada")]


def test_a_file_goes_in_a_multipart_form(stranger, client):
    file = Uploaded("a1.pfx", b"\x30\x82", "application/x-pkcs12")

    post(client, form={"senha": "segredo"}, files={"arquivo": file})

    [request] = stranger.requests
    assert request["headers"]["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="arquivo"; filename="a1.pfx"' in request["body"]
    assert b'name="senha"\r\n\r\nsegredo' in request["body"]


def test_waits_between_tries_can_be_set(stranger):
    stranger.says(answer(502), answer(200))
    started = time.monotonic()

    get(make_client(stranger, retry_waits=(0.4,)))

    assert 0.2 <= time.monotonic() - started < 1


# --- Who knows what happened -----------------------------------------------------------------------
@pytest.mark.parametrize("reply", [drop, cut, hang, drip], ids=lambda reply: reply.__name__)
def test_a_lost_answer_is_unknown_and_not_repeated(stranger, client, reply):
    stranger.says(reply)

    with pytest.raises(Unknown):
        post(client)

    assert len(stranger.requests) == 1


@pytest.mark.parametrize("reply", [drop, cut, hang, drip], ids=lambda reply: reply.__name__)
def test_a_lost_answer_that_may_be_asked_again_is_unavailable_at_last(stranger, client, reply, impatient):
    stranger.says(reply)

    with pytest.raises(Unavailable):
        get(client)

    assert len(stranger.requests) == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_5xx_is_unknown_when_repeating_may_do_harm(stranger, client, status):
    stranger.says(answer(status))

    with pytest.raises(Unknown):
        post(client)

    assert len(stranger.requests) == 1


def test_a_5xx_is_repeated_until_it_works_when_that_does_no_harm(stranger, client, impatient):
    stranger.says(answer(502), drop, answer(200))

    assert get(client).status == 200
    assert len(stranger.requests) == 3


@pytest.mark.parametrize("ask", [get, post])
def test_nobody_listening_is_unavailable(stranger, ask, impatient):
    stranger.url = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(Unavailable):
        ask(make_client(stranger))


# --- 429 -------------------------------------------------------------------------------------------
def test_a_429_says_when_to_come_back(stranger, client):
    stranger.says(answer(429, "", Retry_After="30"))

    with pytest.raises(Unavailable) as busy:
        post(client)

    assert busy.value.retry_after == 30
    assert len(stranger.requests) == 1


def test_a_429_may_name_a_moment(stranger, client):
    moment = datetime.now(UTC) + timedelta(seconds=60)
    stranger.says(answer(429, "", Retry_After=format_datetime(moment, usegmt=True)))

    with pytest.raises(Unavailable) as busy:
        get(client)

    assert 55 < busy.value.retry_after <= 60


@pytest.mark.parametrize("header", ["soon", "-5", "", "1e3"])
def test_a_429_without_a_readable_time_has_none(stranger, client, header):
    stranger.says(answer(429, "", Retry_After=header))

    with pytest.raises(Unavailable) as busy:
        post(client)

    assert busy.value.retry_after is None


def test_a_channel_that_wants_a_pause_holds_up_no_other(stranger):
    paused = make_client(stranger, key="7")
    stranger.says(answer(429, "", Retry_After="30"), answer(200))
    with pytest.raises(Unavailable):
        post(paused)

    with pytest.raises(Unavailable):
        post(paused)

    assert post(make_client(stranger, key="8")).status == 200
    assert len(stranger.requests) == 2


def test_while_the_provider_wants_a_pause_nothing_is_sent(stranger, client):
    stranger.says(answer(429, "", Retry_After="30"))
    with pytest.raises(Unavailable):
        post(client)

    with pytest.raises(Unavailable) as paused:
        post(make_client(stranger))

    assert 29 < paused.value.retry_after <= 30
    assert len(stranger.requests) == 1


def test_a_short_pause_is_sat_out(stranger, client):
    stranger.says(answer(429, "", Retry_After="1"), answer(200))
    started = time.monotonic()

    assert get(client).status == 200
    assert 1 <= time.monotonic() - started < 2


# --- Time ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "deadline",
    [lambda: time.monotonic() + 0.2, lambda: timezone.now() + timedelta(seconds=0.2)],
    ids=["monotonic", "datetime"],
)
def test_a_deadline_ends_waiting_and_repeating(stranger, deadline):
    stranger.says(hang)
    client = make_client(stranger, read=5)
    started = time.monotonic()

    with pytest.raises(Unavailable):
        get(client, deadline=deadline())

    assert time.monotonic() - started < 1
    assert len(stranger.requests) == 1


def test_after_the_deadline_nothing_is_sent(stranger, client):
    with pytest.raises(Unavailable):
        post(client, deadline=time.monotonic() - 1)

    assert stranger.requests == []


# --- Limits ----------------------------------------------------------------------------------------
def test_no_more_than_the_limit_run_at_once_even_from_many_clients(stranger):
    stranger.says(slow(0.1))

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: get(make_client(stranger, read=3, max_concurrency=2)).status, range(8))
        )

    assert answers == [200] * 8
    assert stranger.most_busy == 2


def test_waiting_for_a_slot_ends(stranger):
    stranger.says(slow(0.5))
    client = make_client(stranger, read=2, max_concurrency=1)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(get, client)
        time.sleep(0.1)
        with pytest.raises(Unavailable):
            post(client, deadline=time.monotonic() + 0.1)

        assert first.result().status == 200


def test_after_failures_in_a_row_the_provider_is_left_alone(stranger, client):
    stranger.says(answer(500))
    for _ in range(5):
        with pytest.raises(Unknown):
            post(client)

    with pytest.raises(CircuitOpen) as refusal:
        post(client)

    assert len(stranger.requests) == 5
    assert 25 < refusal.value.retry_after <= 30
    assert provider_states() == [("stranger", "", "open", 5)]


def test_a_dead_channel_opens_no_circuit_but_its_own(stranger):
    dead, alive = make_client(stranger, key="7"), make_client(stranger, key="8")
    stranger.says(*[answer(500)] * 5, answer(200))
    for _ in range(5):
        with pytest.raises(Unknown):
            post(dead)

    with pytest.raises(CircuitOpen):
        post(dead)

    assert post(alive).status == post(make_client(stranger)).status == 200
    assert [(key, circuit) for _, key, circuit, _ in provider_states()] == [
        ("", "closed"),
        ("7", "open"),
        ("8", "closed"),
    ]


def test_a_dead_channel_comes_back_alone(stranger):
    client = make_client(stranger, key="7")
    stranger.says(*[answer(500)] * 4, answer(200))
    for _ in range(4):
        with pytest.raises(Unknown):
            post(client)

    post(client)

    assert provider_states() == [("stranger", "7", "closed", 0)]


def test_the_log_names_the_channel(stranger):
    with capture_logs() as lines:
        post(make_client(stranger, key="7"))
        post(make_client(stranger))

    calls = [line for line in lines if line["event"] == "provider_call"]
    assert [(call["provider"], call.get("key")) for call in calls] == [("stranger", "7"), ("stranger", None)]


def test_repeating_stops_when_the_circuit_opens(stranger, client, impatient):
    stranger.says(answer(500))
    for _ in range(3):
        with pytest.raises(Unavailable):
            get(client)

    assert len(stranger.requests) == 5


def test_refusals_do_not_open_the_circuit(stranger, client):
    stranger.says(answer(404))
    for _ in range(10):
        with pytest.raises(Refused):
            get(client)

    assert provider_states() == [("stranger", "", "closed", 0)]


def test_a_mistake_of_ours_does_not_count_against_the_provider_and_holds_no_slot(stranger):
    client = make_client(stranger, max_concurrency=1)
    with pytest.raises(TypeError):
        post(client, json={"not": object()})

    assert provider_states() == [("stranger", "", "closed", 0)]
    assert get(client).status == 200


def test_an_open_circuit_lets_one_probe_pass_and_closes_when_it_works():
    breaker = Breaker(failures=2, reset_seconds=0.05)
    assert [breaker.failed(), breaker.failed()] == [False, True]
    with pytest.raises(CircuitOpen):
        breaker.admit()

    time.sleep(0.06)
    breaker.admit()
    with pytest.raises(CircuitOpen):
        breaker.admit()
    breaker.succeeded()

    breaker.admit()
    assert breaker.state == "closed"


def test_a_failed_probe_opens_the_circuit_again():
    breaker = Breaker(failures=1, reset_seconds=0.05)
    breaker.failed()
    time.sleep(0.06)
    breaker.admit()

    assert breaker.failed()
    assert breaker.state == "open"


# --- Transactions ----------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_call_inside_a_transaction_is_refused_before_anything_is_sent(stranger, client):
    with transaction.atomic(), pytest.raises(CalledInsideTransaction):
        get(client)

    assert stranger.requests == []
    assert get(client).status == 200


@pytest.mark.django_db
def test_the_wrapper_of_a_test_is_no_transaction_but_one_inside_it_is(client):
    assert connection.in_atomic_block
    assert get(client).status == 200

    with transaction.atomic(), pytest.raises(CalledInsideTransaction):
        get(client)


# --- Logs ------------------------------------------------------------------------------------------
def test_each_call_is_one_line_without_query_body_key_or_document(stranger):
    stranger.says(answer(200, '{"reply": "segredo"}'))
    client = make_client(stranger, headers={"X-API-KEY": "segredo"})

    with capture_logs() as lines, bind_request_id("the-request-id"):
        get(client, "/cnpj/v1/19131243000197", params={"q": "segredo"}, json={"nome": "segredo"})

    [line] = lines
    assert line["event"] == "provider_call"
    assert (line["provider"], line["method"], line["status"]) == ("stranger", "GET", 200)
    assert line["path"] == "/cnpj/v1/{}"
    assert "segredo" not in json.dumps(line)
    assert "19131243000197" not in json.dumps(line)


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/maps", "/maps"),
        ("/api/cnpj/v1/12ABC34501DE35", "/api/cnpj/v1/{}"),
        ("/ws/viperphone/s3cr3tk3y/99993401994", "/ws/viperphone/{}/{}"),
        ("/pessoa/joao%20silva", "/pessoa/{}"),
    ],
)
def test_a_path_is_logged_as_a_template(client, path, logged):
    with capture_logs() as lines:
        get(client, path)

    assert lines[0]["path"] == logged


def test_the_caller_may_name_the_path_for_the_log(client):
    with capture_logs() as lines:
        get(client, "/a/chaveabc/b", log_path="/a/{key}/b")

    assert lines[0]["path"] == "/a/{key}/b"


def test_a_call_that_fails_is_logged_with_what_it_means(stranger, client):
    stranger.says(drop)

    with capture_logs() as lines, pytest.raises(Unknown):
        post(client)

    assert (lines[0]["outcome"], lines[0]["status"]) == ("unknown", 0)


def test_httpx_itself_logs_no_address(stranger, client, caplog):
    get(client, params={"q": "segredo"})

    assert "segredo" not in caplog.text


# --- Processes -------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["thing", "//elsewhere.example/", "http://elsewhere.example/"])
def test_a_path_never_leads_to_another_host(client, path):
    with pytest.raises(ValueError, match="slash"):
        get(client, path)


def test_threads_share_one_connection_pool(stranger):
    for _ in range(5):
        get(make_client(stranger))

    assert len(provider_states()) == 1


def test_a_forked_child_does_not_use_its_parents_connections(client):
    get(client)
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:
        os.write(writer, str(len(provider_states())).encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reader, 10) == b"0"
    assert len(provider_states()) == 1
    os.close(reader)
    os.close(writer)


def test_nothing_secret_is_in_the_repr(stranger):
    client = make_client(stranger, headers={"Authorization": "segredo"})
    response = get(client)

    assert "segredo" not in repr(client)
    assert "ok" not in repr(response)
    assert threading.active_count() < 50
