"""What stands in front of every page: where `next` leads, how large a body may be, what browsers keep."""

import re
import runpy
import socket

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import PASSWORD, make_buyer, make_operator
from core.bodies import DRAIN_BYTES
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due
from tests.support.own_postgres import own_postgres
from tests.test_stranger_firm import OF_THE_FIRM, signed_in
from whatsapp.tests.populated import make_populated

pytestmark = pytest.mark.django_db
TEN_MEGABYTES = 10 * 1024 * 1024

# --- next -----------------------------------------------------------------------------------------------
ELSEWHERE = [
    "//fora.example/x",
    "https://fora.example",
    "/\\fora.example",
    "\\\\fora.example",
    "javascript:alert(1)",
    "buscas",
    "leads:dashboard",
    "http://[",
    "http://testserver:bad/x",
    "/a\nSet-Cookie: x=1",
    "/\x00",
    "/" + "x" * 5000,
    "",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_next_leads_to_a_page_of_ours_or_to_ones_own_first_page(client, address):
    user = make_buyer()[0]
    data = {"email": user.email, "password": PASSWORD, "next": address}

    answer = client.post(reverse("accounts:sign_in"), data)

    assert (answer.status_code, answer["Location"]) == (302, reverse("leads:dashboard"))


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_notice_that_was_read_leads_back_or_to_the_statement(client, address):
    client.force_login(make_buyer()[0])

    answer = client.post(reverse("credits:dismiss_low_balance"), {"next": address})

    assert (answer.status_code, answer["Location"]) == (302, reverse("credits:statement"))


@pytest.mark.parametrize("address", ["/leads/base/?q=padaria", "http://testserver/leads/base/?q=padaria#x"])
def test_an_address_of_ours_is_followed_as_its_path(client, address):
    client.force_login(make_buyer()[0])

    answer = client.post(reverse("credits:dismiss_low_balance"), {"next": address})

    assert answer["Location"] == "/leads/base/?q=padaria"


# --- What a browser keeps -------------------------------------------------------------------------------
MAY_BE_KEPT = {"logo"}


@pytest.mark.parametrize("route", OF_THE_FIRM, ids=lambda route: route.name)
def test_no_browser_keeps_what_a_member_was_shown(route, settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    ours = make_populated(1)
    client = signed_in(ours)
    for address in route.addresses(ours.ids):
        answer = client.get(address)
        answer.getvalue()
        kept = "no-store" not in answer.get("Cache-Control", "")
        assert not kept or route.name in MAY_BE_KEPT, address


def test_a_public_page_may_be_kept(client):
    assert "no-store" not in client.get("/").get("Cache-Control", "")


# --- Bodies ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("size", "status"), [(TEN_MEGABYTES, {200, 400}), (TEN_MEGABYTES + 1, {413})])
def test_a_body_above_ten_megabytes_is_refused_without_a_proxy(client, size, status):
    answer = client.generic("POST", "/entrar/", b"x" * size, "application/x-www-form-urlencoded")

    assert answer.status_code in status


@pytest.mark.django_db(transaction=True)
def test_who_still_writes_reads_the_refusal_and_no_broken_connection(live_server):
    """A body is sent whole before the answer is read, as browsers do."""
    host, port = re.fullmatch(r"http://(.*):(\d+)", live_server.url).groups()
    size = TEN_MEGABYTES + 5_000_000
    head = f"POST /entrar/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as sent:
        sent.sendall(head.encode() + b"x" * size)
        answer = sent.recv(65536).decode()

    assert answer.startswith("HTTP/1.1 413")


@pytest.mark.parametrize(
    ("address", "status"),
    [("/nada/", 404), ("/health/live", 405), ("/leads/", 302), ("/webhooks/nada/", 404)],
)
def test_who_is_refused_before_the_body_is_read_is_read_to_the_end(client, address, status):
    """Else a proxy that still writes shows its own error instead of the page."""
    answer = client.generic("POST", address, b"x" * 3_000_000, "text/plain")

    assert answer.status_code == status
    assert answer.wsgi_request.META["wsgi.input"].read() == b""


def test_a_body_without_end_is_not_read_for_ever(client):
    answer = client.generic("POST", "/nada/", b"x" * (DRAIN_BYTES + 1000), "text/plain")

    assert answer.status_code == 404
    assert len(answer.wsgi_request.META["wsgi.input"].read()) == 1000


# --- The database is away ---------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_without_a_database_every_page_says_so_in_one_line_of_the_log(client, accept, caplog):
    client.raise_request_exception = False
    with own_postgres() as server:
        client.cookies["sessionid"] = "a" * 32
        server.stop()
        connection.close()
        caplog.clear()

        answer = client.get("/leads/", headers={"Accept": accept})

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    told = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == 1
    assert told[0].exc_info is None
    assert "outage" in str(told[0].msg)


def test_a_page_waits_two_seconds_for_a_database_and_work_waits_longer(settings):
    server = runpy.run_path(str(settings.BASE_DIR / "deploy" / "gunicorn.conf.py"))

    assert "DATABASE_WAIT_SECONDS=2" in server["raw_env"]
    assert settings.DATABASES["default"]["OPTIONS"]["connect_timeout"] == 10


# --- Links and passwords ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["accounts:confirm_email_link", "accounts:confirm_new_email_link", "nfse:invite"]
)
@pytest.mark.parametrize("token", ["exemplo", "a:b:c", "x" * 1500, "%00"])
def test_a_link_that_is_not_ours_writes_no_session(client, name, token):
    answer = client.get(reverse(name, args=[token]))

    assert answer.status_code == 302
    assert not Session.objects.exists()


def test_the_admin_has_no_page_of_its_own_to_change_a_password(client):
    client.force_login(make_operator())

    answer = client.get("/admin/password_change/")

    assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:change_password"))


def test_a_reset_does_the_same_for_known_and_unknown_addresses():
    """The answer waits for the same statements; who it is for is looked up by the queue."""
    user, statements = make_buyer()[0], {}
    for email in (user.email, "ninguem@nitro.example"):
        with CaptureQueriesContext(connection) as context:
            Client().post(reverse("accounts:password_reset"), {"email": email})
        statements[email] = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in context]

    assert statements[user.email] == statements["ninguem@nitro.example"]
    assert statements[user.email]
    assert user.email not in str(list(WorkItem.objects.values_list("payload", "dedupe_key")))


@pytest.mark.django_db(transaction=True)
def test_the_queue_sends_the_reset_to_whom_it_knows(client):
    user = make_buyer()[0]
    for email in (user.email.upper(), "ninguem@nitro.example"):
        client.post(reverse("accounts:password_reset"), {"email": email})
    run_due()

    assert [letter.to for letter in mail.outbox] == [[user.email]]


# --- Names ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ana\u202e gpj.exe", None),
        ("Ana\u200b\u2066 Souza\u2069", "Ana Souza"),
        ("Ana\u00a0\tSouza", "Ana Souza"),
        ("\ufeffAna Souza\u00ad", "Ana Souza"),
        ("José D’Ávila-Ñandú", "José D’Ávila-Ñandú"),
    ],
)
def test_a_name_loses_what_nobody_sees(client, typed, kept):
    user = make_buyer()[0]
    client.force_login(user)

    client.post(reverse("accounts:profile"), {"full_name": typed, "phone": ""})

    assert User.objects.get(pk=user.pk).full_name == (kept or user.full_name)
