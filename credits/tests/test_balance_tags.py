import pytest
from django.db import connection
from django.template import engines
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_buyer, make_operator
from credits.selectors.ledger import find_low_balance
from credits.services.low_balance import mark_low_balance_seen
from credits.tests.factories import debit, fund

STATEMENT = reverse("credits:statement")


def render(account, tag="credit_balance"):
    request = RequestFactory().get("/leads/")
    request.account = account
    template = engines["django"].from_string(f"{{% load credits %}}{{% {tag} %}}")
    return template.render({"request": request}, request)


def test_the_badge_shows_the_balance_with_one_query(account):
    fund(account, 1_134)

    with CaptureQueriesContext(connection) as queries:
        badge = render(account)

    assert '<b>1.234</b> <span class="header-balance-unit">créditos</span>' in badge
    assert f'href="{STATEMENT}"' in badge
    assert len(queries) == 1


def test_one_credit_is_singular(account):
    debit(account, 99)

    assert '<b>1</b> <span class="header-balance-unit">crédito</span>' in render(account)


@pytest.mark.parametrize(("spent", "is_low"), [(90, False), (91, True), (100, True)])
def test_a_low_balance_is_marked(account, spent, is_low):
    debit(account, spent)

    assert ("saldo baixo" in render(account)) is is_low


def test_an_answer_to_htmx_can_replace_the_badge(account):
    assert 'hx-swap-oob="true"' in render(account, "credit_balance oob=True")


def test_who_has_no_buyer_account_has_no_badge(client, db):
    client.force_login(make_operator())

    assert "header-balance" not in client.get(reverse("core:home")).text
    assert render(None).strip() == ""


class TestLowBalance:
    def test_it_is_said_once_per_crossing(self, account):
        assert find_low_balance(account.pk) is None
        debit(account, 93, key="a")
        assert find_low_balance(account.pk) == 7

        mark_low_balance_seen(account_id=account.pk)

        debit(account, 1, key="b")
        assert find_low_balance(account.pk) is None
        fund(account, 50)
        assert find_low_balance(account.pk) is None
        debit(account, 50, key="c")
        assert find_low_balance(account.pk) == 6

    def test_an_account_that_never_had_more_is_not_told(self, db):
        _, account = make_buyer()
        fund(account, 5)

        assert find_low_balance(account.pk) is None

    def test_the_page_says_it_until_it_is_read(self, client, buyer):
        user, account = buyer
        debit(account, 93)
        client.force_login(user)
        assert "Seu saldo está baixo: 7 créditos" in client.get(STATEMENT).text

        response = client.post(reverse("credits:dismiss_low_balance"), {"next": f"{STATEMENT}?tipo=spend"})

        assert response.url == f"{STATEMENT}?tipo=spend"
        assert "Seu saldo está baixo" not in client.get(STATEMENT).text

    def test_the_way_back_stays_in_the_house(self, client, buyer):
        client.force_login(buyer[0])

        response = client.post(reverse("credits:dismiss_low_balance"), {"next": "https://evil.example/"})

        assert response.url == STATEMENT
