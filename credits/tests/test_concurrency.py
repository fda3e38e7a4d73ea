"""Real threads on real PostgreSQL: what happens when everything happens at once (R2)."""

import random
from collections import Counter
from functools import partial

import pytest
from django.db import transaction

from accounts.models import Account
from credits.errors import InsufficientCredits, OperationKeyReused
from credits.models import LedgerEntry, Wallet
from credits.selectors import get_balance
from credits.services import debit_many, ensure_wallet, refund_credits
from credits.services.checking import check_ledger
from credits.tests.factories import debit, fund, make_debits
from credits.tests.threads import run_together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poor(db):
    account = Account.objects.create(kind=Account.Kind.BUYER, name="Dez créditos")
    fund(account, 10)
    return account


def assert_whole():
    assert check_ledger().as_json()["differences"] == 0


def test_thirty_simultaneous_debits_of_one_on_a_balance_of_ten_are_ten(poor):
    outcomes = run_together([partial(debit, poor, key=f"k{number}") for number in range(30)])

    assert Counter(type(outcome) for outcome in outcomes) == {LedgerEntry: 10, InsufficientCredits: 20}
    assert sorted(o.balance_after for o in outcomes if isinstance(o, LedgerEntry)) == list(range(10))
    assert get_balance(poor.pk) == 0
    assert_whole()


def test_sixteen_threads_with_one_key_make_one_entry(poor):
    outcomes = run_together([partial(debit, poor, key="same")] * 16)

    assert len({outcome.pk for outcome in outcomes}) == 1
    assert get_balance(poor.pk) == 9


def test_sixteen_threads_with_one_key_for_different_things_let_one_pass(poor):
    outcomes = run_together([partial(debit, poor, key="same", search=number) for number in range(16)])

    assert Counter(type(outcome) for outcome in outcomes) == {LedgerEntry: 1, OperationKeyReused: 15}
    assert get_balance(poor.pk) == 9


def test_sixteen_refunds_of_one_debit_are_one(poor):
    spend = debit(poor, 4)

    outcomes = run_together([partial(refund_credits, entry_id=spend.pk, reason="nada encontrado")] * 16)

    assert len({outcome.pk for outcome in outcomes}) == 1
    assert get_balance(poor.pk) == 10


def test_overlapping_deliveries_charge_each_company_once(poor):
    fund(poor, 90)

    def deliver(start):
        with transaction.atomic():
            return debit_many(account_id=poor.pk, debits=make_debits(20, start=start))

    outcomes = run_together([partial(deliver, start) for start in (1, 11, 21, 31, 1, 11, 21, 31)])

    keys = {entry.operation_key for entries in outcomes for entry in entries}
    assert len(keys) == 50
    assert get_balance(poor.pk) == 50
    assert_whole()


def test_sixteen_threads_of_random_operations_lose_and_double_nothing(poor):
    """Repeats, refunds, purchases and debits above the balance, from few keys so that they collide."""

    def work(seed):
        dice = random.Random(seed)
        outcomes = []
        for _ in range(25):
            try:
                outcomes.append(operate(dice))
            except (InsufficientCredits, OperationKeyReused):
                outcomes.append(None)
        return outcomes

    def operate(dice):
        choice = dice.random()
        if choice < 0.5:
            return debit(poor, dice.randint(1, 3), key=f"d{dice.randint(1, 60)}")
        if choice < 0.75 and (spend := LedgerEntry.objects.filter(kind="spend").order_by("?").first()):
            return refund_credits(entry_id=spend.pk, reason="nada encontrado")
        return fund(poor, dice.randint(1, 4))

    outcomes = run_together([partial(work, seed) for seed in range(16)])

    assert all(isinstance(outcome, list) for outcome in outcomes)
    entries = [entry for done in outcomes for entry in done if entry]
    assert {entry.pk for entry in entries} <= set(LedgerEntry.objects.values_list("pk", flat=True))
    assert len(entries) > 100
    by_key = {(entry.operation_key, entry.pk) for entry in entries}
    assert len(by_key) == len({key for key, _ in by_key})
    assert_whole()


def test_sixteen_threads_make_one_wallet():
    account = Account.objects.create(kind=Account.Kind.BUYER, name="Nova")

    run_together([partial(ensure_wallet, account_id=account.pk)] * 8 + [partial(fund, account, 1)] * 8)

    assert Wallet.objects.get().balance == 8
    assert_whole()
