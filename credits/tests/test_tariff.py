import pytest

from credits.models import Tariff
from credits.selectors import get_price, list_prices
from credits.services import debit_many, set_price
from credits.services.tariff import ensure_first_tariff
from credits.tests.factories import make_debits
from credits.values import Price

PRICES = {
    "lead": 1,
    "partners": 1,
    "partner_contacts": 1,
    "quick_cnpj": 1,
    "quick_cpf": 1,
    "invoice_issued": 0,
}


def test_every_price_is_the_one_of_the_specification(db):
    assert {price.action: price.credits for price in list_prices()} == PRICES
    assert set(Tariff.Action.values) == set(PRICES)


@pytest.mark.parametrize("action", PRICES)
def test_a_price_says_its_version(db, action):
    assert get_price(action) == Price(action, PRICES[action], version=1)


def test_an_unknown_action_has_no_price(db):
    with pytest.raises(Tariff.DoesNotExist):
        get_price("espionage")


def test_writing_the_first_tariff_again_changes_nothing(db, operator):
    set_price(action="lead", credits=2, actor_id=operator.pk)

    ensure_first_tariff()

    assert get_price("lead").credits == 2


def test_a_change_is_a_whole_new_version_with_its_author(db, operator):
    price = set_price(action="invoice_issued", credits=3, actor_id=operator.pk)

    assert price == get_price("invoice_issued") == Price("invoice_issued", 3, version=2)
    assert {p.action: p.credits for p in list_prices()} == PRICES | {"invoice_issued": 3}
    assert set(Tariff.objects.filter(version=2).values_list("actor", flat=True)) == {operator.pk}
    assert Tariff.objects.filter(version=1).count() == len(PRICES)


def test_the_same_price_again_is_no_new_version(db, operator):
    assert set_price(action="lead", credits=1, actor_id=operator.pk).version == 1


@pytest.mark.parametrize("change", [{"action": "espionage"}, {"credits": -1}])
def test_a_price_that_makes_no_sense_is_refused(db, operator, change):
    with pytest.raises(ValueError, match="cannot price"):
        set_price(**{"action": "lead", "credits": 2, "actor_id": operator.pk} | change)


def test_debits_after_a_change_carry_the_new_version(account, operator):
    [before] = debit_many(account_id=account.pk, debits=make_debits(1))
    set_price(action="lead", credits=2, actor_id=operator.pk)

    [after] = debit_many(account_id=account.pk, debits=make_debits(1, start=2))

    assert (before.tariff_version, after.tariff_version) == (1, 2)
