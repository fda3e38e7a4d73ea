"""Stripe's gateway against the sandbox: the official SDK, over real HTTP (contracts/leads/stripe.md)."""

import pytest
from django.db import transaction
from django.utils import timezone

from core.errors import ProviderAccountTrouble, Refused, Unavailable
from core.http import CalledInsideTransaction
from credits.gateways.payments import CheckoutRequest
from credits.gateways.stripe import MethodRefused, NothingToRefund, StripePayments
from credits.services.orders import PAYABLE_FOR

pytestmark = pytest.mark.usefixtures("sandbox")


def request_for(order_id=7, **changes):
    fields = {
        "order_id": order_id,
        "credits": 500,
        "cents": 15_000,
        "currency": "brl",
        "email": "dona@nitro.example",
        "methods": ("card", "boleto", "pix"),
        "deadline": timezone.now().replace(microsecond=0) + PAYABLE_FOR,
        "success_url": "https://nitro.example/creditos/pedidos/7/",
        "cancel_url": "https://nitro.example/creditos/?pedido=7",
    }
    return CheckoutRequest(**fields | changes)


@pytest.fixture
def payments(sandbox):
    return StripePayments()


def test_a_checkout_is_made_once_for_an_order(payments, sandbox):
    request = request_for()

    first, second = payments.open_checkout(request), payments.open_checkout(request)

    assert first == second
    assert first.methods == ("card", "boleto", "pix")
    assert len(sandbox.stripe()["sessions"]) == 1


def test_an_answer_that_is_lost_does_not_make_a_second_checkout(payments, sandbox):
    sandbox.fail("stripe", "drop", path="/v1/checkout/sessions", count=1)

    checkout = payments.open_checkout(request_for())

    assert [each["id"] for each in sandbox.stripe()["sessions"]] == [checkout.session_id]


def test_a_key_with_other_content_is_refused(payments):
    payments.open_checkout(request_for())

    with pytest.raises(Refused) as refused:
        payments.open_checkout(request_for(cents=1))

    assert refused.value.code == "idempotency_error"


def test_methods_that_the_account_lacks_are_left_out(payments, sandbox):
    sandbox.set_stripe(methods="card boleto")

    assert payments.open_checkout(request_for()).methods == ("card", "boleto")


def test_a_method_that_is_refused_is_told_apart(payments, sandbox):
    sandbox.set_stripe(methods="card", strict_methods=True)

    with pytest.raises(MethodRefused):
        payments.open_checkout(request_for())


def test_a_card_payment_is_read(payments, sandbox):
    checkout = payments.open_checkout(request_for())
    sandbox.checkout(checkout.session_id, "pay", method="card")

    payment = payments.read_payment(checkout.session_id)

    assert (payment.is_paid, payment.cents, payment.currency) == (True, 15_000, "brl")
    assert (payment.method, payment.order_ids, payment.is_live) == ("card", ("7",), False)
    assert payments.find_session_id(payment.payment_intent_id) == checkout.session_id


def test_a_boleto_is_complete_and_not_paid(payments, sandbox):
    checkout = payments.open_checkout(request_for())
    sandbox.checkout(checkout.session_id, "pay", method="boleto")

    payment = payments.read_payment(checkout.session_id)

    assert (payment.status, payment.is_paid, payment.method) == ("complete", False, "boleto")
    assert payment.voucher_url.startswith(sandbox.url)
    assert payment.pay_until > timezone.now()


@pytest.mark.parametrize("method", ["boleto", "pix"])
def test_what_waits_to_be_paid_is_told_by_its_voucher(payments, sandbox, method):
    """The payment's own types may go on naming every method of the page."""
    checkout = payments.open_checkout(request_for())
    sandbox.checkout(checkout.session_id, "pay", method=method)

    assert sandbox.stripe()["intents"][0]["payment_method_types"] == ["card", "boleto", "pix"]
    assert payments.read_payment(checkout.session_id).method == method


def test_pix_expires_after_an_hour(payments, sandbox):
    checkout = payments.open_checkout(request_for())
    sandbox.checkout(checkout.session_id, "pay", method="pix")

    left = payments.read_payment(checkout.session_id).pay_until - timezone.now()

    assert 3500 < left.total_seconds() <= 3600


def test_refunds_and_disputes_are_read(payments, sandbox):
    checkout = payments.open_checkout(request_for())
    sandbox.checkout(checkout.session_id, "pay", method="card")
    intent = payments.read_payment(checkout.session_id).payment_intent_id
    refund = payments.refund(payment_intent_id=intent, cents=5_000, key="refund-1")
    sandbox.payment(intent, "dispute", cents=10_000)

    payment = payments.read_payment(checkout.session_id)

    assert payments.refund(payment_intent_id=intent, cents=5_000, key="refund-1") == refund
    assert [(each.cents, each.status) for each in payment.refunds] == [(5_000, "succeeded")]
    assert [(each.cents, each.status) for each in payment.disputes] == [(10_000, "needs_response")]


def test_a_boleto_is_not_refunded(payments, sandbox):
    checkout = payments.open_checkout(request_for())
    sandbox.checkout(checkout.session_id, "pay", method="boleto")
    sandbox.checkout(checkout.session_id, "settle")
    intent = payments.read_payment(checkout.session_id).payment_intent_id

    with pytest.raises(NothingToRefund):
        payments.refund(payment_intent_id=intent, cents=1, key="refund-1")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 500}, Unavailable),
        ({"kind": "status", "status": 429}, Unavailable),
        ({"kind": "status", "status": 409}, Unavailable),
        ({"kind": "drop_before"}, Unavailable),
        ({"kind": "html"}, Unavailable),
        ({"kind": "status", "status": 401}, ProviderAccountTrouble),
        ({"kind": "reject", "code": "parameter_invalid_integer"}, Refused),
    ],
    ids=lambda value: value.get("status") or value["kind"] if isinstance(value, dict) else value.__name__,
)
def test_each_way_of_failing_is_one_of_three_answers(payments, sandbox, fault, error):
    sandbox.fail("stripe", **fault)

    with pytest.raises(error):
        payments.open_checkout(request_for())


def test_an_unknown_checkout_is_missing(payments):
    with pytest.raises(Refused) as refused:
        payments.read_payment("cs_test_none")

    assert refused.value.code == "resource_missing"


@pytest.mark.django_db(transaction=True)
def test_stripe_is_not_called_inside_a_transaction(payments):
    with pytest.raises(CalledInsideTransaction), transaction.atomic():
        payments.read_payment("cs_test_none")


def test_a_conflict_is_tried_again_by_the_sdk(payments, sandbox):
    sandbox.fail("stripe", "status", status=409, count=1)

    payments.open_checkout(request_for())

    assert len(sandbox.calls("stripe")) == 2
