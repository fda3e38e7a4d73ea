"""What one transactional test leaves behind, the next does not find."""

import pytest

from accounts.models import User
from accounts.tests.factories import make_buyer
from credits.models import LedgerEntry, Tariff
from credits.tests.factories import fund
from tests.support.emptying import empty_tables

pytestmark = pytest.mark.django_db(transaction=True)


def test_emptying_leaves_what_migrations_wrote_and_nothing_else():
    born = sorted(Tariff.objects.values_list("version", "action", "credits"))
    fund(make_buyer()[1], 100)  # entries refuse to be deleted

    empty_tables()

    assert not User.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert sorted(Tariff.objects.values_list("version", "action", "credits")) == born != []


def test_numbers_go_on_so_that_an_old_id_names_no_new_row():
    first = make_buyer()[0].pk

    empty_tables()

    assert make_buyer()[0].pk > first
