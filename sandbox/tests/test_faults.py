"""Every failure that can be asked for, over real sockets."""

import time
from http.client import IncompleteRead, RemoteDisconnected

import pytest

CNPJ = "99387968000180"


def test_late_answers_come_late_and_whole(caller, sandbox):
    sandbox.fail("brasilapi", "late", seconds=0.3)
    started = time.monotonic()
    assert caller.registry(CNPJ).status == 200
    assert time.monotonic() - started >= 0.3


def test_a_client_that_does_not_wait_gives_up(caller, sandbox):
    sandbox.fail("brasilapi", "late", seconds=30)
    with pytest.raises(TimeoutError):
        caller.ask("GET", f"/brasilapi/api/cnpj/v1/{CNPJ}", timeout=0.2)


@pytest.mark.parametrize(
    ("provider", "status", "key"),
    [
        ("serper", 403, "statusCode"),
        ("serper", 500, "message"),
        ("brasilapi", 404, "type"),
        ("viper", 503, "erro"),
    ],
)
def test_a_status_comes_in_the_vendors_own_shape(caller, sandbox, provider, status, key):
    sandbox.fail(provider, status=status)
    calls = {
        "serper": lambda: caller.maps("x"),
        "brasilapi": lambda: caller.registry(CNPJ),
        "viper": lambda: caller.viper(CNPJ),
    }
    answer = calls[provider]()
    assert answer.status == status
    assert key in answer.json()
    assert answer.headers["x-nitro-sandbox"] == "true"


def test_too_many_requests_may_say_when_to_come_back(caller, sandbox):
    sandbox.fail("serper", status=429, retry_after="7")
    assert caller.maps("x").headers["retry-after"] == "7"


def test_the_vendors_account_can_run_dry(caller, sandbox):
    sandbox.fail("serper", status=400, message="Not enough credits")
    assert caller.maps("x").json()["message"] == "Not enough credits"


def test_garbage_is_not_json(caller, sandbox):
    sandbox.fail("viper", "garbage")
    answer = caller.viper(CNPJ)
    assert answer.status == 200
    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()


def test_a_page_can_come_instead_of_data(caller, sandbox):
    sandbox.fail("viper", "html")
    answer = caller.viper(CNPJ)
    assert answer.headers["content-type"].startswith("text/html")
    assert "sandbox" in answer.text.lower()


def test_a_dropped_reply_was_worked_for(caller, sandbox):
    sandbox.fail("serper", "drop")
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        caller.maps("pet shop em Santa Maria - RS")
    call = sandbox.calls()[-1]
    assert (call["status"], call["fault"], call["credits"]) == (None, "drop", 2)
    assert sandbox.counts()["serper_credits"] == 2


def test_a_request_dropped_before_was_not(caller, sandbox):
    sandbox.fail("serper", "drop_before")
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        caller.maps("pet shop em Santa Maria - RS")
    assert sandbox.counts()["serper_credits"] == 0


def test_a_reply_can_be_cut_in_half(caller, sandbox):
    sandbox.fail("serper", "cut")
    with pytest.raises((IncompleteRead, ConnectionResetError)):
        caller.maps("pet shop em Santa Maria - RS")


def test_a_fault_hits_so_many_times_and_then_no_more(caller, sandbox):
    sandbox.fail("brasilapi", status=500, count=2)
    assert [caller.registry(CNPJ).status for _ in range(4)] == [500, 500, 200, 200]


def test_a_fault_can_wait_for_its_turn(caller, sandbox):
    sandbox.fail("brasilapi", status=500, skip=2, count=1)
    assert [caller.registry(CNPJ).status for _ in range(4)] == [200, 200, 500, 200]


def test_a_fault_hits_one_path_only(caller, sandbox):
    sandbox.fail("serper", path="/search", status=500)
    assert caller.maps("x em Santa Maria - RS").status == 200
    assert caller.ask("POST", "/serper/search", {"q": "x"}, X_API_KEY="sandbox").status == 500


def test_a_rate_hits_the_same_requests_every_time(caller, sandbox):
    def statuses():
        sandbox.reset()
        sandbox.fail("brasilapi", status=503, rate=0.3)
        return [caller.registry(CNPJ).status for _ in range(60)]

    first = statuses()
    assert first == statuses()
    assert 8 <= first.count(503) <= 28


def test_the_oldest_fault_that_strikes_wins(caller, sandbox):
    sandbox.fail("brasilapi", status=500, count=1)
    sandbox.fail("*", status=429)
    assert [caller.registry(CNPJ).status for _ in range(2)] == [500, 429]


def test_healing_removes_faults_and_keeps_the_count(caller, sandbox):
    sandbox.fail(status=500)
    caller.registry(CNPJ)
    sandbox.heal()
    assert caller.registry(CNPJ).status == 200
    assert sandbox.counts()["by_status"] == {"brasilapi 500": 1, "brasilapi 200": 1}


@pytest.mark.parametrize(
    "fields", [{"kind": "explode"}, {"provider": "nobody"}, {"rate": 2}, {"status": 200}, {"sceonds": 1}]
)
def test_nonsense_is_refused(sandbox, fields):
    with pytest.raises(AssertionError, match="400"):
        sandbox.fail(**fields)
