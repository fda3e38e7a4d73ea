"""The webhook of PlugNotas: a hint that is checked, never believed (N16, R16, R56, R80, R88)."""

import json
import time
import uuid

import httpx
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from inbox.models import Delivery
from inbox.sources import MEGABYTE
from nfse.models import Company, InvoiceRequest
from nfse.services.issuing import kinds
from nfse.services.notes.webhook import hear_of_note, webhook_key
from nfse.services.plugnotas_setup import set_up_company
from nfse.states import SetupState, State
from nfse.tests.firms import make_company, make_office, make_request
from nfse.tests.issuing import events_of, make_shop, work_off
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "um segredo de 32 caracteres ou mais"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.PLUGNOTAS_WEBHOOK_SECRET = SECRET


@pytest.fixture
def request_row():
    """A request that PlugNotas accepted and that is asked about in five minutes."""
    request = make_request(make_company(make_office().firm, gateway="plugnotas"))
    change(request, state=State.ACCEPTED, reference={"provider_id": "abc123"})
    return request


def change(request, **fields):
    InvoiceRequest.objects.filter(pk=request.pk).update(**fields)


def address(key=None):
    return reverse("inbox:receive_at", args=["plugnotas", key or webhook_key()])


def tell(client, body, *, secret=SECRET, key=None, **how):
    body = body if isinstance(body, bytes | str) else json.dumps(body)
    headers = {} if secret is None else {"X-Nitro-Secret": secret}
    return client.post(address(key), body, content_type="application/json", headers=headers, **how)


def work():
    return list(WorkItem.objects.filter(status="pending").values_list("kind", flat=True))


def test_it_does_not_exist_without_a_configured_secret(client, settings, request_row):
    settings.PLUGNOTAS_WEBHOOK_SECRET = ""

    for given in (None, "", SECRET):
        assert tell(client, {"id": "abc123"}, secret=given).status_code == 404
    assert work() == []


def test_it_does_not_exist_at_another_address(client, request_row):
    assert tell(client, {"id": "abc123"}, key="exemplo").status_code == 404
    assert work() == []
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("given", [None, "", "outro", SECRET + "x", SECRET.upper(), "ção"])
def test_without_the_secret_nothing_is_done(client, request_row, given):
    given = given if given is None else given.encode().decode("latin-1")

    assert tell(client, {"id": "abc123"}, secret=given).status_code == 404
    assert work() == []


def test_only_a_post_is_taken_and_no_cookie_is_needed(request_row):
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})

    assert client.get(address()).status_code == 405
    assert tell(client, {"id": "abc123"}).status_code == 200
    assert not client.cookies


@pytest.mark.parametrize("named", ["id", "idIntegracao", "both"])
def test_a_note_is_found_by_either_id_and_asked_about(client, request_row, named):
    ids = {"id": "abc123", "idIntegracao": request_row.integration_id}

    assert tell(client, ids if named == "both" else {named: ids[named]}).status_code == 200

    item = WorkItem.objects.get()
    assert (item.kind, item.payload) == (kinds.ASK, {"request_id": request_row.pk})


def test_what_it_says_is_never_believed(client, request_row):
    tell(client, {"id": "abc123", "situacao": "CANCELADO", "numeroNfse": "99", "prestador": "11222333000181"})

    request_row.refresh_from_db()
    assert request_row.state == State.ACCEPTED
    assert work() == [kinds.ASK]


@pytest.mark.parametrize(
    "body",
    [
        {"id": "unknown", "idIntegracao": "nitro-unknown"},
        {"id": ["abc123"]},
        {"id": {"$ne": ""}},
        {"id": "x" * 10_000},
        {"id": "abc\u0000123"},
        {"id": None},
        {},
        [],
        "texto",
        b"\xff\xfe",
        b"",
        b"[" * 100_000,
    ],
    ids=str,
)
def test_an_unknown_note_and_nonsense_are_answered_and_change_nothing(client, request_row, body):
    assert tell(client, body).status_code == 200
    assert work() == []


def test_a_body_above_one_megabyte_is_refused(client, request_row):
    assert tell(client, json.dumps({"id": "abc123", "x": "x" * MEGABYTE})).status_code == 413
    assert work() == []


def test_again_is_one_question(client, request_row):
    for _ in range(5):
        assert tell(client, {"id": "abc123"}).status_code == 200

    assert work() == [kinds.ASK]


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (State.QUEUED, None),
        (State.SENDING, None),
        (State.ACCEPTED, kinds.ASK),
        (State.IN_DOUBT, kinds.ASK),
        (State.ISSUED, kinds.READ),
        (State.IN_ANALYSIS, kinds.READ),
        (State.CANCELING, kinds.CANCEL),
        (State.CANCELED, None),
        (State.REJECTED, None),
        (State.WITHDRAWN, None),
    ],
)
def test_what_is_asked_depends_on_where_the_request_is(request_row, state, kind):
    change(request_row, state=state)

    with transaction.atomic():
        heard = hear_of_note(integration_id=request_row.integration_id, provider_id="")

    assert heard is (kind is not None)
    assert work() == ([kind] if kind else [])


def test_a_note_of_the_national_gateway_is_not_plugnotas_business(request_row):
    national = request_row
    national.pk, national.gateway, national.dps_id, national.number = None, "national", "DPS1", 2
    national.form_key, national.integration_id = uuid.uuid4(), "nitro-national"
    national.save()

    with transaction.atomic():
        assert not hear_of_note(integration_id="nitro-national", provider_id="")


# --- Over real sockets: the sandbox calls our server ------------------------------------------------
@pytest.fixture
def shop(sandbox, live_server, settings):
    settings.SITE_URL = live_server.url
    settings.NFSE_WAIT_SCALE = 100  # without a webhook the first question comes after eight minutes
    shop = make_shop(make_office(), sandbox, "plugnotas")
    Company.objects.update(plugnotas_state=SetupState.PENDING)
    assert set_up_company(company_id=shop.company.pk) == SetupState.SENT
    return shop


def work_until(request, state):
    """Work without letting time pass: only a webhook moves what waits."""
    deadline = time.monotonic() + 20
    while request.state != state and time.monotonic() < deadline:
        run_due()
        request.refresh_from_db()
        time.sleep(0.05)
    return request


def deliveries(shop, status=200):
    return [sent for sent in shop.sandbox.plugnotas()["webhooks"] if sent["status"] == status]


def test_the_set_up_registers_the_webhook_once(shop):
    Company.objects.update(plugnotas_state=SetupState.PENDING)
    set_up_company(company_id=shop.company.pk)

    calls = [call for call in shop.sandbox.calls("plugnotas") if call["path"].endswith("/webhook")]
    assert [call["method"] for call in calls] == ["GET", "POST", "GET"]


@pytest.mark.parametrize("webhooks", ["once", "twice", "reversed"])
def test_a_note_is_issued_by_its_webhook(shop, webhooks):
    shop.sandbox.set_plan(polls=1, seconds=0.3, cancel_seconds=0.05, webhooks=webhooks)

    request = work_until(shop.confirm(), State.ISSUED)

    assert request.state == State.ISSUED
    assert deliveries(shop)
    assert events_of(request) == ["confirmed", "attempt", "accepted", "issued"]
    assert shop.count() == 1


def test_a_city_that_cancels_is_heard_and_the_note_read_again(shop):
    request = work_until(shop.confirm(), State.ISSUED)
    shop.sandbox.change_plugnotas_note(request.reference["provider_id"], "CANCELADO")

    request = work_until(request, State.CANCELED)

    assert events_of(request)[-1] == "canceled_by_city"


def test_even_the_gateway_is_not_believed_what_it_tells(shop, live_server):
    request = work_until(shop.confirm(), State.ISSUED)
    message = {"id": request.reference["provider_id"], "situacao": "CANCELADO"}

    answer = httpx.post(live_server.url + address(), json=message, headers={"X-Nitro-Secret": SECRET})

    assert answer.status_code == 200
    assert work_off(request, turns=3, until=lambda _state: False).state == State.ISSUED


def test_without_a_secret_no_webhook_is_registered(sandbox, settings):
    settings.PLUGNOTAS_WEBHOOK_SECRET = ""
    shop = make_shop(make_office(), sandbox, "plugnotas")
    Company.objects.update(plugnotas_state=SetupState.PENDING)

    assert set_up_company(company_id=shop.company.pk) == SetupState.SENT
    assert not [call for call in sandbox.calls("plugnotas") if call["path"].endswith("/webhook")]


def test_a_refused_webhook_stops_no_company(sandbox):
    shop = make_shop(make_office(), sandbox, "plugnotas")
    Company.objects.update(plugnotas_state=SetupState.PENDING)
    sandbox.fail("plugnotas", "status", path="*/webhook", status=400)

    assert set_up_company(company_id=shop.company.pk) == SetupState.SENT
