"""Thousands of random purchases, payments, debits, refunds, disputes, crashes: the ledger adds up.

`SIMULATION_SEED=… SIMULATION_OPERATIONS=10000 pytest tests/test_simulated_payments.py -s` (`make
chaos-payments`). The seed is printed; the same seed chooses the same operations.
"""

import os
import random
import time
from contextlib import suppress
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import Account, User
from accounts.tests.factories import make_buyer, make_operator
from core.errors import NitroError
from credits.models import LedgerEntry, Order
from credits.selectors.catalog import get_price_list
from credits.services import Reference, debit_credits, refund_credits
from credits.services.checking import check_ledger
from credits.services.orders import Choice, open_checkout, place_order
from credits.services.reconciling import check_order
from credits.services.refunding import request_refund
from credits.tests.failing import kill_at
from credits.tests.orders import stripe_url
from queue_worker.tests.support import make_due, run_due, until

pytestmark = pytest.mark.django_db(transaction=True)

OPERATIONS = int(os.environ.get("SIMULATION_OPERATIONS", "250"))
SEED = int(os.environ.get("SIMULATION_SEED", "20261130"))
BUYERS = 4
TELL_EVERY = 50


class Simulation:
    """Buyers, their orders, and Stripe; every choice is the generator's."""

    def __init__(self, sandbox, seed: int) -> None:
        self.sandbox = sandbox
        self.random = random.Random(seed)
        self.buyers: list[tuple[User, Account]] = [
            make_buyer(f"pessoa{number}@nitro.example") for number in range(BUYERS)
        ]
        self.operator = make_operator()
        self.orders: list[Order] = []
        self.intents: list[str] = []
        self.disputes: list[str] = []
        self.refunds: list[str] = []
        self.keys = 0
        self.done = 0

    def run(self, operations: int) -> None:
        self.sandbox.set_stripe(webhooks="held")
        deeds = {
            self.buy: 4,
            self.pay: 5,
            self.settle: 2,
            self.spend: 6,
            self.give_spend_back: 2,
            self.refund_at_stripe: 2,
            self.refund_as_operator: 1,
            self.end_refund: 1,
            self.dispute: 1,
            self.end_dispute: 1,
            self.crash: 2,
            self.lose_an_answer: 1,
        }
        chosen = self.random.choices(list(deeds), weights=list(deeds.values()), k=operations)
        for self.done, deed in enumerate(chosen, start=1):
            with suppress(AssertionError, NitroError):  # Stripe or the ledger refuses what makes no sense
                deed()
            if self.done % TELL_EVERY == 0:
                self.tell()

    def tell(self) -> None:
        """Stripe delivers what it held: several times and in any order; the workers work."""
        before = len(self.sandbox.stripe()["sent"])
        copies = self.random.randint(1, 3)
        count = self.sandbox.release_stripe_events(
            copies=copies, order="shuffled", seed=self.random.randrange(10**6)
        )
        wanted = min(2000, before + count)
        for _ in until(lambda: len(self.sandbox.stripe()["sent"]) >= wanted):
            time.sleep(0.05)
        self.work()

    def work(self) -> None:
        run_due()
        make_due()
        run_due()

    def finish(self) -> None:
        """Everything that was held is told, and the reconciliation asks about the rest."""
        self.sandbox.heal()
        self.tell()
        for order in self.orders:
            check_order(order_id=order.pk)
        self.work()

    def buy(self) -> None:
        user, account = self.random.choice(self.buyers)
        credits = self.random.randint(10, 60)
        choice = Choice(package_id=None, credits=credits, catalog_id=get_price_list().id)
        order = place_order(account_id=account.pk, user_id=user.pk, choice=choice, form_key=uuid4())
        open_checkout(order_id=order.pk)
        self.orders.append(order)

    def pay(self) -> None:
        order = self.pick_open()
        method = self.random.choice(("card", "card", "boleto", "pix"))
        session = self.sandbox.checkout(order.session_id, "pay", method=method)
        self.intents.append(session["payment_intent"])

    def settle(self) -> None:
        order = self.pick_open()
        self.sandbox.checkout(order.session_id, self.random.choice(("settle", "settle", "fail", "expire")))

    def spend(self) -> None:
        _, account = self.random.choice(self.buyers)
        self.keys += 1
        amount = self.random.randint(1, 25)
        with transaction.atomic():
            debit_credits(
                account_id=account.pk,
                amount=amount,
                operation_key=f"k{self.keys}",
                reference=Reference("test", str(self.keys % 9)),
                text="Uso de créditos",
            )

    def give_spend_back(self) -> None:
        spends = LedgerEntry.objects.filter(kind="spend").order_by("pk").values_list("pk", flat=True)
        refund_credits(entry_id=self.random.choice(list(spends) or [0]), reason="nada encontrado")

    def refund_at_stripe(self) -> None:
        self.sandbox.set_stripe(refunds=self.random.choice(("succeeded", "pending", "failed")))
        refund = self.sandbox.payment(
            self.random.choice(self.intents or [""]), "refund", cents=self.random.randint(1, 1_500)
        )
        self.refunds.append(refund["id"])

    def refund_as_operator(self) -> None:
        paid = list(Order.objects.filter(state="paid").order_by("pk"))
        order = self.random.choice(paid) if paid else self.pick_open()
        cents = self.random.randint(1, order.cents)
        request_refund(
            order_id=order.pk, cents=cents, reason="Acordo", actor_id=self.operator.pk, form_key=uuid4()
        )

    def end_refund(self) -> None:
        self.sandbox.end_refund(
            self.random.choice(self.refunds or [""]), self.random.choice(("succeeded", "failed"))
        )

    def dispute(self) -> None:
        dispute = self.sandbox.payment(self.random.choice(self.intents or [""]), "dispute")
        self.disputes.append(dispute["id"])

    def end_dispute(self) -> None:
        status = self.random.choice(("won", "lost", "warning_closed"))
        self.sandbox.end_dispute(self.random.choice(self.disputes or [""]), status)

    def crash(self) -> None:
        """The database connection dies somewhere while an order is settled."""
        order = self.pick_open()
        statement, after = self.random.randint(1, 25), self.random.random() < 0.5
        kill_at(lambda: check_order(order_id=order.pk), statement, after=after)

    def lose_an_answer(self) -> None:
        self.sandbox.fail("stripe", self.random.choice(("drop", "drop_before")), count=1)

    def pick_open(self) -> Order:
        opened = list(Order.objects.filter(session_id__gt="").order_by("-pk")[:20])
        if not opened:
            raise AssertionError("no order yet")
        return self.random.choice(opened)


def test_the_ledger_adds_up_after_a_random_life(sandbox, live_server, monkeypatch):
    monkeypatch.setattr("credits.services.orders.MOST_UNPAID", OPERATIONS)
    print(f"\nSIMULATION_SEED={SEED} SIMULATION_OPERATIONS={OPERATIONS}")  # noqa: T201
    sandbox.deliver_stripe_to(stripe_url(live_server), settings.STRIPE_WEBHOOK_SECRET)
    simulation = Simulation(sandbox, SEED)

    simulation.run(OPERATIONS)
    simulation.finish()

    report = check_ledger()
    assert report.differences == 0, report.as_json()
    settled = Order.objects.filter(purchase__isnull=False)
    assert {str(order.pk): order.cents for order in settled} == sandbox.stripe()["paid"]
    assert LedgerEntry.objects.filter(kind="purchase").count() == settled.count() > 0
