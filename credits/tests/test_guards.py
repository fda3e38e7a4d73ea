"""The database itself keeps the ledger: no door of Python, SQL or the admin can bend it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.tests.factories import make_buyer
from credits.models import LedgerEntry, Tariff, Wallet
from credits.services import adjust_credits
from credits.tests.factories import debit, fund


def refuses(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def execute(sql, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def check_deferred():
    """What a commit would check."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")


ENTRY_WRITES = {
    "save": lambda entry: entry.save(),
    "delete": lambda entry: entry.delete(),
    "queryset update": lambda _: LedgerEntry.objects.update(text="outro"),
    "queryset delete": lambda _: LedgerEntry.objects.all()._raw_delete("default"),
    "bulk update": lambda entry: LedgerEntry.objects.bulk_update([entry], ["text"]),
    "upsert": lambda entry: LedgerEntry.objects.bulk_create(
        [entry], update_conflicts=True, unique_fields=["id"], update_fields=["text"]
    ),
    "SQL update": lambda _: execute("UPDATE credits_ledgerentry SET amount = 1000"),
    "SQL delete": lambda _: execute("DELETE FROM credits_ledgerentry"),
    "truncate": lambda _: execute("TRUNCATE credits_ledgerentry CASCADE"),
}


@pytest.mark.parametrize("write", ENTRY_WRITES.values(), ids=ENTRY_WRITES.keys())
def test_an_entry_is_never_changed_or_deleted(account, write):
    check_deferred()  # else PostgreSQL refuses TRUNCATE for its own reasons
    before = LedgerEntry.objects.values().get()

    with refuses("append-only"), transaction.atomic():
        write(LedgerEntry.objects.get())

    assert LedgerEntry.objects.values().get() == before


@pytest.mark.parametrize(
    "sql",
    ["UPDATE credits_tariff SET credits = 9", "DELETE FROM credits_tariff", "TRUNCATE credits_tariff"],
)
def test_a_written_price_is_never_changed_or_deleted(db, sql):
    before = list(Tariff.objects.order_by("pk").values())

    with refuses("append-only"):
        execute(sql)

    assert list(Tariff.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("delta", [1, -1])
def test_a_balance_does_not_move_without_an_entry(account, delta):
    with refuses("its ledger says 100"), transaction.atomic():
        Wallet.objects.update(balance=F("balance") + delta)
        check_deferred()


def test_a_wallet_is_not_born_with_credits(db):
    _, account = make_buyer()
    Wallet.objects.filter(account=account)._raw_delete("default")

    with refuses("its ledger says 0"), transaction.atomic():
        Wallet.objects.create(account=account, balance=5)
        check_deferred()


def test_a_balance_is_never_negative(account):
    with refuses("credits_wallet_balance_not_negative"):
        Wallet.objects.update(balance=-1)


def write_entry(wallet, **fields):
    values = {
        "seq": wallet.last_seq + 1,
        "kind": "spend",
        "amount": -1,
        "balance_after": 99,
        "operation_key": "k",
        "payload_hash": "h",
        "reference_type": "search",
        "reference_id": "7",
        "text": "Empresa",
    }
    return LedgerEntry.objects.create(wallet=wallet, **values | fields)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("credits_entry_key_unique", {"operation_key": "taken"}),
        ("credits_entry_seq_unique", {"seq": 1}),
        ("credits_entry_kind_known", {"kind": "bonus", "amount": 1}),
        ("credits_entry_amount_not_zero", {"amount": 0}),
        ("credits_entry_balance_not_negative", {"balance_after": -1}),
        ("credits_entry_spend_takes", {"amount": 1}),
        (
            "credits_entry_spend_takes",
            {"kind": "debt_settlement", "amount": 1, "owed_change": 1, "owed_after": 1},
        ),
        ("credits_entry_grant_gives", {"kind": "purchase"}),
        ("credits_entry_refund_names_debit", {"kind": "refund", "amount": 1}),
        ("credits_entry_adjustment_has_actor", {"kind": "adjustment"}),
        ("credits_entry_owed_not_negative", {"owed_after": -1}),
        ("credits_entry_owed_follows_kind", {"owed_change": 1, "owed_after": 1}),
        ("credits_entry_owed_follows_kind", {"kind": "debt_settlement", "owed_change": 0}),
        ("credits_entry_owed_follows_kind", {"kind": "debt_settlement", "owed_change": -2}),
        ("credits_entry_reversal_names_purchase", {"kind": "reversal"}),
        ("credits_entry_explained", {"text": ""}),
        ("credits_entry_explained", {"reference_id": ""}),
    ],
)
def test_an_entry_that_breaks_a_rule_is_not_written(account, constraint, fields):
    debit(account, key="taken")
    wallet = Wallet.objects.get()

    with refuses(constraint):
        write_entry(wallet, **fields)


class TestReversals:
    def reverse(self, purchase, **fields):
        values = {"kind": "reversal", "amount": -60, "reverses": purchase}
        return write_entry(fields.pop("wallet", purchase.wallet), **values | fields)

    def test_reversals_above_their_purchase_are_not_written(self, account):
        purchase = LedgerEntry.objects.get()
        self.reverse(purchase, operation_key="first", seq=2)

        with refuses("nothing and all of it"):
            self.reverse(purchase, seq=3, amount=-20, owed_change=30, owed_after=30)

    def test_what_was_not_taken_is_not_given_back(self, account):
        with refuses("nothing and all of it"):
            self.reverse(LedgerEntry.objects.get(), amount=1)

    def test_a_reversal_of_another_wallet_is_not_written(self, account):
        _, other = make_buyer("outra@nitro.example")

        with refuses("same wallet"):
            self.reverse(LedgerEntry.objects.get(), wallet=other.wallet)

    def test_a_reversal_of_a_spend_is_not_written(self, account):
        with refuses("one purchase"):
            self.reverse(debit(account, 3), amount=-1)

    def test_credits_are_not_kept_while_some_are_owed(self, account):
        with refuses("credits_wallet_settles_first"):
            Wallet.objects.update(owed=1)

    def test_nothing_is_owed_without_an_entry(self, db):
        make_buyer()

        with refuses("owed 1 at entry 0"), transaction.atomic():
            Wallet.objects.update(owed=1)
            check_deferred()


class TestRefunds:
    def refund(self, spend, **fields):
        values = {"kind": "refund", "amount": 3, "refunds": spend, "operation_key": "refund"}
        return write_entry(fields.pop("wallet", spend.wallet), seq=9, **values | fields)

    def test_a_refund_of_a_refunded_spend_is_not_written(self, account):
        spend = debit(account, 3)
        self.refund(spend)

        with refuses("credits_entry_one_refund_per_entry"):
            write_entry(
                spend.wallet, seq=10, kind="refund", amount=1, refunds=spend, operation_key="refund again"
            )

    def test_a_refund_above_its_spend_is_not_written(self, account):
        with refuses("never exceeds it"):
            self.refund(debit(account, 3), amount=4)

    def test_a_refund_of_another_wallet_is_not_written(self, account):
        _, other = make_buyer("outra@nitro.example")

        with refuses("same wallet"):
            self.refund(debit(account, 3), wallet=other.wallet)

    def test_a_refund_of_credits_that_an_operator_took_is_not_written(self, account, operator):
        taken = adjust_credits(
            account_id=account.pk, amount=-9, reason="Erro", actor_id=operator.pk, operation_key="form"
        )

        with refuses("one spend"):
            self.refund(taken)

    def test_a_refund_of_a_purchase_is_not_written(self, account):
        with refuses("one spend"):
            self.refund(fund(account, 5))
