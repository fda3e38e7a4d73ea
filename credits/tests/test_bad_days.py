"""The four bad days of every door of the ledger: twice, at once, killed at each statement, answer lost."""

from functools import partial

import pytest
from django.db import transaction

from accounts.tests.factories import make_operator
from credits.models import LedgerEntry
from credits.selectors import get_balance
from credits.services import (
    Reference,
    adjust_credits,
    debit_many,
    grant_credits,
    refund_credits,
    reverse_credits,
)
from credits.services.checking import check_ledger
from credits.tests.factories import debit, make_debits, make_owing
from credits.tests.failing import answer_lost, kill_at
from credits.tests.threads import run_together

pytestmark = pytest.mark.django_db(transaction=True)


def open_debit(account):
    return partial(debit, account, 3), 97


def open_debit_many(account):
    def deliver():
        with transaction.atomic():
            return debit_many(account_id=account.pk, debits=make_debits(5, amount=2))

    return deliver, 90


def open_refund(account):
    spend = debit(account, 30, key="to refund")
    return partial(refund_credits, entry_id=spend.pk, reason="nada encontrado"), 100


def open_grant(account):
    order = Reference("test", "1")
    return partial(
        grant_credits,
        account_id=account.pk,
        amount=50,
        operation_key="order:1",
        kind="purchase",
        reference=order,
        text="Compra de créditos",
    ), 150


def open_adjustment(account):
    return partial(
        adjust_credits,
        account_id=account.pk,
        amount=-10,
        reason="Erro nosso",
        actor_id=make_operator().pk,
        operation_key="form:1",
    ), 90


def open_reversal(account):
    purchase = LedgerEntry.objects.get(kind="purchase")
    return partial(
        reverse_credits,
        entry_id=purchase.pk,
        total=60,
        operation_key="dispute:1",
        text="Contestado",
    ), 40


def open_reversal_of_spent_credits(account):
    debit(account, 90, key="spent")
    operation, _ = open_reversal(account)
    return operation, 0


def open_grant_to_who_owes(account):
    make_owing(account, 20)
    operation, _ = open_grant(account)
    return operation, 30


DOORS = [
    open_debit,
    open_debit_many,
    open_refund,
    open_grant,
    open_grant_to_who_owes,
    open_adjustment,
    open_reversal,
    open_reversal_of_spent_credits,
]


@pytest.fixture(params=DOORS, ids=lambda door: door.__name__)
def door(request, account):
    """An operation, and the balance after it happened once."""
    return request.param(account)


@pytest.fixture
def happened_once(account, door):
    def check(expected):
        assert get_balance(account.pk) == expected
        assert check_ledger().differences == 0
        keys = LedgerEntry.objects.values_list("operation_key", flat=True)
        assert len(keys) == len(set(keys))

    return check


def test_twice(door, happened_once):
    operation, expected = door

    assert operation() == operation()

    happened_once(expected)


def test_at_once(door, happened_once):
    operation, expected = door

    outcomes = run_together([operation] * 8)

    assert all(outcome == outcomes[0] for outcome in outcomes)
    happened_once(expected)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_statement_and_repeated(account, door, happened_once, after):
    operation, expected = door
    untouched = get_balance(account.pk)
    survived = 0

    while kill_at(operation, survived + 1, after=after):
        happened_once(untouched)
        survived += 1

    assert survived >= 3  # lock, look up, write
    happened_once(expected)


def test_answer_lost_and_repeated(door, happened_once):
    operation, expected = door
    with answer_lost(), pytest.raises(ConnectionError):
        operation()
    happened_once(expected)

    operation()

    happened_once(expected)
