"""The demo sign-ins (manage.py seed_demo)."""

import sys

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from accounts.selectors import find_buyer_account, find_user_by_email
from core.demos import PASSWORD
from credits.models import LedgerEntry
from credits.selectors import get_balance
from credits.services import check_ledger
from credits.services.past import NoPastInProduction, debit_in_the_past
from leads.demo import BUYER, OPERATOR
from leads.models import LeadAccess, Search
from registry.tests.factories import make_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def city(db):
    """Where the companies of the demo's firm are."""
    return make_city("4314902", "Porto Alegre")


def test_the_buyer_signs_in_confirmed_and_with_200_credits(capsys):
    call_command("seed_demo")
    call_command("seed_demo")
    user = authenticate(username=BUYER, password=PASSWORD)
    assert user.is_email_confirmed
    assert get_balance(find_buyer_account(user).pk) == 200
    assert PASSWORD in capsys.readouterr().out


def test_the_operator_is_staff():
    call_command("seed_demo")
    assert find_user_by_email(OPERATOR).is_staff


def test_show_only_shows(capsys):
    call_command("seed_demo", "--show")
    assert capsys.readouterr().out.count("senha") == 5
    assert not User.objects.exists()


def test_production_has_no_demo(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("seed_demo")
    assert not User.objects.exists()


def test_the_buyer_has_ten_months_of_searches_paid_by_an_unbroken_ledger():
    for code, name, uf in (
        ("4316907", "Santa Maria", "RS"),
        ("4305108", "Caxias do Sul", "RS"),
        ("4106902", "Curitiba", "PR"),
    ):
        make_city(code, name, uf)
    teller = f"{sys.executable} -m sandbox.past"
    call_command("seed_demo", "--past-teller", teller)
    before = LedgerEntry.objects.count()
    call_command("seed_demo", "--past-teller", teller)

    assert check_ledger().differences == 0
    assert LedgerEntry.objects.count() == before
    assert Search.objects.dates("created_at", "month").count() >= 8
    assert {"completed", "partial", "failed", "canceled"} == set(
        Search.objects.values_list("status", flat=True)
    )
    account = find_buyer_account(find_user_by_email(BUYER))
    assert get_balance(account.pk) == 500 + 200 - LeadAccess.objects.count()


def test_no_entry_of_the_past_is_written_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(NoPastInProduction):
        debit_in_the_past(account_id=1, debits=[], at=timezone.now(), actor_id=1, tariff_version=1)
