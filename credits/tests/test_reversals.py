"""Credits of a purchase taken back after its payment was returned or disputed (C11, R19)."""

import pytest
from django.utils import timezone

from credits.errors import CreditsOwed, NotReversible, OperationKeyReused, UnknownEntry
from credits.models import LedgerEntry, Wallet
from credits.selectors import get_balance
from credits.selectors.ledger import count_reversed, get_owed
from credits.services import adjust_credits, refund_credits, reverse_credits
from credits.services.checking import check_ledger
from credits.tests.factories import debit, fund


@pytest.fixture
def purchase(account):
    return LedgerEntry.objects.get()


def reverse(purchase, total, key=None):
    return reverse_credits(
        entry_id=purchase.pk, total=total, operation_key=key or f"refund:{total}", text="Pagamento devolvido"
    )


def stand(account):
    return get_balance(account.pk), get_owed(account.pk)


def last_entries(count):
    entries = LedgerEntry.objects.order_by("-seq")[:count]
    return [(entry.kind, entry.amount, entry.owed_change) for entry in reversed(entries)]


def test_a_reversal_takes_what_is_asked_for_in_all(account, purchase):
    first = reverse(purchase, 30)
    second = reverse(purchase, 50)

    assert (first.amount, second.amount) == (-30, -20)
    assert first.reverses == purchase
    assert stand(account) == (50, 0)
    assert count_reversed(purchase.pk) == 50


def test_a_smaller_total_gives_the_difference_back(account, purchase):
    reverse(purchase, 50)

    assert reverse(purchase, 20).amount == 30
    assert stand(account) == (80, 0)


def test_a_total_that_is_reached_already_writes_nothing(account, purchase):
    reverse(purchase, 50, "a")

    assert reverse(purchase, 50, "b") is None
    assert reverse(purchase, 50, "a").amount == -50
    assert stand(account) == (50, 0)


def test_a_repeated_key_returns_its_first_entry_whatever_came_between(account, purchase):
    first = reverse(purchase, 30, "a")
    reverse(purchase, 70, "b")

    assert reverse(purchase, 30, "a") == first
    assert stand(account) == (30, 0)


def test_a_key_with_another_total_is_refused(purchase):
    reverse(purchase, 30, "a")

    with pytest.raises(OperationKeyReused):
        reverse(purchase, 31, "a")


def test_what_the_balance_does_not_cover_is_owed_and_stops_spending(account, purchase):
    debit(account, 80)

    entry = reverse(purchase, 100)

    assert (entry.amount, entry.balance_after, entry.owed_change, entry.owed_after) == (-20, 0, 80, 80)
    assert stand(account) == (0, 80)
    with pytest.raises(CreditsOwed):
        debit(account, key="another")


def test_a_reversal_of_spent_credits_is_an_entry_without_movement(account, purchase):
    debit(account, 100)

    entry = reverse(purchase, 100)

    assert (entry.amount, entry.owed_change) == (0, 100)
    assert check_ledger().differences == 0


def test_the_next_purchase_settles_what_is_owed_first(account, purchase):
    debit(account, 100)
    reverse(purchase, 100)

    bought = fund(account, 250)

    assert last_entries(2) == [("purchase", 250, 0), ("debt_settlement", -100, -100)]
    assert bought.balance_after == 250
    settlement = LedgerEntry.objects.latest("seq")
    assert settlement.reference_id == bought.reference_id
    assert stand(account) == (150, 0)
    assert debit(account, 150, key="again").balance_after == 0


def test_a_purchase_smaller_than_what_is_owed_goes_to_it_whole(account, purchase):
    debit(account, 100)
    reverse(purchase, 100)

    fund(account, 40)

    assert stand(account) == (0, 60)


def test_a_dispute_that_is_won_cancels_what_is_owed_and_gives_the_rest(account, purchase):
    debit(account, 80)
    reverse(purchase, 100, "dispute:opened")

    reverse(purchase, 0, "dispute:won")

    assert last_entries(2) == [("reversal", 100, 0), ("debt_settlement", -80, -80)]
    assert stand(account) == (20, 0)


def test_credits_given_back_for_a_spend_settle_too(account, purchase):
    spend = debit(account, 80)
    reverse(purchase, 100)

    refund_credits(entry_id=spend.pk, reason="nada encontrado")

    assert last_entries(2) == [("refund", 80, 0), ("debt_settlement", -80, -80)]
    assert stand(account) == (0, 0)


def test_an_operator_forgives_by_adding_credits(account, purchase, operator):
    debit(account, 100)
    reverse(purchase, 100)

    adjust_credits(
        account_id=account.pk, amount=100, reason="Acordo", actor_id=operator.pk, operation_key="form:1"
    )

    assert stand(account) == (0, 0)


def test_a_stopped_account_is_no_obstacle(account, purchase):
    type(account).objects.update(blocked_at=timezone.now())
    Wallet.objects.update(frozen_at=timezone.now())

    reverse(purchase, 100)

    assert stand(account) == (0, 0)


@pytest.mark.parametrize("total", [-1, 101])
def test_a_reversal_stays_between_nothing_and_all_of_its_purchase(purchase, total):
    with pytest.raises(NotReversible):
        reverse(purchase, total)


def test_only_a_purchase_is_reversed(account, purchase):
    with pytest.raises(NotReversible):
        reverse(debit(account), 1)
    with pytest.raises(NotReversible):
        reverse(reverse(purchase, 10), 1, "another")
    with pytest.raises(UnknownEntry):
        reverse(LedgerEntry(pk=404), 1)
