import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_buyer
from credits.models import LedgerEntry, Wallet
from credits.selectors import get_balance, get_price
from credits.tests.factories import debit, fund


@pytest.fixture
def signed_in(client, operator):
    client.force_login(operator)
    return client


@pytest.fixture
def wallet(account):
    return account.wallet


@pytest.fixture
def url(wallet):
    return reverse("admin:credits_wallet_adjust", args=[wallet.pk])


@pytest.fixture
def form(signed_in, url):
    """What the operator's browser sends from the form as it was opened."""
    key = re.search(r'name="form_key" value="([^"]+)"', signed_in.get(url).text)[1]
    return {"amount": "50", "reason": "Erro nosso na busca 7", "form_key": key}


@pytest.mark.parametrize("model", ["wallet", "ledgerentry", "tariff"])
def test_operators_see_lists_and_rows(signed_in, wallet, model):
    row = {"wallet": wallet, "ledgerentry": LedgerEntry.objects.get()}.get(model)

    assert signed_in.get(reverse(f"admin:credits_{model}_changelist")).status_code == 200
    if row:
        assert signed_in.get(reverse(f"admin:credits_{model}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("query", ["dona@nitro.example", "Dona Maria"])
def test_a_wallet_is_found_by_the_buyers_e_mail_or_name(signed_in, wallet, query):
    response = signed_in.get(reverse("admin:credits_wallet_changelist"), {"q": query})

    assert "dona@nitro.example" in response.text


def test_nothing_can_be_written_through_the_forms_of_the_admin(signed_in, wallet):
    entry = LedgerEntry.objects.get()
    for model, row in (("ledgerentry", entry), ("wallet", wallet)):
        for action in ("change", "delete"):
            address = reverse(f"admin:credits_{model}_{action}", args=[row.pk])
            assert signed_in.post(address, {"amount": "9", "balance": "9", "post": "yes"}).status_code == 403
        assert signed_in.get(reverse(f"admin:credits_{model}_add")).status_code == 403

    assert get_balance(wallet.account_id) == 100


def test_the_form_starts_with_a_hundred_and_shows_the_balance(signed_in, url):
    page = signed_in.get(url).text

    assert 'value="100"' in page
    assert "Saldo agora: <b>100</b>" in page


def test_before_the_adjustment_a_page_says_what_will_happen(signed_in, url, form, wallet):
    page = signed_in.post(url, form).text

    assert "saldo de <b>100</b> para <b>150</b>" in page
    assert "Erro nosso na busca 7" in page
    assert get_balance(wallet.account_id) == 100


def test_a_confirmed_adjustment_is_an_entry_with_reason_and_operator(signed_in, url, form, operator):
    response = signed_in.post(url, form | {"confirm": "sim"}, follow=True)

    entry = LedgerEntry.objects.latest("pk")
    assert (entry.kind, entry.amount, entry.balance_after) == ("adjustment", 50, 150)
    assert (entry.text, entry.actor) == ("Erro nosso na busca 7", operator)
    assert "Ajuste de 50 créditos feito. Saldo após ele: 150." in response.text
    assert LogEntry.objects.count() == 1


def test_a_double_click_is_one_adjustment(signed_in, url, form, wallet):
    for _ in range(2):
        assert signed_in.post(url, form | {"confirm": "sim"}).status_code == 302

    assert get_balance(wallet.account_id) == 150
    assert LogEntry.objects.count() == 1


def test_the_same_form_with_another_amount_is_refused(signed_in, url, form, wallet):
    signed_in.post(url, form | {"confirm": "sim"})

    page = signed_in.post(url, form | {"confirm": "sim", "amount": "60"}).text

    assert "Este pedido já foi feito com outros dados" in page
    assert get_balance(wallet.account_id) == 150


def test_taking_more_than_there_is_is_refused_with_the_figures(signed_in, url, form, wallet):
    page = signed_in.post(url, form | {"confirm": "sim", "amount": "-101"}).text

    assert "Seu saldo é de 100 e esta ação custa 101." in page
    assert get_balance(wallet.account_id) == 100


@pytest.mark.parametrize("change", [{"amount": "0"}, {"amount": "10001"}, {"reason": " "}, {"form_key": "x"}])
def test_a_form_that_is_not_complete_goes_no_further(signed_in, url, form, wallet, change):
    signed_in.post(url, form | {"confirm": "sim"} | change)

    assert get_balance(wallet.account_id) == 100


def test_reading_the_address_adjusts_nothing(signed_in, url, form, wallet):
    signed_in.get(url, form | {"confirm": "sim"})

    assert get_balance(wallet.account_id) == 100


def test_a_buyer_cannot_adjust(client, buyer, wallet):
    client.force_login(buyer[0])

    response = client.post(reverse("admin:credits_wallet_adjust", args=[wallet.pk]), {"amount": "50"})

    assert response.status_code == 302
    assert "/login/" in response.url


def test_a_frozen_wallet_is_let_go_by_post(signed_in, wallet):
    Wallet.objects.update(frozen_at=timezone.now())
    page = reverse("admin:credits_wallet_change", args=[wallet.pk])
    assert "Liberar" in signed_in.get(page).text
    url = reverse("admin:credits_wallet_thaw", args=[wallet.pk])

    signed_in.get(url)
    assert Wallet.objects.get().frozen_at is not None
    signed_in.post(url)

    assert Wallet.objects.get().frozen_at is None
    assert LogEntry.objects.get().change_message == "carteira liberada"


def test_a_price_is_changed_by_a_new_version(signed_in, operator):
    url = reverse("admin:credits_tariff_price")
    assert "lead: 1 (tarifa 1)" in signed_in.get(url).text

    response = signed_in.post(url, {"action": "lead", "credits": "2"}, follow=True)

    assert "Tarifa 2: lead custa 2." in response.text
    assert (get_price("lead").credits, get_price("lead").version) == (2, 2)


@pytest.mark.parametrize("model", ["wallet", "ledgerentry"])
def test_lists_do_not_ask_once_per_row(signed_in, account, model):
    url = reverse(f"admin:credits_{model}_changelist")
    with CaptureQueriesContext(connection) as few:
        signed_in.get(url)
    for number in range(5):
        debit(account, key=f"k{number}")
        fund(make_buyer(f"b{number}@nitro.example")[1], 5)

    with CaptureQueriesContext(connection) as many:
        signed_in.get(url)

    assert len(many) == len(few)
