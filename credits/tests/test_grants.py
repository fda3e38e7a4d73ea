import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction

from accounts.models import Account
from accounts.signals import account_created
from accounts.tests.factories import make_buyer
from credits.errors import InsufficientCredits, OperationKeyReused, ReasonRequired, UnknownAccount
from credits.models import LedgerEntry, Wallet
from credits.selectors import get_balance
from credits.services import Reference, adjust_credits, grant_credits
from credits.tests.factories import debit


def grant(account, amount=50, **fields):
    arguments = {
        "operation_key": "order:1",
        "kind": "purchase",
        "reference": Reference("test", "1"),
        "text": "Compra de créditos",
    }
    return grant_credits(account_id=account.pk, amount=amount, **arguments | fields)


def adjust(account, operator, amount=100, reason="Erro nosso na busca 7", key="form:1"):
    return adjust_credits(
        account_id=account.pk, amount=amount, reason=reason, actor_id=operator.pk, operation_key=key
    )


def test_an_account_is_born_with_an_empty_wallet(db):
    _, account = make_buyer()

    assert account.wallet.balance == 0


def test_hearing_of_an_account_twice_makes_one_wallet(db):
    _, account = make_buyer()

    account_created.send(Account, account_id=account.pk)

    assert Wallet.objects.count() == 1


def test_a_missing_wallet_is_made_when_credits_come(db):
    account = Account.objects.create(kind=Account.Kind.BUYER, name="Sem carteira")
    assert get_balance(account.pk) == 0

    grant(account)

    assert get_balance(account.pk) == 50


def test_a_grant_adds_credits_once_per_key(account):
    assert grant(account) == grant(account)
    assert get_balance(account.pk) == 150


@pytest.mark.parametrize(
    "change", [{"amount": 51}, {"reference": Reference("test", "2")}, {"kind": "adjustment"}]
)
def test_a_grant_with_the_same_key_and_other_content_is_refused(account, operator, change):
    grant(account)

    with pytest.raises(OperationKeyReused):
        grant(account, actor_id=operator.pk, **change)


@pytest.mark.parametrize(
    "change", [{"amount": 0}, {"amount": -5}, {"kind": "spend"}, {"kind": "refund"}, {"kind": "reversal"}]
)
def test_a_grant_only_gives(account, change):
    with pytest.raises(ValueError, match="cannot grant"):
        grant(account, **change)


def test_a_grant_to_nobody_is_refused(db):
    with pytest.raises(UnknownAccount):
        grant(Account(pk=404))


def test_a_granted_adjustment_needs_its_author(account, operator):
    with pytest.raises(ReasonRequired):
        grant(account, kind="adjustment")

    assert grant(account, kind="adjustment", actor_id=operator.pk).actor == operator


def test_an_adjustment_is_its_own_kind_with_reason_and_author(account, operator):
    entry = adjust(account, operator)

    assert (entry.kind, entry.amount, entry.text) == ("adjustment", 100, "Erro nosso na busca 7")
    assert entry.actor == operator
    assert get_balance(account.pk) == 200


def test_an_adjustment_is_in_the_history_of_its_wallet_once(account, operator):
    adjust(account, operator)
    adjust(account, operator)

    line = LogEntry.objects.get()
    assert (line.user, line.object_id) == (operator, str(account.wallet.pk))
    assert line.change_message == "+100 créditos: Erro nosso na busca 7"


def test_a_double_click_adjusts_once(account, operator):
    assert adjust(account, operator) == adjust(account, operator)
    assert get_balance(account.pk) == 200


@pytest.mark.parametrize("change", [{"amount": 99}, {"reason": "Outro motivo"}])
def test_a_form_sent_again_with_something_else_is_refused(account, operator, change):
    adjust(account, operator)

    with pytest.raises(OperationKeyReused):
        adjust(account, operator, **change)


@pytest.mark.parametrize("amount", [0, 10_001, -10_001])
def test_an_adjustment_stays_in_its_limits(account, operator, amount):
    with pytest.raises(ValueError, match="adjustment"):
        adjust(account, operator, amount)


def test_an_adjustment_says_why(account, operator):
    with pytest.raises(ReasonRequired):
        adjust(account, operator, reason="  ")


def test_an_adjustment_cannot_take_more_than_there_is(account, operator):
    debit(account, 60)

    with pytest.raises(InsufficientCredits):
        adjust(account, operator, -41)
    adjust(account, operator, -40)

    assert get_balance(account.pk) == 0


def test_a_grant_goes_with_the_transaction_of_the_event_that_it_answers(account):
    with transaction.atomic():
        grant(account)
        transaction.set_rollback(True)

    assert LedgerEntry.objects.count() == 1
    assert get_balance(account.pk) == 100
