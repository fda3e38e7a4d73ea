import pytest
from django.utils import timezone

from credits.errors import NotRefundable, UnknownEntry
from credits.models import LedgerEntry, Wallet
from credits.selectors import get_balance
from credits.services import refund_credits
from credits.tests.factories import debit, fund, make_owing


def test_a_refund_gives_the_whole_debit_back_and_points_at_it(account):
    spend = debit(account, 3)

    refund = refund_credits(entry_id=spend.pk, reason="Devolvemos 3 créditos: a empresa fechou.")

    assert (refund.kind, refund.amount, refund.refunds) == ("refund", 3, spend)
    assert (refund.reference_type, refund.reference_id) == ("search", "7")
    assert refund.text == "Devolvemos 3 créditos: a empresa fechou."
    assert get_balance(account.pk) == 100


def test_a_second_refund_is_the_first_whatever_its_reason(account):
    spend = debit(account, 3)
    first = refund_credits(entry_id=spend.pk, reason="não encontrado")

    assert refund_credits(entry_id=spend.pk, reason="o trabalho falhou") == first
    assert get_balance(account.pk) == 100


def test_only_a_spend_can_be_refunded(account):
    purchase = LedgerEntry.objects.get()
    refund = refund_credits(entry_id=debit(account).pk, reason="nada encontrado")

    for entry in (purchase, refund):
        with pytest.raises(NotRefundable):
            refund_credits(entry_id=entry.pk, reason="de novo")


def test_an_entry_that_does_not_exist_is_not_refunded(db):
    with pytest.raises(UnknownEntry):
        refund_credits(entry_id=404, reason="nada")


def test_a_stopped_account_still_gets_its_money_back(account):
    spend = debit(account, 3)
    make_owing(account, 1)
    type(account).objects.update(blocked_at=timezone.now())
    Wallet.objects.update(frozen_at=timezone.now())

    refund_credits(entry_id=spend.pk, reason="nada encontrado")

    assert get_balance(account.pk) == 2  # 1 of the 3 settled what was owed


def test_what_was_refunded_can_be_spent_again(account):
    spend = debit(account, 100)
    refund_credits(entry_id=spend.pk, reason="nada encontrado")

    assert debit(account, 100, key="again").balance_after == 0
    fund(account, 1)
    assert get_balance(account.pk) == 1
