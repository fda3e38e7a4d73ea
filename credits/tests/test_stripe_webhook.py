"""Deliveries of Stripe, from the sandbox's signed request to the ledger (C9, R13, R14, R16)."""

import json
import random
import time

import pytest
import stripe
from django.conf import settings
from django.urls import reverse

from accounts.tests.factories import make_buyer
from core.http import close_providers
from credits.models import LedgerEntry
from credits.selectors import get_balance
from credits.services.checking import check_ledger
from credits.services.stripe_events import HANDLE_EVENT
from credits.tests.orders import open_order, stripe_url
from credits.tests.threads import run_together
from inbox.models import Delivery
from queue_worker.models import WorkItem
from queue_worker.services import reap
from queue_worker.tests.processes import open_house, wait_until
from queue_worker.tests.support import claim_one, expire_leases, make_due, run_due, until

pytestmark = pytest.mark.django_db(transaction=True)
URL = reverse("inbox:receive", args=["stripe"])


@pytest.fixture
def buyer(db):
    return make_buyer()


@pytest.fixture
def account(buyer):
    return buyer[1]


@pytest.fixture
def stripe_account(sandbox, live_server):
    """The sandbox's Stripe, which delivers to the running product."""
    sandbox.deliver_stripe_to(stripe_url(live_server), settings.STRIPE_WEBHOOK_SECRET)
    return sandbox


@pytest.fixture
def order(buyer, stripe_account):
    return open_order(buyer)


def wait_for_deliveries(count):
    for _ in until(lambda: Delivery.objects.count() >= count):
        time.sleep(0.05)
    assert Delivery.objects.count() >= count


def event_of(order, kind="checkout.session.completed", **changes):
    about = {"id": order.session_id, "object": "checkout.session", "payment_intent": None}
    return {
        "id": "evt_1",
        "object": "event",
        "type": kind,
        "livemode": False,
        "data": {"object": about},
        **changes,
    }


def deliver(client, event, *, age=0, secret=None, header=None):
    body = json.dumps(event)
    secret = secret or settings.STRIPE_WEBHOOK_SECRET
    signed = stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time()) - age)
    headers = {"Stripe-Signature": signed if header is None else header}
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_a_payment_is_told_and_granted(order, account, stripe_account):
    stripe_account.checkout(order.session_id, "pay", method="card")
    wait_for_deliveries(1)
    run_due()

    order.refresh_from_db()
    assert (order.state, get_balance(account.pk)) == ("paid", 500)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.result) == ("processed", {"order": order.pk, "state": "paid"})


def test_a_payment_told_20_times_by_8_threads_out_of_order_grants_once(order, account, stripe_account):
    """A boleto: completed, then succeeded; events held, repeated, shuffled; a worker dies holding one."""
    stripe_account.set_stripe(webhooks="held")
    stripe_account.checkout(order.session_id, "pay", method="boleto")
    stripe_account.checkout(order.session_id, "settle")
    assert stripe_account.release_stripe_events(copies=10, order="shuffled", seed=7) == 20
    wait_for_deliveries(2)
    for _ in until(lambda: len(stripe_account.stripe()["sent"]) >= 20):
        time.sleep(0.05)

    claim_one()  # by a worker that is killed at once
    run_together([run_due] * 8)
    expire_leases()
    reap()
    make_due()
    run_together([run_due] * 8)

    assert LedgerEntry.objects.count() == 1
    assert get_balance(account.pk) == 500
    assert set(Delivery.objects.values_list("state", flat=True)) == {"processed"}
    assert check_ledger().differences == 0


@pytest.mark.processes
def test_a_worker_killed_while_it_asks_stripe_leaves_one_grant(
    order, account, stripe_account, tmp_path, transactional_db
):
    """Real workers, a boleto told 20 times out of order; the first dies holding the work, another ends it."""
    with open_house(tmp_path) as house:
        first = house.start_worker("first", "io", 8, **stripe_account.settings)
        house.start_beat()
        stripe_account.set_stripe(webhooks="held")
        stripe_account.checkout(order.session_id, "pay", method="boleto")
        stripe_account.checkout(order.session_id, "settle")
        stripe_account.fail("stripe", "late", seconds=20, count=2)
        stripe_account.release_stripe_events(copies=10, order="shuffled", seed=7)
        house.ring()
        held = WorkItem.objects.filter(kind=HANDLE_EVENT, status="processing", worker="first@test")
        wait_until(held.exists)
        first.kill()
        stripe_account.heal()
        assert held.exists()
        expire_leases()
        house.start_worker("second", "io", 8, **stripe_account.settings)
        house.ring()
        wait_until(lambda: not Delivery.objects.exclude(state="processed").exists())

    assert LedgerEntry.objects.filter(kind="purchase").count() == 1
    assert get_balance(account.pk) == 500
    assert check_ledger().differences == 0


def test_refund_and_dispute_reach_the_ledger(order, account, stripe_account):
    stripe_account.checkout(order.session_id, "pay", method="card")
    wait_for_deliveries(1)
    run_due()
    order.refresh_from_db()
    stripe_account.payment(order.payment_intent_id, "refund", cents=3_000)
    wait_for_deliveries(3)
    run_due()
    refunded = get_balance(account.pk)
    stripe_account.payment(order.payment_intent_id, "dispute", cents=12_000)
    wait_for_deliveries(5)
    run_due()

    order.refresh_from_db()
    assert (refunded, get_balance(account.pk), order.state) == (400, 0, "disputed")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"processed"}


def test_a_refund_of_an_order_whose_payment_was_never_told_settles_both(order, account, stripe_account):
    stripe_account.set_stripe(webhooks="never")
    stripe_account.checkout(order.session_id, "pay", method="card")
    intent = stripe_account.stripe()["intents"][0]["id"]
    stripe_account.set_stripe(webhooks="once")
    stripe_account.payment(intent, "refund", cents=3_000)
    wait_for_deliveries(2)
    run_due()

    assert get_balance(account.pk) == 400


@pytest.mark.parametrize(
    "wrong",
    [{"secret": "whsec_other"}, {"age": 301}, {"age": -3600}, {"header": ""}, {"header": "t=now,v1=x"}],
    ids=["secret", "old", "future", "none", "garbage"],
)
def test_what_is_not_signed_now_by_stripe_is_not_stored(client, order, wrong):
    assert deliver(client, event_of(order), **wrong).status_code == 400
    assert Delivery.objects.count() == 0


def test_a_signature_of_five_minutes_is_good(client, order):
    assert deliver(client, event_of(order), age=290).status_code == 200


def test_a_body_with_another_ones_signature_is_refused(client, order):
    body = json.dumps(event_of(order))
    header = stripe.WebhookSignature.generate_signature_header(body, settings.STRIPE_WEBHOOK_SECRET)

    assert deliver(client, event_of(order, id="evt_2"), header=header).status_code == 400


def test_without_a_secret_there_is_no_webhook(client, order, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""

    assert deliver(client, event_of(order), secret="whsec_any").status_code == 404


def test_an_event_that_lies_grants_nothing(client, order, account):
    """The signed copy says paid; Stripe, asked again, does not."""
    event = event_of(order)
    event["data"]["object"] |= {"payment_status": "paid", "status": "complete"}

    deliver(client, event)
    run_due()

    assert get_balance(account.pk) == 0


def test_events_of_the_other_mode_are_refused(client, order):
    deliver(client, event_of(order, livemode=True))
    run_due()

    assert Delivery.objects.get().state == "refused"


def test_a_payment_of_nobody_is_refused_and_told(client, order):
    event = event_of(order)
    event["data"]["object"]["id"] = "cs_test_unknown"

    deliver(client, event)
    run_due()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("refused", "Nenhum pedido do Nitro tem este pagamento.")


def test_other_events_are_taken_and_change_nothing(client, order):
    deliver(client, event_of(order, "customer.created"))
    run_due()

    assert Delivery.objects.get().state == "processed"


@pytest.mark.parametrize(
    "data", [None, [], {"object": 5}, {"object": {"id": ["x"], "payment_intent": "a/b"}}]
)
def test_shapes_that_nobody_expects_are_refused(client, order, data):
    deliver(client, event_of(order, data=data))
    run_due()

    assert Delivery.objects.get().state == "refused"


def test_stripe_is_away_and_the_event_waits(client, order, account, stripe_account):
    stripe_account.set_stripe(webhooks="never")
    stripe_account.checkout(order.session_id, "pay", method="card")
    stripe_account.fail("stripe", "status", status=503)
    deliver(client, event_of(order))
    run_due()
    waiting = (Delivery.objects.get().state, get_balance(account.pk))

    stripe_account.heal()
    make_due()
    close_providers()  # and with it the breaker that has opened
    run_due()

    assert waiting == ("received", 0)
    assert get_balance(account.pk) == 500


def test_every_permutation_of_the_events_of_one_order_ends_the_same(buyer, account, stripe_account):
    stripe_account.set_stripe(webhooks="held")
    generator = random.Random(20261122)
    for round_number in range(1, 4):
        order = open_order(buyer)
        stripe_account.checkout(order.session_id, "pay", method="card")
        intent = stripe_account.stripe()["sessions"][-1]["payment_intent"]
        stripe_account.payment(intent, "refund", cents=3_000)
        dispute = stripe_account.payment(intent, "dispute", cents=12_000)
        stripe_account.end_dispute(dispute["id"], "won")
        before = Delivery.objects.count()
        stripe_account.release_stripe_events(copies=1, order="shuffled", seed=generator.randrange(10**6))
        wait_for_deliveries(before + 7)
        run_due()

        assert get_balance(account.pk) == 400 * round_number
    assert check_ledger().differences == 0
