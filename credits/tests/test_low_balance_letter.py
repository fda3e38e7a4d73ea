"""The e-mail about a low balance: to who asked, once per crossing, only while it is true (C13)."""

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from credits.services.low_balance import TELL_LOW_BALANCE, choose_low_balance_letter
from credits.tests.factories import debit, fund
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(account):
    choose_low_balance_letter(account_id=account.pk, is_wanted=True)
    return account


def count_asked():
    return WorkItem.objects.filter(kind=TELL_LOW_BALANCE).count()


def test_falling_below_the_limit_is_told_once(asked):
    debit(asked, 93, key="a")
    debit(asked, 93, key="a")
    debit(asked, 1, key="b")
    run_due()

    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["dona@nitro.example"], "Saldo baixo: 6 créditos")
    assert reverse("credits:statement") in letter.body


def test_the_next_crossing_is_told_again(asked):
    debit(asked, 93, key="a")
    run_due()
    fund(asked, 50)
    debit(asked, 50, key="b")
    run_due()

    assert len(mail.outbox) == 2


def test_who_did_not_ask_gets_no_letter(account):
    debit(account, 93, key="a")

    assert count_asked() == 0


def test_a_debit_that_is_rolled_back_tells_nothing(asked):
    with transaction.atomic():
        debit(asked, 93, key="a")
        transaction.set_rollback(True)

    assert count_asked() == 0


def test_credits_that_come_in_before_the_letter_make_it_needless(asked):
    debit(asked, 93, key="a")
    fund(asked, 50)
    run_due()

    assert mail.outbox == []
    assert WorkItem.objects.get(kind=TELL_LOW_BALANCE).status == "done"


def test_the_statement_switches_the_letter_on_and_off(client, buyer):
    client.force_login(buyer[0])
    url = reverse("credits:choose_low_balance")

    on = client.post(url, {"avisar": "1"}, follow=True)
    off = client.post(url, {"avisar": "0"}, follow=True)

    assert "Avisaremos por e-mail quando o saldo ficar abaixo de 10 créditos." in on.text
    assert "Desligar o aviso" in on.text
    assert "O aviso de saldo baixo por e-mail está desligado." in off.text
