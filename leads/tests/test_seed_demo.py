"""The demo sign-ins (manage.py seed_demo)."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.selectors import find_buyer_account, find_user_by_email
from core.demos import PASSWORD
from credits.selectors import get_balance
from leads.demo import BUYER, OPERATOR
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
