import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from structlog.testing import capture_logs

from accounts.tests.factories import make_user
from core import health
from core.disks import Disk, list_disks
from core.health import NotReady, check_disks, check_migrations
from embedded.servers import free_port

pytestmark = pytest.mark.urls("core.tests.urls")
ELSEWHERE = "203.0.113.9"


@pytest.fixture
def lenient():
    """A client that answers 500 as a server does."""
    return Client(raise_request_exception=False)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """Only the checks of core itself, and what a test registers."""
    own = {name: health._checks[name] for name in ("database", "broker", "cache")}
    monkeypatch.setattr(health, "_checks", own)
    return health.register


# --- Home and errors -------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_landing_page_opens_without_signing_in(client):
    assert client.get("/").status_code == 200
    assert client.post("/").status_code == 405


@pytest.mark.django_db
def test_an_unknown_address_is_a_page_in_portuguese(client):
    answer = client.get("/nada/")

    assert answer.status_code == 404
    assert "Não encontramos" in answer.text


@pytest.mark.django_db
def test_a_refusal_shows_our_own_reason(client):
    answer = client.get("/forbid/")

    assert answer.status_code == 403
    assert "Só a operação pode fazer isto." in answer.text


@pytest.mark.django_db
def test_a_suspicious_request_is_a_page_without_details(client):
    answer = client.get("/suspect/")

    assert answer.status_code == 400
    assert "segredo" not in answer.text


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_portuguese():
    answer = Client(enforce_csrf_checks=True).post("/guarded/")

    assert answer.status_code == 403
    assert "aberta tempo demais" in answer.text


def test_a_failure_is_a_page_that_needs_no_database_and_tells_nothing(lenient):
    answer = lenient.get("/fail/token/")

    assert answer.status_code == 500
    assert "segredo" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_failure_is_json_or_text_for_programs(lenient):
    data = lenient.get("/fail/api/")
    fragment = lenient.get("/fail/token/", headers={"HX-Request": "true"})

    assert (data.status_code, data.json()["error"]) == (500, fragment.text)
    assert fragment.text == "Algo deu errado do nosso lado. Já fomos avisados."


@pytest.mark.django_db
def test_who_accepts_json_gets_json(client):
    answer = client.get("/nada/", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()) == (404, {"error": "Não encontramos o que você procura."})


# --- Request ids -----------------------------------------------------------------------------------
def test_a_request_id_comes_back_and_is_known_inside(client):
    answer = client.get("/show-id/", headers={"X-Request-ID": "from-the-proxy-1"})

    assert answer.headers["X-Request-ID"] == answer.text == "from-the-proxy-1"


@pytest.mark.parametrize("sent", ["", "short", "a b c d e f g h", "<script>alert(1)</script>", "x" * 65])
def test_a_harmful_request_id_is_replaced(client, sent):
    answer = client.get("/show-id/", headers={"X-Request-ID": sent})

    assert answer.text != sent
    assert len(answer.text) == 16


def test_each_request_has_its_own_id(client):
    assert client.get("/show-id/").text != client.get("/show-id/").text


def test_a_request_is_one_line_with_the_route_and_never_the_address(lenient):
    with capture_logs() as lines:
        lenient.get("/fail/token-secreto/?cpf=52998224725")

    [line] = [line for line in lines if line["event"] == "request"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "fail", 500)
    assert "token-secreto" not in str(lines)
    assert "52998224725" not in str(lines)


# --- Health ----------------------------------------------------------------------------------------
def test_live_answers_without_touching_anything_outside_the_process(client, settings):
    settings.CACHES = dead_cache(settings)
    settings.BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"

    assert client.get("/health/live").json() == {"status": "ok"}


@pytest.mark.parametrize("host", ["127.0.0.1:8002", "10.0.0.7", "web.internal", "[::1]:8000"])
def test_a_program_of_this_machine_asks_for_health_under_any_name(client, host):
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "peer", "headers"),
    [
        ("/health/live", ELSEWHERE, {}),
        ("/health/live", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("/", "127.0.0.1", {}),
    ],
    ids=["a stranger", "through the proxy", "another page"],
)
def test_anything_else_is_asked_under_a_host_of_ours_only(client, path, peer, headers):
    answer = client.get(path, headers={"Host": "fora.example", **headers}, REMOTE_ADDR=peer)

    assert answer.status_code == 400


@pytest.mark.django_db
def test_ready_says_ok_and_nothing_more_to_strangers(client):
    answer = client.get("/health/ready", REMOTE_ADDR=ELSEWHERE)

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_ready_tells_operators_the_details(client, registered):
    registered("worker", lambda: {"oldest_due_seconds": 3})
    client.force_login(make_user(email="op@nitro.example", is_staff=True))

    checks = client.get("/health/ready").json()["checks"]

    assert checks["database"] == checks["broker"] == checks["cache"] == {"ok": True}
    assert checks["worker"] == {"ok": True, "oldest_due_seconds": 3}


@pytest.mark.django_db
def test_ready_tells_customers_no_details(client):
    client.force_login(make_user())

    assert client.get("/health/ready", REMOTE_ADDR=ELSEWHERE).json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_tells_programs_of_this_machine_the_details_without_signing_in(client):
    assert client.get("/health/ready").json()["checks"]["database"] == {"ok": True}


@pytest.mark.django_db
def test_a_part_can_be_asked_about_alone(client, registered):
    def no_worker():
        raise NotReady("no worker")

    registered("worker", no_worker)

    assert client.get("/health/ready?only=database&only=cache").status_code == 200
    assert client.get("/health/ready?only=database&only=worker").status_code == 503


@pytest.mark.django_db
def test_a_release_whose_migrations_are_not_applied_is_not_ready():
    assert check_migrations() == {}
    MigrationRecorder(connection).record_unapplied("credits", "0001_initial")

    with pytest.raises(NotReady, match="faltam 1") as raised:
        check_migrations()

    assert raised.value.details == {"missing": ["credits.0001_initial"]}


@pytest.mark.django_db
def test_migrations_of_a_newer_release_stop_no_older_one():
    MigrationRecorder(connection).record_applied("credits", "9999_of_tomorrow")

    assert check_migrations() == {}


@pytest.mark.parametrize(
    ("free", "is_low", "is_full"), [(40, False, False), (9, True, False), (1, True, True)]
)
def test_a_disk_is_low_before_it_is_full(settings, free, is_low, is_full):
    settings.DISK_LOW_PERCENT = 10
    disk = Disk("/", free)

    assert (disk.is_low, disk.is_full) == (is_low, is_full)


def test_the_disk_of_private_files_is_looked_at_before_the_first_file(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "not" / "yet"

    assert all(0 <= disk.free_percent <= 100 for disk in list_disks())
    assert set(check_disks()) <= {"/", str(tmp_path)}


@pytest.mark.django_db
def test_a_dead_broker_is_not_ready_and_the_other_checks_still_run(client, settings):
    settings.BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    client.force_login(make_user(email="op@nitro.example", is_staff=True))

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert answer.json()["checks"]["broker"] == {"ok": False, "reason": "ConnectionError"}
    assert answer.json()["checks"]["cache"]["ok"]


@pytest.mark.django_db
def test_a_dead_cache_is_not_ready(client, settings):
    settings.CACHES = dead_cache(settings)

    assert client.get("/health/ready").status_code == 503


@pytest.mark.django_db
def test_a_part_that_says_why_it_is_not_ready_is_shown_to_operators(client, registered):
    def no_worker():
        raise NotReady("no worker has been seen for 60 s", last_seen=None)

    registered("worker", no_worker)
    client.force_login(make_user(email="op@nitro.example", is_staff=True))

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == {
        "ok": False,
        "reason": "no worker has been seen for 60 s",
        "last_seen": None,
    }


def test_a_dead_database_is_not_ready_instead_of_an_error(client, registered):
    def no_database():
        raise OperationalError("connection refused")

    registered("database", no_database)

    answer = client.get("/health/ready", REMOTE_ADDR=ELSEWHERE)

    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})


def dead_cache(settings):
    return {"default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}}


# --- Isolation of tests ----------------------------------------------------------------------------
@pytest.mark.parametrize("_turn", [1, 2])
def test_each_test_starts_with_an_empty_cache(_turn):
    assert cache.get("left over") is None
    cache.set("left over", 1)
