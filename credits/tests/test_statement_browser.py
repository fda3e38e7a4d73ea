"""The statement in a real browser: lines open under their search, filters apply, nothing scrolls sideways."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from credits.services import debit_many
from credits.tests.factories import make_debits
from tests.support.browser import chromium, page_of, sideways_scroll

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def session(buyer, client):
    """The signed-in buyer's cookie; the database is not touched once the browser runs."""
    user, account = buyer
    with transaction.atomic():
        debit_many(account_id=account.pk, debits=make_debits(30))
    client.force_login(user)
    return client.cookies["sessionid"].value


@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_the_lines_of_a_search_open_in_place(live_server, session, width, scheme):
    with chromium() as browser, page_of(browser, width=width, scheme=scheme) as page:
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(f"{live_server.url}/creditos/extrato/")
        expect(page.locator(".statement > tbody > tr")).to_have_count(2)
        expect(page.locator("#saldo")).to_have_text("70 créditos")

        page.get_by_text("30 lançamentos").click()
        expect(page.locator(".entry")).to_have_count(25)
        page.get_by_role("button", name="Mostrar mais").click()
        expect(page.locator(".entry")).to_have_count(30)
        assert sideways_scroll(page) <= 0

        if width == "phone":
            page.get_by_role("button", name="Filtros").click()
        page.get_by_label("Tipo").select_option("purchase")
        expect(page.locator(".statement > tbody > tr")).to_have_count(1)
        expect(page.locator(".statement")).to_contain_text("+100")
        assert sideways_scroll(page) <= 0
