"""The one door for webhooks: who may deliver, what is stored, and what is answered (O11, R16, R56, R80)."""

import os
import signal
import subprocess
import sys

import pytest
from django.db import connection
from django.test import Client

from inbox.models import Delivery
from inbox.sources import MEGABYTE
from inbox.tests.senders import (
    ANSWER_CHAT,
    CHANNELS,
    SECRET,
    deliver,
    deliver_chat,
    sign,
)
from queue_worker.models import WorkItem
from queue_worker.tests.effects import list_effects
from queue_worker.tests.processes import environment_of_children
from queue_worker.tests.support import race, run_due

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("effects")]
EVENT = {"id": "evt_1", "type": "order.paid", "order": 7}


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", "reason"))


def test_a_delivery_is_stored_with_its_work_before_it_is_answered(client):
    answer = deliver(client, EVENT, **{"X-Event": "paid", "X-Other": "not kept"})

    delivery = Delivery.objects.get()
    assert (answer.status_code, answer.content) == (200, b"")
    assert (delivery.state, delivery.external_id) == ("received", "evt_1")
    assert delivery.headers == {"X-Event": "paid"}
    assert WorkItem.objects.get().payload == {"delivery_id": delivery.pk}


def test_its_work_has_the_effect_and_ends_it_in_one_transaction(client):
    deliver(client, EVENT)
    run_due()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.result) == ("processed", {"granted": True})
    assert list_effects("granted") == [7]


def test_rows_that_a_source_adds_are_committed_with_the_delivery(client):
    assert deliver_chat(client, {"messages": [1, 2]}).status_code == 200

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.account, delivery.result) == ("processed", "canal-1", {"messages": 2})
    assert list_effects("message") == [1, 2]
    assert set(WorkItem.objects.values_list("kind", "ordering_key")) == {(ANSWER_CHAT, "canal-1:1")}


# --- Who may deliver ---------------------------------------------------------------------------------
@pytest.mark.parametrize("secret", [None, "", "outro", SECRET + "x"])
def test_without_the_secret_the_address_does_not_exist(client, secret):
    assert deliver(client, EVENT, secret=secret).status_code == 404
    assert not Delivery.objects.exists()


def test_an_unknown_source_does_not_exist(client):
    assert deliver(client, EVENT, source="ninguem").status_code == 404
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("channel", ["canal-2", "canal-3"])
def test_the_secret_of_one_channel_opens_no_other(client, channel):
    answer = deliver(client, {"messages": [1]}, source=f"tests-chat/{channel}", secret=CHANNELS["canal-1"])

    assert answer.status_code == 404
    assert not Delivery.objects.exists()


def test_what_a_stranger_sends_is_not_kept(client):
    """Its body is read and thrown away, so that a proxy delivers the refusal."""
    answer = client.generic("POST", "/webhooks/tests-ledger/", b"x" * MEGABYTE)

    assert answer.status_code == 404
    assert not Delivery.objects.exists()


def test_a_signature_is_checked_over_the_bytes_as_they_came(client):
    body = b'{"id":  "evt_2",\n"order": 8}'
    right = {"X-Signature": sign(body), "X-Delivery": "d-1"}

    assert deliver(client, body + b" ", source="tests-signed", **right).status_code == 400
    assert not Delivery.objects.exists()
    assert deliver(client, body, source="tests-signed", **right).status_code == 200
    assert Delivery.objects.get().external_id == "d-1"


def test_only_a_post_is_taken_and_no_cookie_is_needed():
    client = Client(enforce_csrf_checks=True)

    assert client.get("/webhooks/tests-ledger/").status_code == 405
    assert deliver(client, EVENT).status_code == 200
    assert not client.cookies


# --- Twice, concurrently, crash in the middle ---------------------------------------------------------
def test_the_same_delivery_again_is_one_row_and_one_effect(client):
    for _ in range(3):
        assert deliver(client, EVENT).status_code == 200
        run_due()

    assert Delivery.objects.get().repeats == 2
    assert list_effects("granted") == [7]


def test_the_same_delivery_at_once_is_one_row_and_one_effect():
    answers = race(6, lambda: deliver(Client(), EVENT).status_code)
    run_due()

    assert answers == [200] * 6
    assert Delivery.objects.get().repeats == 5
    assert list_effects("granted") == [7]


def test_the_same_id_of_two_senders_is_two_deliveries(client):
    body = b'{"id": "evt_1", "order": 9}'
    deliver(client, EVENT)
    headers = {"X-Signature": sign(body), "X-Delivery": "evt_1"}

    assert deliver(client, body, source="tests-signed", **headers).status_code == 200
    assert Delivery.objects.count() == 2


def test_where_the_sender_has_no_id_each_delivery_is_a_row_and_the_domain_dedupes(client):
    for _ in range(2):
        deliver_chat(client, {"messages": [1]})
    run_due()

    assert Delivery.objects.count() == 2
    assert list_effects("answered") == [1]


def deliver_in_a_process_that_dies(fault):
    """Store one chat delivery in a process of its own, which kills itself, and return its exit code."""
    script = f"""
import os, signal, django
django.setup()
from django.utils import timezone
from inbox.services import store_delivery
from inbox.sources import Call
from inbox.tests.senders import CHAT
call = Call("canal-1", {{}}, timezone.now())
body = b'{{"messages": [1], "fault": "{fault}"}}'
store_delivery(source=CHAT, account="canal-1", call=call, body=body)
os.kill(os.getpid(), signal.SIGKILL)
"""
    broker = type("NoBroker", (), {"url": "redis://127.0.0.1:1/0"})
    environment = {
        **os.environ,
        **environment_of_children(broker),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.run([sys.executable, "-c", script], env=environment, timeout=60, check=False).returncode


def test_a_process_that_dies_between_row_and_work_leaves_neither():
    assert deliver_in_a_process_that_dies("killed") == -signal.SIGKILL

    assert not Delivery.objects.exists()
    assert not WorkItem.objects.exists()
    assert list_effects("message") == []


def test_a_process_that_dies_after_the_commit_leaves_both():
    assert deliver_in_a_process_that_dies("none") == -signal.SIGKILL

    assert Delivery.objects.get().state == "processed"
    assert WorkItem.objects.get().kind == ANSWER_CHAT


# --- What it says ---------------------------------------------------------------------------------------
NONSENSE = [b"", b"\xff\xfe", b"[" * 100_000, b"[]", b'"texto"', b'{"id": ', b"9" * 5000]


@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_what_is_no_message_is_kept_as_it_came(client, body):
    assert deliver(client, body).status_code == 200

    delivery = Delivery.objects.get()
    assert delivery.open_body() == body
    assert states() == [("refused", "O conteúdo não é um objeto JSON.")]
    assert not WorkItem.objects.exists()


@pytest.mark.parametrize("given", ["a\u0000b", "\ud800", "x" * 201, "", "com espaço", {"$ne": ""}, None])
def test_an_id_that_cannot_be_one_is_none(client, given):
    assert deliver(client, {**EVENT, "id": given}).status_code == 200
    assert Delivery.objects.get().external_id in ("", "None")


def test_an_event_that_is_not_for_us_is_refused_with_its_reason(client):
    deliver(client, {**EVENT, "livemode": True})
    run_due()

    assert states() == [("refused", "O evento é de outro ambiente.")]


def test_work_that_dies_shows_the_delivery_as_failed_without_personal_data(client):
    deliver(client, {**EVENT, "unknown": True})
    run_due()

    assert states() == [("failed", "evento de ***@*** sem pedido")]


def test_our_own_fault_keeps_the_delivery_for_a_replay(client):
    assert deliver_chat(client, {"messages": [1], "fault": "bug"}).status_code == 200

    assert states() == [("failed", "Falha do Nitro ao tratar: KeyError.")]
    assert list_effects("message") == []


@pytest.mark.parametrize(("size", "status"), [(MEGABYTE, 200), (MEGABYTE + 1, 413), (12 * MEGABYTE, 413)])
def test_each_source_has_its_own_limit(client, size, status):
    assert deliver(client, b" " * size).status_code == status
    assert Delivery.objects.count() == (1 if status == 200 else 0)


def test_a_body_above_the_form_limit_is_taken_where_its_source_says_so(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    message = {"messages": [1], "audio": "x" * (3 * MEGABYTE)}

    assert deliver_chat(client, message).status_code == 200
    assert Delivery.objects.get().body_size > 3 * MEGABYTE


def test_the_body_is_stored_encrypted_and_opens_in_its_own_row_only(client):
    deliver(client, EVENT)
    deliver(client, {**EVENT, "id": "evt_2"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(body, '') FROM inbox_delivery")
        assert "order.paid" not in cursor.fetchone()[0]
        cursor.execute(
            "UPDATE inbox_delivery SET body = (SELECT body FROM inbox_delivery ORDER BY id LIMIT 1)"
        )

    run_due()

    assert list_effects("granted") == [7]
    assert states()[1][0] != "processed"
