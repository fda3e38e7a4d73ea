import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_buyer
from credits.errors import (
    AccountBlocked,
    CreditsOwed,
    InsufficientCredits,
    OperationKeyReused,
    OutsideTransaction,
    UnknownAccount,
    WalletFrozen,
)
from credits.models import LedgerEntry, Wallet
from credits.selectors import get_balance
from credits.services import Reference, debit_credits, debit_many, lock_wallet
from credits.tests.factories import debit, fund, make_debits, make_owing


def take(account, debits):
    with transaction.atomic():
        return debit_many(account_id=account.pk, debits=debits)


def test_a_debit_takes_credits_and_says_what_for(buyer):
    user, account = buyer

    entry = debit_credits(
        account_id=account.pk,
        amount=3,
        operation_key="partners:9",
        reference=Reference("company", "9"),
        text="Sócios da empresa nº 9",
        actor_id=user.pk,
    )

    entry.refresh_from_db()
    assert (entry.kind, entry.amount, entry.balance_after, entry.seq) == ("spend", -3, 97, 2)
    assert (entry.reference_type, entry.reference_id, entry.actor) == ("company", "9", user)
    assert entry.tariff_version == 1
    assert get_balance(account.pk) == 97


def test_a_debit_keeps_the_tariff_version_that_the_buyer_confirmed(account):
    [entry] = debit_many(account_id=account.pk, debits=make_debits(1), tariff_version=4)

    assert entry.tariff_version == 4


def test_the_same_key_twice_is_one_debit_and_the_first_entry(account):
    assert debit(account, key="k") == debit(account, key="k")
    assert get_balance(account.pk) == 99


def test_a_repeat_gives_the_first_entry_even_when_nothing_is_left(account):
    first = debit(account, 100, key="all")

    assert debit(account, 100, key="all") == first


def test_wording_is_not_content(account):
    first = debit(account, key="k")

    with transaction.atomic():
        again = debit_credits(
            account_id=account.pk,
            amount=1,
            operation_key="k",
            reference=Reference("search", "7"),
            text="Outra redação",
        )

    assert again == first


@pytest.mark.parametrize("change", [{"amount": 2}, {"search": 8}])
def test_the_same_key_for_something_else_is_refused(account, change):
    debit(account, key="k")

    with pytest.raises(OperationKeyReused):
        debit(account, key="k", **change)

    assert get_balance(account.pk) == 99


def test_keys_of_different_accounts_do_not_meet(account):
    _, other = make_buyer("outra@nitro.example")
    fund(other, 10)

    debit(account, key="k")
    debit(other, 5, key="k")

    assert (get_balance(account.pk), get_balance(other.pk)) == (99, 5)


def test_a_debit_above_the_balance_is_refused_with_both_figures(account):
    with pytest.raises(InsufficientCredits) as refused:
        debit(account, 101)

    assert (refused.value.balance, refused.value.cost) == (100, 101)
    assert refused.value.message == "Seu saldo é de 100 e esta ação custa 101."
    assert get_balance(account.pk) == 100


def test_a_refused_debit_leaves_the_transaction_usable(account):
    with transaction.atomic():
        with pytest.raises(InsufficientCredits):
            debit_many(account_id=account.pk, debits=make_debits(101))
        debit_many(account_id=account.pk, debits=make_debits(1))

    assert get_balance(account.pk) == 99


@pytest.mark.parametrize("amount", [0, -1])
def test_a_debit_takes_at_least_one_credit(account, amount):
    with pytest.raises(ValueError, match="at least one"):
        debit(account, amount)


@pytest.mark.parametrize(
    ("table", "change", "error"),
    [
        ("account", {"blocked_at": timezone.now()}, AccountBlocked),
        ("wallet", {"frozen_at": timezone.now()}, WalletFrozen),
    ],
)
def test_an_account_that_is_stopped_spends_nothing(account, table, change, error):
    rows = type(account).objects if table == "account" else Wallet.objects
    rows.update(**change)

    with pytest.raises(error) as refused:
        debit(account)

    assert refused.value.message
    assert lock_wallet(account_id=account.pk).is_stopped
    assert get_balance(account.pk) == 100


def test_an_account_that_owes_spends_nothing(account):
    make_owing(account, 5)

    with pytest.raises(CreditsOwed) as refused:
        debit(account)

    assert refused.value.owed == 5
    assert lock_wallet(account_id=account.pk).is_stopped


def test_many_debits_are_one_entry_each_in_their_order(account):
    entries = take(account, make_debits(3, amount=2))

    assert [(e.seq, e.amount, e.balance_after, e.operation_key) for e in entries] == [
        (2, -2, 98, "lead:7:1"),
        (3, -2, 96, "lead:7:2"),
        (4, -2, 94, "lead:7:3"),
    ]
    assert get_balance(account.pk) == 94


def test_many_debits_that_do_not_fit_take_nothing(account):
    with pytest.raises(InsufficientCredits) as refused:
        take(account, make_debits(101))

    assert (refused.value.balance, refused.value.cost) == (100, 101)
    assert LedgerEntry.objects.count() == 1


def test_debits_already_taken_are_returned_and_not_counted_in_the_cost(account):
    first = take(account, make_debits(60))

    both = take(account, make_debits(100))

    assert both[:60] == first
    assert [entry.seq for entry in both] == list(range(2, 102))
    assert get_balance(account.pk) == 0


def test_one_reused_key_among_many_refuses_them_all(account):
    take(account, make_debits(1, amount=2))

    with pytest.raises(OperationKeyReused) as refused:
        take(account, make_debits(3))

    assert refused.value.operation_key == "lead:7:1"
    assert get_balance(account.pk) == 98


def test_the_same_debit_twice_in_one_call_is_taken_once(account):
    first, second = take(account, make_debits(1) * 2)

    assert first == second
    assert get_balance(account.pk) == 99


def test_two_contents_of_one_key_in_one_call_are_refused(account):
    with pytest.raises(OperationKeyReused):
        take(account, make_debits(1) + make_debits(1, amount=2))


def test_no_debits_are_no_entries(account):
    assert take(account, []) == []


@pytest.mark.parametrize("count", [1, 25, 100])
def test_the_number_of_queries_does_not_depend_on_the_number_of_debits(account, count):
    with CaptureQueriesContext(connection) as queries:
        debit_many(account_id=account.pk, debits=make_debits(count))

    assert len(queries) == 3  # lock, look for the keys, write


@pytest.mark.django_db(transaction=True)
def test_a_debit_without_the_transaction_of_what_it_pays_for_is_refused(account):
    arguments = {"account_id": account.pk}
    with pytest.raises(OutsideTransaction):
        debit_credits(amount=1, operation_key="k", reference=Reference("a", "1"), text="t", **arguments)
    with pytest.raises(OutsideTransaction):
        debit_many(debits=make_debits(1), **arguments)
    with pytest.raises(OutsideTransaction):
        lock_wallet(**arguments)


def test_an_account_that_does_not_exist_has_no_wallet(db):
    with pytest.raises(UnknownAccount):
        lock_wallet(account_id=404)


def test_a_caller_that_fails_takes_nothing(account):
    with transaction.atomic():
        debit_many(account_id=account.pk, debits=make_debits(5))
        transaction.set_rollback(True)

    assert get_balance(account.pk) == 100


def test_the_locked_wallet_follows_what_is_written(account):
    wallet = lock_wallet(account_id=account.pk)

    debit_many(account_id=account.pk, debits=make_debits(5))

    assert lock_wallet(account_id=account.pk).balance == wallet.balance - 5
