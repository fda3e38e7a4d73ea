"""The control API, the index page, and who may use them."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

CNPJ = "99387968000180"


def test_calls_are_counted_by_path_with_what_was_asked(caller, sandbox):
    caller.registry(CNPJ)
    caller.maps("pet shop em Santa Maria - RS")
    counts = sandbox.counts()
    assert counts["by_path"] == {"GET /brasilapi/api/cnpj/v1/*": 1, "POST /serper/maps": 1}
    assert sandbox.calls("serper")[0]["query"]["q"] == "pet shop em Santa Maria - RS"
    assert counts["most_at_once"] == {"brasilapi": 1, "serper": 1}


def test_a_reset_forgets_faults_and_calls(caller, sandbox):
    sandbox.fail(status=500)
    caller.registry(CNPJ)
    sandbox.reset()
    assert (sandbox.faults(), sandbox.counts()["total"]) == ([], 0)


def test_the_world_says_who_a_number_is(sandbox):
    assert sandbox.company(CNPJ)["city"] == "Santa Maria - RS"


def test_the_index_page_shows_everything_in_portuguese(caller, sandbox):
    sandbox.fail("viper", "late", seconds=2)
    caller.registry(CNPJ)
    page = caller.ask("GET", "/")
    assert page.headers["x-nitro-sandbox"] == "true"
    assert "são inventados" in page.text
    assert "resposta lenta" in page.text
    assert "2 s sempre" in page.text
    assert "GET /brasilapi/api/cnpj/v1/*" in page.text
    assert "http://" not in page.text.replace(sandbox.url, "")


def test_a_button_of_the_page_sets_a_fault(caller, sandbox):
    form = "application/x-www-form-urlencoded"
    connection_host = urlsplit(sandbox.url).netloc
    answer = post_form(connection_host, "/_control/faults", "provider=viper&kind=status&status=503", form)
    assert answer == 303
    assert [(fault["provider"], fault["status"]) for fault in sandbox.faults()] == [("viper", 503)]
    assert post_form(connection_host, "/_control/faults/clear", "", form) == 303
    assert sandbox.faults() == []


def test_other_host_names_and_other_sites_are_refused(caller):
    assert caller.ask("GET", "/_control/calls", Host="evil.example").status == 403
    assert caller.ask("POST", "/_control/reset", Origin="http://evil.example").status == 403
    assert caller.ask("GET", "/", Host="evil.example").status == 403


def test_unknown_paths_say_that_this_is_the_sandbox(caller):
    answer = caller.ask("GET", "/serper/places")
    assert answer.status == 404
    assert answer.json()["sandbox"] is True


def post_form(host, path, body, content_type):
    connection = HTTPConnection(host, timeout=5)
    connection.request("POST", path, body, {"Content-Type": content_type})
    status = connection.getresponse().status
    connection.close()
    return status
