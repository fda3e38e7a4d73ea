"""What a payment does to its order and the ledger: once, whatever is told, how often and in which order."""

import itertools
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from structlog.testing import capture_logs

from accounts.tests.factories import make_buyer
from credits.errors import PaymentMismatch
from credits.gateways import stripe as stripe_gateway
from credits.gateways.stripe import StripePayments
from credits.models import LedgerEntry, Order
from credits.selectors import get_balance
from credits.selectors.ledger import get_owed
from credits.services import reconciling
from credits.services.checking import check_ledger
from credits.services.reconciling import CHECK_ORDER, MOVING_QUIET_FOR, ask_about_open_orders, check_order
from credits.services.reversals import LOOKED_BACK, ask_for_reversals
from credits.services.settling import TELL_PAID, settle_order
from credits.signals import purchase_settled
from credits.tests.factories import debit
from credits.tests.failing import answer_lost, kill_at
from credits.tests.orders import open_order
from credits.tests.threads import run_together
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def buyer(db):
    return make_buyer()


@pytest.fixture
def account(buyer):
    return buyer[1]


@pytest.fixture
def order(buyer, sandbox):
    return open_order(buyer)


def paid(order, sandbox, method="card"):
    sandbox.checkout(order.session_id, "pay", method=method)
    return settle(order)


def settle(order):
    check_order(order_id=order.pk)
    order.refresh_from_db()
    return order


def stand(account):
    return get_balance(account.pk), get_owed(account.pk)


def test_nothing_is_granted_before_the_payment(order, account):
    settle(order)

    assert (order.state, get_balance(account.pk)) == ("created", 0)


def test_a_card_payment_grants_once(order, account, sandbox):
    heard = []
    purchase_settled.connect(lambda order_id, **_: heard.append(order_id), weak=False, dispatch_uid="test")
    try:
        paid(order, sandbox)
        settle(order)
    finally:
        purchase_settled.disconnect(dispatch_uid="test")

    assert (order.state, order.method, get_balance(account.pk)) == ("paid", "card", 500)
    assert order.purchase == LedgerEntry.objects.get()
    assert heard == [order.pk]
    assert check_ledger().differences == 0


@pytest.mark.parametrize("method", ["boleto", "pix"])
def test_what_is_paid_later_is_granted_later(order, account, sandbox, method):
    paid(order, sandbox, method)
    waiting = (order.state, order.method, bool(order.voucher_url), get_balance(account.pk))
    sandbox.checkout(order.session_id, "settle")
    settle(order)

    assert waiting == ("awaiting_payment", method, True, 0)
    assert (order.state, order.voucher_url, get_balance(account.pk)) == ("paid", "", 500)


def test_a_boleto_that_is_not_paid_closes_the_order(order, account, sandbox):
    paid(order, sandbox, "boleto")
    sandbox.checkout(order.session_id, "fail")
    settle(order)

    assert (order.state, get_balance(account.pk)) == ("failed", 0)
    assert "Nada foi cobrado" in order.reason


def test_a_page_that_ran_out_closes_the_order(order, account, sandbox):
    sandbox.checkout(order.session_id, "expire")
    settle(order)

    assert (order.state, get_balance(account.pk)) == ("expired", 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_total", 1),
        ("amount_total", 15_001),
        ("currency", "usd"),
        ("livemode", True),
        ("client_reference_id", "999999"),
        ("client_reference_id", None),
        ("metadata", {"order_id": "999999"}),
    ],
)
def test_a_payment_that_is_not_the_orders_grants_nothing(order, account, sandbox, field, value):
    sandbox.checkout(order.session_id, "pay", method="card")
    sandbox.falsify_checkout(
        order.session_id, **{field: value, **({"metadata": {}} if value is None else {})}
    )

    with capture_logs() as logs:
        settle(order)

    assert (order.state, get_balance(account.pk)) == ("created", 0)
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["payment_mismatch"]


def test_somebody_elses_payment_grants_nothing(order, sandbox):
    other = open_order(make_buyer("outra@nitro.example"), credits=500)
    sandbox.checkout(other.session_id, "pay", method="card")
    payment = StripePayments().read_payment(other.session_id)

    with pytest.raises(PaymentMismatch):
        settle_order(order_id=order.pk, payment=payment)

    assert LedgerEntry.objects.count() == 0


def test_an_order_keeps_the_price_that_it_was_made_with(order):
    with pytest.raises(IntegrityError, match="keeps its account, credits, price"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(cents=1)


class TestMoneyThatGoesBack:
    @pytest.fixture
    def order(self, buyer, sandbox):
        return paid(open_order(buyer), sandbox)

    def test_a_partial_refund_takes_its_share_and_the_rest_follows(self, order, account, sandbox):
        sandbox.payment(order.payment_intent_id, "refund", cents=5_000)
        settle(order)
        after_first = (order.state, stand(account))
        sandbox.payment(order.payment_intent_id, "refund")
        settle(order)

        assert after_first == ("paid", (334, 0))  # floor(500 × 5,000 ÷ 15,000) = 166
        assert (order.state, stand(account)) == ("refunded", (0, 0))

    def test_a_refund_that_fails_gives_the_credits_again(self, order, account, sandbox):
        sandbox.set_stripe(refunds="pending")
        refund = sandbox.payment(order.payment_intent_id, "refund")
        settle(order)
        taken = stand(account)
        sandbox.end_refund(refund["id"], "failed")
        settle(order)

        assert taken == (0, 0)
        assert (order.state, stand(account)) == ("paid", (500, 0))

    def test_spent_credits_become_owed_and_the_next_purchase_settles_them(
        self, order, buyer, account, sandbox
    ):
        debit(account, 400)
        sandbox.payment(order.payment_intent_id, "dispute")
        settle(order)
        owing = (order.state, stand(account))
        paid(open_order(buyer, 1_000), sandbox)

        assert owing == ("disputed", (0, 400))
        assert stand(account) == (600, 0)
        assert check_ledger().differences == 0

    @pytest.mark.parametrize("end", ["won", "warning_closed", "prevented"])
    def test_a_dispute_that_ends_well_returns_what_it_took(self, order, account, sandbox, end):
        debit(account, 400)
        dispute = sandbox.payment(order.payment_intent_id, "dispute")
        settle(order)
        sandbox.end_dispute(dispute["id"], end)
        settle(order)
        settle(order)

        assert (order.state, stand(account)) == ("paid", (100, 0))

    def test_a_lost_dispute_keeps_them_taken(self, order, account, sandbox):
        dispute = sandbox.payment(order.payment_intent_id, "dispute")
        settle(order)
        sandbox.end_dispute(dispute["id"], "lost")
        settle(order)

        assert (order.state, stand(account)) == ("disputed", (0, 0))

    def test_a_refund_and_a_dispute_together_take_the_purchase_once(self, order, account, sandbox):
        sandbox.payment(order.payment_intent_id, "refund", cents=5_000)
        sandbox.payment(order.payment_intent_id, "dispute", cents=15_000)
        settle(order)

        assert stand(account) == (0, 0)
        assert check_ledger().differences == 0

    def test_a_late_reading_takes_nothing_back(self, order, account, sandbox):
        dispute = sandbox.payment(order.payment_intent_id, "dispute")
        early = StripePayments().read_payment(order.session_id)
        sandbox.end_dispute(dispute["id"], "won")
        settle(order)
        settle_order(order_id=order.pk, payment=early)

        assert stand(account) == (500, 0)


def test_every_order_of_what_was_read_ends_in_the_same_balance(buyer, account, sandbox):
    """Refund before payment, dispute before both: R14."""
    for number, permutation in enumerate(itertools.permutations(range(3))):
        order = open_order(buyer, 500)
        sandbox.checkout(order.session_id, "pay", method="card")
        readings = [StripePayments().read_payment(order.session_id)]
        intent = readings[0].payment_intent_id
        sandbox.payment(intent, "refund", cents=3_000)
        readings.append(StripePayments().read_payment(order.session_id))
        sandbox.payment(intent, "refund", cents=6_000)
        readings.append(StripePayments().read_payment(order.session_id))

        for index in permutation:
            settle_order(order_id=order.pk, payment=readings[index])

        assert get_balance(account.pk) == 200 * (number + 1)
    assert check_ledger().differences == 0


@pytest.mark.parametrize(("minutes", "letters"), [(4, 0), (6, 1)])
def test_a_card_payment_that_the_page_no_longer_follows_is_told_by_mail(order, sandbox, minutes, letters):
    sandbox.checkout(order.session_id, "pay", method="card")
    payment = StripePayments().read_payment(order.session_id)

    settle_order(order_id=order.pk, payment=payment, now=order.created_at + timedelta(minutes=minutes))

    assert WorkItem.objects.filter(kind=TELL_PAID).count() == letters


def test_many_at_once_grant_once(order, account, sandbox):
    sandbox.checkout(order.session_id, "pay", method="card")

    run_together([lambda: check_order(order_id=order.pk)] * 8)

    assert get_balance(account.pk) == 500
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_statement_of_the_grant_and_repeated(order, account, sandbox, after):
    sandbox.checkout(order.session_id, "pay", method="card")
    payment = StripePayments().read_payment(order.session_id)
    survived = 0

    while kill_at(lambda: settle_order(order_id=order.pk, payment=payment), survived + 1, after=after):
        assert (get_balance(account.pk), LedgerEntry.objects.count()) == (0, 0)
        survived += 1

    assert survived >= 5
    assert (get_balance(account.pk), LedgerEntry.objects.count()) == (500, 1)


def test_the_answer_of_the_grant_is_lost(order, account, sandbox):
    sandbox.checkout(order.session_id, "pay", method="card")
    with answer_lost(), pytest.raises(ConnectionError):
        check_order(order_id=order.pk)
    settle(order)

    assert (order.state, get_balance(account.pk)) == ("paid", 500)


def test_a_lost_webhook_is_made_up_for(order, account, sandbox):
    sandbox.checkout(order.session_id, "pay", method="card")
    assert ask_about_open_orders() == 0  # too early: the webhook may still come
    Order.objects.update(created_at="2026-01-01T00:00Z")

    assert ask_about_open_orders() == 1
    run_due()

    assert get_balance(account.pk) == 500
    assert ask_about_open_orders() == 0


@pytest.mark.parametrize("what", ["refund", "dispute"])
def test_the_lost_end_of_a_refund_or_a_dispute_is_made_up_for(order, account, sandbox, what):
    paid(order, sandbox)
    sandbox.set_stripe(refunds="pending")
    started = sandbox.payment(order.payment_intent_id, what)
    settle(order)
    end = {"refund": sandbox.end_refund, "dispute": sandbox.end_dispute}[what]
    end(started["id"], {"refund": "failed", "dispute": "won"}[what])
    later = order.checked_at + MOVING_QUIET_FOR + timedelta(minutes=1)

    assert ask_about_open_orders(now=order.checked_at + timedelta(hours=1)) == 0
    assert ask_about_open_orders(now=later) == 1
    run_due()

    assert get_balance(account.pk) == 500
    assert ask_about_open_orders(now=later + MOVING_QUIET_FOR) == 0


def test_orders_that_stripe_does_not_know_do_not_bar_the_others(order, buyer, sandbox, monkeypatch):
    """Those of an account of Stripe that is no longer used, for example."""
    monkeypatch.setattr(reconciling, "BATCH", 1)
    other = open_order(buyer)
    Order.objects.filter(pk=order.pk).update(session_id="cs_test_unknown")
    later = other.created_at + timedelta(hours=1)

    for _ in range(2):
        ask_about_open_orders(now=later)
        run_due()

    other.refresh_from_db()
    assert other.checked_at is not None


# --- Refunds and disputes of which nobody told ----------------------------------------------------------
def look(now=None):
    """What beat asks for once a day, and all the work that follows."""
    ask_for_reversals(now=now)
    run_due()


@pytest.mark.parametrize("what", ["refund", "dispute"])
def test_a_refund_or_a_dispute_whose_webhooks_were_all_lost_is_found(order, account, sandbox, what):
    paid(order, sandbox)
    sandbox.payment(order.payment_intent_id, what)
    assert ask_about_open_orders(now=order.checked_at + timedelta(days=9)) == 0

    look()
    assert get_balance(account.pk) == 0
    assert check_ledger().differences == 0

    entries = LedgerEntry.objects.count()
    for _ in range(2):
        look()
    assert LedgerEntry.objects.count() == entries
    assert not WorkItem.objects.filter(kind=CHECK_ORDER, status="pending").exists()


def test_what_is_kept_already_has_nobody_asked(order, sandbox):
    paid(order, sandbox)
    sandbox.payment(order.payment_intent_id, "refund", cents=order.cents // 2)
    sandbox.payment(order.payment_intent_id, "dispute")
    settle(order)
    checks = WorkItem.objects.filter(kind=CHECK_ORDER)
    before = checks.count()

    look()

    assert checks.count() == before


def test_a_refund_that_died_unheard_gives_the_credits_back(order, account, sandbox):
    paid(order, sandbox)
    sandbox.set_stripe(refunds="pending")
    started = sandbox.payment(order.payment_intent_id, "refund")
    settle(order)
    sandbox.end_refund(started["id"], "failed")

    look()

    assert get_balance(account.pk) == 500


def test_only_what_was_made_in_the_window_is_read(order, account, sandbox):
    paid(order, sandbox)
    sandbox.payment(order.payment_intent_id, "refund")

    look(now=timezone.now() + LOOKED_BACK + timedelta(minutes=5))
    assert get_balance(account.pk) == 500
    look()
    assert get_balance(account.pk) == 0


def test_lists_of_many_pages_are_read_whole(order, account, sandbox, monkeypatch):
    monkeypatch.setattr(stripe_gateway, "LISTED", 2)
    paid(order, sandbox)
    for cents in (100, 200, 300, 400, 500):
        sandbox.payment(order.payment_intent_id, "refund", cents=cents)
    pages = list(StripePayments().list_reversals(timezone.now() - timedelta(days=1)))

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert len({each.id for page in pages for each in page}) == 5


def test_money_of_others_on_the_same_account_is_left_alone(order, account, sandbox):
    paid(order, sandbox)
    sandbox.payment(order.payment_intent_id, "refund")
    Order.objects.filter(pk=order.pk).update(payment_intent_id="pi_of_another_system")

    look()

    assert get_balance(account.pk) == 500


def test_stripe_away_asks_again_later(order, account, sandbox):
    paid(order, sandbox)
    sandbox.payment(order.payment_intent_id, "refund")
    sandbox.fail("stripe", status=503)
    look()
    sandbox.heal()
    assert get_balance(account.pk) == 500

    WorkItem.objects.filter(status="pending").update(run_after=timezone.now())
    run_due()
    assert get_balance(account.pk) == 0
