import json
from contextlib import contextmanager

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from structlog.testing import capture_logs

from accounts.models import Account
from credits import checks, schedule
from credits.checks import Difference
from credits.errors import WalletFrozen
from credits.models import LedgerEntry, Wallet
from credits.services import refund_credits, reverse_credits, thaw_wallet
from credits.services.checking import check_ledger, check_ledger_and_act
from credits.services.wallets import open_missing_wallets
from credits.tests.factories import debit, fund
from queue_worker.tests.support import make_due, run_due


@contextmanager
def guards_off():
    """Damage the tables as a careless superuser could."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


def found():
    return {result.name: result.count for result in check_ledger().results if result.count}


@pytest.fixture
def busy(account):
    """A wallet with a purchase, two spends, a refund and a reversal."""
    purchase = LedgerEntry.objects.get()
    spend = debit(account, 5, key="a")
    debit(account, 3, key="b")
    refund_credits(entry_id=spend.pk, reason="nada encontrado")
    reverse_credits(entry_id=purchase.pk, total=10, operation_key="reversal", text="Pagamento devolvido")
    return account


def test_a_healthy_ledger_has_no_difference(busy):
    report = check_ledger()

    assert (report.differences, report.wallets, report.entries) == (0, 1, 5)


DAMAGES = {
    "balance": "UPDATE credits_wallet SET balance = balance + 1",
    "running_balance": "UPDATE credits_ledgerentry SET balance_after = balance_after + 1 WHERE seq = 2",
    "sequence": "UPDATE credits_ledgerentry SET seq = 9 WHERE seq = 4",
    "owed": "UPDATE credits_wallet SET owed = 1, balance = 0",
    "running_owed": "UPDATE credits_ledgerentry SET owed_after = owed_after + 1 WHERE seq = 2",
    "reversals": "UPDATE credits_ledgerentry SET kind = 'spend', amount = -amount WHERE seq = 1",
    "refunds": "UPDATE credits_ledgerentry SET amount = amount + 1 WHERE kind = 'refund'",
}


@pytest.mark.parametrize(("check", "sql"), DAMAGES.items(), ids=DAMAGES.keys())
def test_damage_is_found_by_the_check_for_it(busy, check, sql):
    with guards_off() as cursor:
        cursor.execute(sql)

    assert check in found()


def test_a_deleted_entry_is_found(busy):
    with guards_off() as cursor:
        cursor.execute("DELETE FROM credits_ledgerentry WHERE seq = 3")

    assert {"balance", "running_balance", "sequence"} <= found().keys()


@pytest.mark.parametrize("change", ["DROP TRIGGER {0} ON {1}", "ALTER TABLE {1} DISABLE TRIGGER {0}"])
def test_a_missing_guard_is_found(account, change):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(change.format("credits_entry_no_change", "credits_ledgerentry"))

    assert found() == {"guards": 1}


def test_an_account_without_wallet_is_found_and_given_one(db):
    Account.objects.create(kind=Account.Kind.BUYER, name="Sem carteira")
    assert found() == {"wallets": 1}

    assert open_missing_wallets() == 1

    assert found() == {}
    assert schedule.OPEN_WALLETS.start() == "0 abertas"


def test_the_command_says_that_all_is_well(busy, capsys):
    call_command("check_ledger")

    assert "5 lançamentos em 1 carteiras\n" in capsys.readouterr().out


def test_the_command_ends_with_1_and_shows_the_difference(busy, capsys):
    with guards_off() as cursor:
        cursor.execute(DAMAGES["balance"])

    with pytest.raises(SystemExit) as ended:
        call_command("check_ledger")

    assert ended.value.code == 1
    out = capsys.readouterr().out
    assert "balance: 1 diferença(s)" in out
    assert "diz 88, os lançamentos somam 87" in out


def test_the_command_speaks_json(busy, capsys):
    with guards_off() as cursor:
        cursor.execute(DAMAGES["balance"])

    with pytest.raises(SystemExit):
        call_command("check_ledger", json=True)

    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["differences"]) == (False, 1)
    assert [check["name"] for check in report["checks"] if check["count"]] == ["balance"]


def test_only_the_first_differences_are_kept(db, capsys):
    Account.objects.bulk_create(Account(kind="buyer", name=str(number)) for number in range(30))

    with pytest.raises(SystemExit):
        call_command("check_ledger")

    assert "wallets: 30 diferença(s)" in (out := capsys.readouterr().out)
    assert out.count("não tem carteira") == checks.MAX_EXAMPLES
    assert "… e mais 10" in out


@pytest.mark.django_db(transaction=True)
class TestActing:
    def test_a_difference_freezes_its_wallet_and_writes_to_the_operators(self, busy, operator):
        with guards_off() as cursor:
            cursor.execute(DAMAGES["balance"])

        with capture_logs() as logs:
            said = schedule.CHECK_LEDGER.start()

        assert said == "5 lançamentos, 1 diferenças"
        with pytest.raises(WalletFrozen):
            debit(busy, key="c")
        [event] = [event for event in logs if event["event"] == "ledger_differences"]
        assert (event["log_level"], event["differences"]) == ("error", {"balance": 1})
        assert run_due() == 1
        [message] = mail.outbox
        assert message.bcc == [operator.email]
        assert "os lançamentos somam 87" in message.body

    def test_a_mail_server_that_is_down_is_tried_again(self, busy, operator, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_PORT = 9
        with guards_off() as cursor:
            cursor.execute(DAMAGES["balance"])
        check_ledger_and_act()
        run_due()

        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        make_due()
        run_due()

        assert len(mail.outbox) == 1

    def test_the_wallets_of_others_go_on(self, busy, operator):
        other = Account.objects.create(kind=Account.Kind.BUYER, name="Outra")
        fund(other, 5)
        with guards_off() as cursor:
            cursor.execute(f"{DAMAGES['balance']} WHERE account_id = {busy.pk}")

        check_ledger_and_act()

        assert debit(other).balance_after == 4

    def test_a_healthy_ledger_writes_to_nobody(self, busy, operator):
        with capture_logs() as logs:
            check_ledger_and_act()

        assert run_due() == 0
        assert "ledger_checked" in [event["event"] for event in logs]
        assert mail.outbox == []
        assert Wallet.objects.get().frozen_at is None

    def test_an_operator_lets_a_frozen_wallet_spend_again(self, busy, operator):
        Wallet.objects.update(frozen_at="2026-11-22T00:00Z")

        thaw_wallet(wallet_id=busy.wallet.pk, actor_id=operator.pk)

        assert debit(busy, key="c").amount == -1


class TestRegistry:
    def test_other_apps_add_their_checks(self, account):
        checks.register("deliveries", lambda: [Difference("a busca 7 entregou 3 e cobrou 2", account.pk)])

        assert found() == {"deliveries": 1}

    def test_one_name_is_one_check(self):
        def find():
            return []

        checks.register("deliveries", find)
        checks.register("deliveries", find)

        with pytest.raises(ValueError, match="two ledger checks"):
            checks.register("deliveries", lambda: [])
        with pytest.raises(ValueError, match="two ledger checks"):
            checks.register("balance", find)
