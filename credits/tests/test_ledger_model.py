"""The ledger against a model of it: whatever is called in whatever order, both agree (contract §5.1)."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Account
from accounts.tests.factories import make_operator
from credits.errors import (
    CreditsOwed,
    InsufficientCredits,
    NotRefundable,
    NotReversible,
    OperationKeyReused,
)
from credits.models import LedgerEntry, Wallet
from credits.services import (
    Debit,
    Reference,
    adjust_credits,
    debit_many,
    grant_credits,
    refund_credits,
    reverse_credits,
)
from credits.services.checking import check_ledger

AMOUNTS = st.integers(1, 12)
KEYS = st.integers(1, 8).map("k{}".format)


@dataclass
class Model:
    """One wallet as a person would keep it on paper: what each key did, in order."""

    written: dict[str, list] = field(default_factory=dict)
    amounts: list[int] = field(default_factory=list)
    owed: int = 0
    taken: Counter = field(default_factory=Counter)

    @property
    def balance(self):
        return sum(self.amounts)

    def expect(self, movements):
        """The error that these (key, kind, amount, about) deserve, or None after writing the new ones."""
        fresh = {}
        for key, *content in movements:
            if (self.written | fresh).get(key, content) != content:
                return OperationKeyReused
            if key not in self.written:
                fresh[key] = content
        amounts = [amount for _, amount, _ in fresh.values()]
        if self.owed and any(kind == "spend" for kind, _, _ in fresh.values()):
            return CreditsOwed
        if self.balance + sum(amounts) < 0:
            return InsufficientCredits
        self.written |= fresh
        self.amounts += amounts
        self.settle()
        return None

    def reverse(self, key, purchase, total):
        """The error of a reversal, or None after writing what moves: to `total` taken back of a purchase."""
        content = ["reversal", total, purchase]
        if self.written.get(key, content) != content:
            return OperationKeyReused
        difference = total - self.taken[purchase]
        if key not in self.written and difference:
            self.written[key] = content
            self.taken[purchase] = total
            covered = min(difference, self.balance)
            self.amounts.append(-covered)
            self.owed += difference - covered
            self.settle()
        return None

    def settle(self):
        """Nobody keeps credits while some are owed."""
        if settled := min(self.owed, self.balance):
            self.amounts.append(-settled)
            self.owed -= settled


class Ledger(RuleBasedStateMachine):
    calls = Bundle("calls")

    @initialize()
    def open_wallets(self):
        self.operator = make_operator(f"operador{Account.objects.count()}@nitro.example")
        self.accounts = [Account.objects.create(kind="buyer", name=name) for name in ("a", "b")]
        self.models = [Model(), Model()]

    def call(self, who, movements, operation):
        """Do it, and require what the model says. Returns the call, so that it can be repeated."""
        model, account = self.models[who], self.accounts[who]
        error = model.expect(movements)
        if error:
            with pytest.raises(error):
                operation(account)
        else:
            entries = operation(account)
            assert [entry.operation_key for entry in entries] == [key for key, *_ in movements]
            assert [entry.amount for entry in entries] == [amount for _, _, amount, _ in movements]
        return who, movements, operation

    @rule(target=calls, who=st.integers(0, 1), key=KEYS, amount=AMOUNTS)
    def purchase(self, who, key, amount):
        return self.call(who, [(key, "purchase", amount, key)], purchase(key, amount))

    @rule(
        target=calls,
        who=st.integers(0, 1),
        key=KEYS,
        amount=AMOUNTS.flatmap(lambda n: st.sampled_from([n, -n])),
    )
    def adjust(self, who, key, amount):
        return self.call(who, [(key, "adjustment", amount, None)], adjust(key, amount, self.operator))

    @rule(target=calls, who=st.integers(0, 1), keys=st.lists(KEYS, min_size=1, max_size=5), amount=AMOUNTS)
    def debit(self, who, keys, amount):
        movements = [(key, "spend", -amount, "7") for key in keys]
        return self.call(who, movements, debit(keys, amount))

    @rule(who=st.integers(0, 1), key=KEYS, amount=AMOUNTS)
    def debit_of_a_caller_that_fails(self, who, key, amount):
        with transaction.atomic():
            with suppress(CreditsOwed, InsufficientCredits, OperationKeyReused):
                debit([key], amount)(self.accounts[who])
            transaction.set_rollback(True)

    @rule(target=calls, who=st.integers(0, 1), index=st.integers(0, 20))
    def refund(self, who, index):
        entries = list(LedgerEntry.objects.filter(wallet__account=self.accounts[who]).order_by("seq"))
        if index >= len(entries):
            return multiple()
        entry = entries[index]
        if entry.kind != "spend":
            with pytest.raises(NotRefundable):
                refund_credits(entry_id=entry.pk, reason="nada")
            return multiple()
        movement = (f"refund:{entry.pk}", "refund", -entry.amount, entry.pk)
        return self.call(who, [movement], refund(entry.pk))

    @rule(who=st.integers(0, 1), key=KEYS, index=st.integers(0, 20), total=st.integers(0, 13))
    def reverse(self, who, key, index, total):
        entries = list(LedgerEntry.objects.filter(wallet__account=self.accounts[who]).order_by("seq"))
        if index >= len(entries):
            return
        entry = entries[index]
        operation = partial(
            reverse_credits, entry_id=entry.pk, total=total, operation_key=key, text="Devolvido"
        )
        if entry.kind != "purchase" or total > entry.amount:
            error = NotReversible
        else:
            error = self.models[who].reverse(key, entry.pk, total)
        if error:
            with pytest.raises(error):
                operation()
        else:
            operation()

    @rule(call=calls)
    def repeat_any_earlier_call(self, call):
        self.call(*call)

    @invariant()
    def balances_agree(self):
        if not hasattr(self, "models"):
            return
        wallets = {wallet.account_id: wallet for wallet in Wallet.objects.filter(account__in=self.accounts)}
        for account, model in zip(self.accounts, self.models, strict=True):
            wallet = wallets.get(account.pk)
            assert ((wallet.balance, wallet.owed) if wallet else (0, 0)) == (model.balance, model.owed)
            entries = LedgerEntry.objects.filter(wallet__account=account).order_by("seq")
            assert list(entries.values_list("amount", flat=True)) == model.amounts

    @invariant()
    def the_ledger_proves_itself(self):
        found = {result.name: result.examples for result in check_ledger().results if result.count}
        found.pop("wallets", None)  # these accounts get a wallet with their first credits
        assert found == {}


def purchase(key, amount):
    return lambda account: [
        grant_credits(
            account_id=account.pk,
            amount=amount,
            operation_key=key,
            kind="purchase",
            reference=Reference("test", key),
            text="Compra de créditos",
        )
    ]


def adjust(key, amount, operator):
    return lambda account: [
        adjust_credits(
            account_id=account.pk, amount=amount, reason="Erro nosso", actor_id=operator.pk, operation_key=key
        )
    ]


def debit(keys, amount):
    debits = [Debit(amount, key, Reference("search", "7"), "Empresa da busca nº 7") for key in keys]

    def operation(account):
        with transaction.atomic():
            return debit_many(account_id=account.pk, debits=debits)

    return operation


def refund(entry_id):
    return lambda _: [refund_credits(entry_id=entry_id, reason="nada encontrado")]


@pytest.mark.django_db(transaction=True)
def test_the_ledger_does_what_its_model_does():
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
