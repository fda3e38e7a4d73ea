"""Stripe with a memory, over HTTP as any client would ask (contracts/leads/stripe.md)."""

import hashlib
import hmac
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

SECRET = "whsec_test"


EXPIRES_AT = str(int(time.time()) + 12 * 3600)  # once: the same request has the same second in it


def fields(**changes):
    return {
        "mode": "payment",
        "client_reference_id": "7",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "brl",
        "line_items[0][price_data][unit_amount]": "15000",
        "line_items[0][price_data][product_data][name]": "500 créditos",
        "allowed_payment_method_types[0]": "card",
        "allowed_payment_method_types[1]": "boleto",
        "expires_at": EXPIRES_AT,
        "success_url": "http://127.0.0.1/voltou",
        "cancel_url": "http://127.0.0.1/desistiu",
        **changes,
    }


@pytest.fixture
def stripe(sandbox):
    with httpx.Client(
        base_url=sandbox.stripe_url, headers={"Authorization": "Bearer sk_test_sandbox"}, timeout=10
    ) as client:
        yield client


def create(stripe, key="k", **changes):
    return stripe.post("/v1/checkout/sessions", data=fields(**changes), headers={"Idempotency-Key": key})


class Hook:
    """A place that webhooks come to; it answers each with the next of its statuses, then 200."""

    def __init__(self, *statuses):
        self.got, waiting = [], list(statuses)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler):  # noqa: N805
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                self.got.append((handler.headers["Stripe-Signature"], body))
                handler.send_response(waiting.pop(0) if waiting else 200)
                handler.end_headers()

            def log_message(handler, *_arguments):  # noqa: N805
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def wait_for(self, count):
        deadline = time.monotonic() + 15
        while len(self.got) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.got


@pytest.fixture
def hook(sandbox):
    hooks = []

    def make(*statuses):
        made = Hook(*statuses)
        hooks.append(made)
        sandbox.deliver_stripe_to(made.url, SECRET)
        return made

    yield make
    for each in hooks:
        each.server.shutdown()
        each.server.server_close()


def test_it_asks_for_the_key(stripe):
    answer = stripe.get("/v1/refunds", headers={"Authorization": "Bearer sk_live_other"})

    assert answer.status_code == 401


def test_a_key_is_one_session_and_other_parameters_are_refused(stripe):
    first, again = create(stripe), create(stripe)
    other = create(stripe, client_reference_id="8")

    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"payment_method_types[0]": "card"}, "payment_method_types"),
        ({"expires_at": str(int(time.time()) + 60)}, "expires_at"),
    ],
)
def test_what_stripe_refuses_is_refused(stripe, changes, param):
    answer = create(stripe, **changes)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_boleto_has_limits(stripe):
    price = "line_items[0][price_data][unit_amount]"

    assert create(stripe, "a", **{price: "499"}).json()["payment_method_types"] == ["card"]
    assert create(stripe, "b", **{price: "500"}).json()["payment_method_types"] == ["card", "boleto"]


def test_a_person_clicks_through_the_checkout(stripe):
    session = create(stripe).json()

    page = httpx.get(session["url"])
    declined = httpx.post(session["url"], data={"acao": "recusado"})
    paid = httpx.post(session["url"], data={"acao": "card"})

    assert "R$ 150,00" in page.text
    assert "recusado" in declined.text
    assert (paid.status_code, paid.headers["Location"]) == (303, "http://127.0.0.1/voltou")
    assert httpx.get(session["url"]).status_code == 404


def test_events_are_signed_and_come_again_until_somebody_answers(stripe, sandbox, hook):
    hooked = hook(500, 503)
    session = create(stripe).json()
    sandbox.checkout(session["id"], "pay", method="card")

    got = hooked.wait_for(3)

    assert len({body for _, body in got}) == 1
    moment, signature = (part.split("=", 1)[1] for part in got[0][0].split(","))
    signed = hmac.new(SECRET.encode(), f"{moment}.".encode() + got[0][1], hashlib.sha256).hexdigest()
    assert signature == signed


def test_held_events_leave_in_the_order_that_is_asked_for(stripe, sandbox, hook):
    hooked = hook()
    sandbox.set_stripe(webhooks="held")
    session = create(stripe).json()
    sandbox.checkout(session["id"], "pay", method="boleto")
    sandbox.checkout(session["id"], "settle")

    assert hooked.got == []
    assert sandbox.release_stripe_events(copies=2, order="shuffled", seed=3) == 4
    assert len(hooked.wait_for(4)) == 4


def test_refunds_count_up_to_what_was_paid(stripe, sandbox):
    session = create(stripe).json()
    intent = sandbox.checkout(session["id"], "pay", method="card")["payment_intent"]

    first = stripe.post("/v1/refunds", data={"payment_intent": intent, "amount": "10000"})
    second = stripe.post("/v1/refunds", data={"payment_intent": intent, "amount": "5001"})

    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json()["error"]["code"] == "amount_too_large"


def test_a_page_runs_out(stripe, sandbox):
    session = create(stripe).json()
    sandbox.set_clock(12 * 3600 + 1)

    assert stripe.get(f"/v1/checkout/sessions/{session['id']}").json()["status"] == "expired"
