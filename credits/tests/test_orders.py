"""Orders, from the choice to the page on which they are paid (C6, C7, R9, R13)."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_buyer, make_operator
from core.errors import FormKeyReused
from credits.errors import (
    BadCatalog,
    NotForSale,
    PaymentNotRefundable,
    PriceChanged,
    TooManyOpenOrders,
    UnknownOrder,
)
from credits.gateways.stripe import StripePayments
from credits.models import Catalog, Order, PaymentRefund
from credits.pricing import Point
from credits.selectors import get_balance
from credits.selectors.catalog import get_price_list
from credits.services import orders
from credits.services.catalog import FIRST_PRICES, NewPackage, Prices, change_catalog
from credits.services.orders import Choice, claim_opening, open_checkout, place_order
from credits.services.reconciling import check_order
from credits.services.refunding import request_refund
from credits.tests.orders import choose, open_order, place
from credits.tests.threads import run_together
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, run_due

# Every price of the specification is pinned here, and nowhere else (R10, C6).
PACKAGES = {250: 9_000, 500: 15_000, 1_000: 28_000, 5_000: 130_000}
CHECK_VALUES = {
    10: 500,
    50: 2_384,
    100: 4_475,
    250: 9_000,
    750: 21_750,
    2_500: 68_125,
    50_000: 1_300_000,
}


@pytest.fixture
def buyer(db):
    return make_buyer()


@pytest.fixture
def account(buyer):
    return buyer[1]


class TestPrices:
    def test_the_packages_cost_what_the_specification_says(self, db):
        offers = get_price_list().offers

        assert {offer.credits: offer.cents for offer in offers} == PACKAGES
        assert [offer.credits for offer in offers if offer.is_featured] == [500]

    def test_any_quantity_costs_what_the_specification_says(self, db):
        prices = get_price_list()

        assert {credits: prices.quote(credits).cents for credits in CHECK_VALUES} == CHECK_VALUES

    def test_no_credit_is_ever_cheaper_than_the_last_point(self, db):
        prices = get_price_list()

        for credits in range(10, 6_000):
            assert prices.quote(credits).unit_price >= Decimal("0.26")

    @pytest.mark.parametrize("credits", [9, 50_001, 0])
    def test_quantities_outside_the_limits_are_not_sold(self, db, credits):
        with pytest.raises(NotForSale):
            get_price_list().quote(credits)

    def test_a_change_is_a_new_version_and_the_old_one_stays(self, operator):
        change_catalog(
            prices=Prices([NewPackage(100, 5_000)], [Point(10, Decimal("0.6"))], 10, 1_000),
            actor_id=operator.pk,
        )

        assert [offer.credits for offer in get_price_list().offers] == [100]
        assert get_price_list().version == 2
        assert Catalog.objects.get(version=1).packages.count() == 4

    @pytest.mark.parametrize(
        "change",
        [
            {"packages": []},
            {"packages": [NewPackage(5, 100), NewPackage(5, 200)]},
            {"packages": [NewPackage(5, 100, is_featured=True), NewPackage(6, 200, is_featured=True)]},
            {"points": [Point(10, Decimal("0.3")), Point(20, Decimal("0.4"))]},
            {"points": [Point(10, Decimal("0"))]},
            {"least_credits": 60_000},
            {"packages": [NewPackage(5, 0)]},
            {"packages": [NewPackage(5, 100_000_000)]},
            {"points": [Point(10, Decimal("0.0001"))]},
            {"most_credits": 999_999_999},
        ],
    )
    def test_prices_that_contradict_each_other_are_refused(self, operator, change):
        fields = {**FIRST_PRICES.__dict__, **change}

        with pytest.raises(BadCatalog):
            change_catalog(prices=Prices(**fields), actor_id=operator.pk)

    @pytest.mark.parametrize("table", ["catalog", "packages", "points"])
    def test_written_prices_never_change(self, db, table):
        catalog = Catalog.objects.get()
        rows = Catalog.objects if table == "catalog" else getattr(catalog, table)

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.all()._raw_delete("default")


class TestPlacing:
    def test_the_price_is_the_servers_and_stays_on_the_order(self, buyer, operator):
        order = place(buyer, 750)

        change_catalog(
            prices=Prices([NewPackage(1, 1)], [Point(1, Decimal("0.01"))], 1, 1_000), actor_id=operator.pk
        )
        order.refresh_from_db()

        assert (order.credits, order.cents, order.state) == (750, 21_750, "created")
        assert WorkItem.objects.get().kind == orders.OPEN_CHECKOUT

    def test_a_package_has_a_price_of_its_own(self, buyer):
        user, account = buyer
        prices = get_price_list()
        choice = Choice(package_id=prices.offers[1].id, credits=None, catalog_id=prices.id)

        order = place_order(account_id=account.pk, user_id=user.pk, choice=choice, form_key=uuid4())

        assert (order.credits, order.cents) == (500, 15_000)

    def test_a_price_that_changed_meanwhile_is_shown_again(self, buyer, operator):
        user, account = buyer
        choice = choose(500)
        change_catalog(prices=FIRST_PRICES, actor_id=operator.pk)

        with pytest.raises(PriceChanged):
            place_order(account_id=account.pk, user_id=user.pk, choice=choice, form_key=uuid4())

        assert Order.objects.count() == 0

    def test_a_double_click_is_one_order(self, buyer):
        user, account = buyer
        arguments = {
            "account_id": account.pk,
            "user_id": user.pk,
            "choice": choose(),
            "form_key": uuid4(),
        }

        assert place_order(**arguments) == place_order(**arguments)

    def test_another_choice_on_a_page_shown_again_is_another_order(self, buyer):
        """The browser's "back" brings the form with its key, and the buyer wants 500 rather than 250."""
        user, account = buyer
        key = uuid4()

        first, second = (
            place_order(account_id=account.pk, user_id=user.pk, choice=choose(credits), form_key=key)
            for credits in (250, 500)
        )

        assert (first.credits, second.credits) == (250, 500)

    @pytest.mark.django_db(transaction=True)
    def test_clicks_at_once_are_one_order(self, buyer):
        user, account = buyer
        choice, key = choose(), uuid4()

        made = run_together(
            [lambda: place_order(account_id=account.pk, user_id=user.pk, choice=choice, form_key=key)] * 8
        )

        assert len({order.pk for order in made}) == 1
        assert WorkItem.objects.count() == 1

    def test_many_unpaid_orders_are_enough(self, buyer, monkeypatch):
        monkeypatch.setattr(orders, "MOST_UNPAID", 2)
        place(buyer)
        place(buyer)

        with pytest.raises(TooManyOpenOrders):
            place(buyer)


class TestCheckout:
    def test_a_page_is_made_and_led_to_once(self, buyer, account, sandbox):
        order = place(buyer)
        before = claim_opening(account_id=account.pk, order_id=order.pk)
        run_due()

        first = claim_opening(account_id=account.pk, order_id=order.pk)

        assert before == ""
        assert first.startswith(sandbox.stripe_url)
        assert claim_opening(account_id=account.pk, order_id=order.pk) == ""

    def test_twice_is_one_page(self, buyer, sandbox):
        order = open_order(buyer)
        Order.objects.update(session_id="", session_url="")  # as if the record of it had been lost

        open_checkout(order_id=order.pk)

        assert [each["id"] for each in sandbox.stripe()["sessions"]] == [order.session_id]
        assert Order.objects.get().session_id == order.session_id

    def test_at_once_is_one_page(self, buyer, sandbox, transactional_db):
        order = place(buyer)

        run_together([lambda: open_checkout(order_id=order.pk)] * 4)

        assert len(sandbox.stripe()["sessions"]) == 1

    def test_stripe_is_away_for_a_while(self, buyer, sandbox):
        sandbox.fail("stripe", "status", status=503, count=3)
        place(buyer)
        run_due()
        waiting = Order.objects.get().state
        make_due()
        run_due()

        assert waiting == "created"
        assert Order.objects.get().session_url

    def test_stripe_is_away_for_good(self, buyer, sandbox):
        sandbox.fail("stripe", "status", status=503)
        place(buyer)
        WorkItem.objects.update(max_attempts=1)
        run_due()

        order = Order.objects.get()
        assert (order.state, order.reason) == ("failed", orders.NO_CHECKOUT)

    def test_a_refused_page_fails_the_order(self, buyer, sandbox):
        sandbox.fail("stripe", "reject", code="amount_too_large")
        place(buyer)
        run_due()

        assert Order.objects.get().state == "failed"

    def test_a_method_that_the_account_lacks_is_dropped(self, buyer, sandbox):
        sandbox.set_stripe(methods="card boleto")

        assert open_order(buyer).methods == ["card", "boleto"]

    def test_a_method_that_is_refused_leaves_the_card(self, buyer, sandbox):
        sandbox.set_stripe(methods="card", strict_methods=True)

        assert open_order(buyer).methods == ["card"]

    def test_an_order_that_waited_too_long_is_not_brought_to_stripe(self, buyer, sandbox):
        order = place(buyer)

        open_checkout(order_id=order.pk, now=timezone.now() + timedelta(minutes=95))

        assert Order.objects.get().state == "failed"
        assert sandbox.calls("stripe") == []

    def test_a_strangers_order_is_unknown(self, buyer, sandbox):
        order = open_order(buyer)
        _, stranger = make_buyer("outra@nitro.example")

        with pytest.raises(UnknownOrder):
            claim_opening(account_id=stranger.pk, order_id=order.pk)


@pytest.mark.django_db(transaction=True)
class TestRefunds:
    @pytest.fixture
    def order(self, buyer, sandbox):
        order = open_order(buyer)
        sandbox.checkout(order.session_id, "pay", method="card")
        check_order(order_id=order.pk)
        order.refresh_from_db()
        return order

    def ask(self, order, operator, cents=15_000, key=None, reason="Pedido do cliente"):
        return request_refund(
            order_id=order.pk, cents=cents, reason=reason, actor_id=operator.pk, form_key=key or uuid4()
        )

    def test_an_operator_gives_a_payment_back_once(self, order, operator, account, sandbox):
        key = uuid4()
        assert self.ask(order, operator, key=key) == self.ask(order, operator, key=key)
        run_due()

        order.refresh_from_db()
        assert (order.state, get_balance(account.pk)) == ("refunded", 0)
        assert len(sandbox.stripe()["refunds"]) == 1
        assert PaymentRefund.objects.get().status == "succeeded"
        assert LogEntry.objects.get().change_message == "devolução de R$ 150,00 pedida: Pedido do cliente"

    def test_an_answer_that_is_lost_is_one_refund(self, order, operator, account, sandbox):
        sandbox.fail("stripe", "drop", path="/v1/refunds", method="POST", count=3)
        self.ask(order, operator, cents=3_000)
        run_due()
        make_due()
        run_due()

        assert [each["amount"] for each in sandbox.stripe()["refunds"]] == [3_000]
        assert get_balance(account.pk) == 400
        assert PaymentRefund.objects.count() == 1

    def test_credits_follow_a_refund_whose_payment_could_not_be_read_at_once(
        self, order, operator, account, sandbox
    ):
        """Sent and answered, then Stripe is away and no webhook comes."""
        sandbox.fail("stripe", "status", status=503, path="/v1/checkout/sessions/*", method="GET", count=3)
        self.ask(order, operator, cents=3_000)
        run_due()
        make_due()
        run_due()

        assert get_balance(account.pk) == 400
        assert len(sandbox.stripe()["refunds"]) == 1

    def test_two_refunds_of_the_same_amount_are_two_whichever_is_told_first(
        self, order, operator, account, sandbox
    ):
        """The second is made, and told by a webhook before the worker records its answer."""
        _first, second = (self.ask(order, operator, cents=3_000) for _ in range(2))
        StripePayments().refund(
            payment_intent_id=order.payment_intent_id, cents=3_000, key=second.request_key
        )
        check_order(order_id=order.pk)
        run_due()

        second.refresh_from_db()
        assert second.refund_id == sandbox.stripe()["refunds"][0]["id"]
        assert [each["amount"] for each in sandbox.stripe()["refunds"]] == [3_000, 3_000]
        assert get_balance(account.pk) == 300

    def test_a_form_that_asked_for_a_refund_does_not_ask_for_another(self, order, operator):
        key = uuid4()
        self.ask(order, operator, cents=3_000, key=key)

        with pytest.raises(FormKeyReused):
            self.ask(order, operator, cents=4_000, key=key)

    def test_a_dispute_that_was_won_before_it_was_read_bars_no_refund(self, order, operator, sandbox):
        dispute = sandbox.payment(order.payment_intent_id, "dispute")
        sandbox.end_dispute(dispute["id"], "won")
        check_order(order_id=order.pk)

        assert self.ask(order, operator).status == "asked"

    def test_more_than_is_left_is_refused(self, order, operator):
        self.ask(order, operator, cents=10_000)

        with pytest.raises(PaymentNotRefundable):
            self.ask(order, operator, cents=5_001)

    def test_a_boleto_is_not_given_back_through_stripe(self, buyer, operator, sandbox):
        order = open_order(buyer)
        sandbox.checkout(order.session_id, "pay", method="boleto")
        sandbox.checkout(order.session_id, "settle")
        check_order(order_id=order.pk)

        with pytest.raises(PaymentNotRefundable):
            self.ask(order, operator, cents=1)

    def test_what_stripe_refuses_takes_nothing(self, order, operator, account, sandbox):
        sandbox.fail("stripe", "reject", path="/v1/refunds", method="POST", code="charge_disputed")
        self.ask(order, operator)
        run_due()

        assert PaymentRefund.objects.get().status == "failed"
        assert get_balance(account.pk) == 500

    def test_the_admin_asks_for_it(self, order, operator, client, sandbox):
        client.force_login(operator)
        url = reverse("admin:credits_order_refund", args=[order.pk])

        page = client.get(url)
        answer = client.post(
            url, {"amount": "30,00", "reason": "Acordo", "form_key": page.context["form"]["form_key"].value()}
        )

        assert answer.status_code == 302
        assert PaymentRefund.objects.get().cents == 3_000
        assert client.get(reverse("admin:credits_order_change", args=[order.pk])).status_code == 200
        assert client.get(reverse("admin:credits_order_changelist")).status_code == 200


@pytest.fixture
def operator(db):
    return make_operator()
