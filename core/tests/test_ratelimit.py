import socket
import time

import pytest
from django.test import Client, RequestFactory

from accounts.tests.factories import make_buyer, make_user
from core.ratelimit import client_ip
from embedded.servers import free_port

pytestmark = [pytest.mark.urls("core.tests.urls"), pytest.mark.django_db]


@pytest.fixture
def behind_proxy(settings):
    settings.TRUSTED_PROXY_COUNT = 1


@pytest.fixture
def cache_down(settings):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}
    }


def post_as(client, address, path="/open/"):
    return client.post(path, headers={"X-Forwarded-For": address})


def test_what_exceeds_the_limit_is_answered_with_429_and_when_to_come_back(client):
    answers = [client.post("/open/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert "pedidos demais" in answers[2].text
    assert answers[2].headers["Content-Type"].startswith("text/html")


def test_htmx_and_json_get_the_same_answer_in_their_language(client):
    for path in ("/open/", "/open/api/"):
        client.post(path), client.post(path)

    fragment = client.post("/open/", headers={"HX-Request": "true"})
    data = client.post("/open/api/")

    assert (fragment.status_code, fragment.headers["Content-Type"]) == (429, "text/plain; charset=utf-8")
    assert "<" not in fragment.text
    assert data.json()["error"].startswith("Você fez pedidos demais")
    assert "Retry-After" in fragment.headers
    assert "Retry-After" in data.headers


def test_reading_is_not_counted(client):
    assert [client.get("/open/").status_code for _ in range(5)] == [200] * 5


def test_each_view_has_its_own_count(client):
    for _ in range(3):
        client.post("/open/")

    assert client.post("/closed/").status_code == 200


@pytest.mark.usefixtures("behind_proxy")
def test_each_client_behind_the_proxy_has_its_own_count(client):
    for _ in range(3):
        post_as(client, "203.0.113.1")

    assert post_as(client, "203.0.113.1").status_code == 429
    assert post_as(client, "203.0.113.2").status_code == 200


@pytest.mark.usefixtures("behind_proxy")
def test_an_invented_address_does_not_escape_the_limit(client):
    statuses = [post_as(client, f"198.51.100.{n}, 203.0.113.1").status_code for n in range(3)]

    assert statuses == [200, 200, 429]


def test_without_a_trusted_proxy_the_header_is_ignored(client):
    assert [post_as(client, f"198.51.100.{n}").status_code for n in range(3)] == [200, 200, 429]


@pytest.mark.usefixtures("behind_proxy")
def test_a_whole_ipv6_subscriber_counts_as_one_client(client):
    addresses = ["2001:db8:1:2::1", "2001:db8:1:2::ffff", "2001:db8:1:2:3::1", "2001:db8:1:3::1"]

    assert [post_as(client, address).status_code for address in addresses] == [200, 200, 429, 200]


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "203.0.113.1", "10.0.0.9"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "1.1.1.1, 203.0.113.1", "203.0.113.1"),
        (2, "1.1.1.1, 203.0.113.1, 10.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "unknown", "10.0.0.9"),
        (1, "203.0.113.1, <script>", "10.0.0.9"),
        (1, " 2001:db8::1 ", "2001:db8::1"),
    ],
)
def test_the_client_is_the_last_hop_that_a_trusted_proxy_saw(settings, proxies, header, expected):
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": header}, REMOTE_ADDR="10.0.0.9")

    assert client_ip(request) == expected


def test_accounts_at_one_address_do_not_spend_each_others_limit():
    statuses = {}
    for email in ("dona@nitro.example", "vizinha@nitro.example"):
        user, _ = make_buyer(email=email)
        client = Client()
        client.force_login(user)
        statuses[email] = [client.post("/account/").status_code for _ in range(3)]

    assert statuses == {"dona@nitro.example": [200, 200, 429], "vizinha@nitro.example": [200, 200, 429]}


@pytest.mark.usefixtures("behind_proxy")
def test_an_account_does_not_escape_by_changing_its_address(client):
    client.force_login(make_buyer()[0])

    assert [post_as(client, f"203.0.113.{n}", "/account/").status_code for n in range(3)] == [200, 200, 429]


def test_a_user_without_an_account_is_counted_alone(client):
    client.force_login(make_user(email="operador@nitro.example"))

    assert [client.post("/account/").status_code for _ in range(3)] == [200, 200, 429]
    assert Client().post("/account/").status_code == 200


def test_a_key_may_be_a_function_of_the_request(client):
    first, second = {"email": "a@nitro.example"}, {"email": "b@nitro.example"}

    assert [client.post("/keyed/", data).status_code for data in (first, second, first)] == [200, 200, 429]


@pytest.mark.usefixtures("cache_down")
def test_with_the_cache_down_pages_go_on(client):
    assert [client.post("/open/").status_code for _ in range(3)] == [200] * 3


@pytest.mark.usefixtures("cache_down")
def test_with_the_cache_down_what_must_be_limited_is_closed(client):
    page = client.post("/closed/")
    fragment = client.post("/closed/", headers={"HX-Request": "true"})

    assert (page.status_code, fragment.status_code) == (503, 503)
    assert "indisponível" in page.text
    assert page.headers["Retry-After"] == "30"


@pytest.mark.usefixtures("cache_down")
def test_with_the_cache_down_reading_a_limited_page_goes_on(client):
    assert client.get("/closed/").status_code == 200


def test_a_cache_that_hangs_costs_seconds_and_no_error(client, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.CACHES = {
            "default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{port}/0"}
        }
        started = time.monotonic()

        assert client.post("/open/").status_code == 200
        assert client.post("/closed/").status_code == 503
        assert time.monotonic() - started < 5


def test_a_counter_that_is_lost_is_no_reason_to_refuse(client, settings):
    """Evicted between the two steps of counting: the view goes on as if the cache were down."""
    settings.CACHES = {"default": {"BACKEND": "core.tests.forgetful.ForgetfulCache"}}

    assert client.post("/open/").status_code == 200
    assert client.post("/closed/").status_code == 503
