"""The pages of buying: catalogue with live price, order, receipt, strangers (C6, C10, R17)."""

import pytest
from django.urls import reverse
from lxml import html

from accounts.tests.factories import make_buyer, make_user
from credits.models import Order
from credits.selectors.catalog import get_price_list
from credits.services.catalog import FIRST_PRICES, change_catalog
from credits.services.reconciling import check_order
from credits.tests.orders import open_order, place
from queue_worker.models import WorkItem

URL = reverse("credits:buy")
CREATE = reverse("credits:create_order")


@pytest.fixture
def buyer(db):
    return make_buyer()


@pytest.fixture
def signed_in(client, buyer):
    client.force_login(buyer[0])
    return client


def form_of(client, **changes):
    page = client.get(URL)
    fields = {"catalog": get_price_list().id, "form_key": page.context["form"]["form_key"].value()}
    return {**fields, **changes}


def test_packages_stand_side_by_side_with_what_they_buy(signed_in):
    text = signed_in.get(URL).text

    for piece in ("R$ 150,00", "R$ 0,30 por crédito", "até 500 empresas", "Mais escolhido"):
        assert piece in text
    assert text.count('class="card package') == 4


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("750", "R$ 217,50"),
        ("1.000", "R$ 280,00"),
        ("5", "de 10 a 50.000"),
        ("muitos", "de 10 a 50.000"),
        ("", "de 10 a 50.000"),
        ("99999999999", "de 10 a 50.000"),
    ],
)
def test_the_price_follows_what_is_typed(signed_in, typed, shown):
    assert shown in signed_in.get(reverse("credits:price"), {"credits": typed}).text


def test_no_id_stands_twice_though_each_package_is_a_form(signed_in):
    ids = html.fromstring(signed_in.get("/creditos/").text).xpath("//@id")

    assert len(ids) == len(set(ids))


def test_a_quantity_is_ordered(signed_in):
    answer = signed_in.post(CREATE, form_of(signed_in, credits="750"))

    order = Order.objects.get()
    assert answer.url == reverse("credits:order", args=[order.pk])
    assert (order.credits, order.cents) == (750, 21_750)


def test_the_browser_cannot_send_a_price(signed_in):
    signed_in.post(CREATE, form_of(signed_in, credits="50000", cents="1", amount="1", unit_price="0"))

    assert Order.objects.get().cents == 1_300_000


def test_a_quantity_that_is_not_sold_is_refused_and_kept(signed_in):
    answer = signed_in.post(CREATE, form_of(signed_in, credits="7"))

    assert answer.status_code == 422
    assert "de 10 a 50.000 créditos" in answer.text
    assert 'value="7"' in answer.text
    assert Order.objects.count() == 0


def test_a_price_that_changed_is_shown_again(signed_in, operator):
    form = form_of(signed_in, credits="750")
    change_catalog(prices=FIRST_PRICES, actor_id=operator.pk)

    answer = signed_in.post(CREATE, form)

    assert answer.status_code == 422
    assert "Os preços mudaram" in answer.text


def test_who_has_not_confirmed_the_address_is_asked_to(client, db):
    user, _ = make_buyer("nova@nitro.example", confirmed=False)
    client.force_login(user)

    assert client.post(CREATE, {"credits": "750", "catalog": "1"}).status_code == 302
    assert Order.objects.count() == 0


class TestOrderPage:
    def test_it_shows_that_the_payment_is_being_prepared(self, signed_in, buyer):
        order = place(buyer)

        text = signed_in.get(reverse("credits:order", args=[order.pk])).text

        assert "Preparando a página de pagamento" in text
        assert f'hx-post="{reverse("credits:open_payment", args=[order.pk])}"' in text

    def test_it_leads_to_stripe_once(self, signed_in, buyer, sandbox):
        order = open_order(buyer)
        url = reverse("credits:open_payment", args=[order.pk])

        first = signed_in.post(url, headers={"HX-Request": "true"})
        second = signed_in.post(url, headers={"HX-Request": "true"})

        assert first["HX-Redirect"] == order.session_url
        assert "HX-Redirect" not in second
        assert order.session_url in second.text

    def test_it_has_a_receipt_when_paid(self, signed_in, buyer, sandbox):
        order = open_order(buyer)
        sandbox.checkout(order.session_id, "pay", method="card")
        check_order(order_id=order.pk)

        text = signed_in.get(reverse("credits:order", args=[order.pk])).text

        assert "500 créditos na sua conta" in text
        assert "Recibo" in text
        assert "hx-get" not in text.split('id="pedido"')[1].split(">")[0]

    def test_a_receipt_names_who_sold_where_that_is_set(self, signed_in, buyer, sandbox, settings):
        order = open_order(buyer)
        sandbox.checkout(order.session_id, "pay", method="card")
        check_order(order_id=order.pk)
        address = f"/creditos/pedidos/{order.pk}/"
        assert "Vendedor" not in signed_in.get(address).text

        settings.SELLER_LEGAL_NAME = "Nitro Exemplo Ltda"
        settings.SELLER_CNPJ, settings.SELLER_ADDRESS = "11222333000181", "Rua A, 1, Santa Maria - RS"

        page = signed_in.get(address).text
        for said in ("Vendedor", "Nitro Exemplo Ltda", "CNPJ 11.222.333/0001-81", "Rua A, 1"):
            assert said in page

    def test_a_receipt_keeps_the_seller_of_the_day_it_was_paid(self, signed_in, buyer, sandbox, settings):
        settings.SELLER_LEGAL_NAME = "Nitro Exemplo Ltda"
        order = open_order(buyer)
        sandbox.checkout(order.session_id, "pay", method="card")
        check_order(order_id=order.pk)
        settings.SELLER_LEGAL_NAME = "Outra Exemplo S/A"

        page = signed_in.get(f"/creditos/pedidos/{order.pk}/").text

        assert "Nitro Exemplo Ltda" in page
        assert "Outra Exemplo" not in page

    def test_a_receipt_has_no_refund_that_failed_and_no_dispute_that_was_won(self, signed_in, buyer, sandbox):
        """Neither was read before it ended, so neither took a credit."""
        order = open_order(buyer)
        sandbox.checkout(order.session_id, "pay", method="card")
        check_order(order_id=order.pk)
        order.refresh_from_db()
        refund = sandbox.payment(order.payment_intent_id, "refund", cents=3_000)
        sandbox.end_refund(refund["id"], "failed")
        dispute = sandbox.payment(order.payment_intent_id, "dispute")
        sandbox.end_dispute(dispute["id"], "won")
        check_order(order_id=order.pk)

        text = signed_in.get(reverse("credits:order", args=[order.pk])).text

        assert "<dt>Valor</dt>" in text
        assert "<dt>Devolvido</dt>" not in text
        assert "<dt>Contestado</dt>" not in text

    def test_pending_is_never_shown_as_paid(self, signed_in, buyer, sandbox):
        order = open_order(buyer)
        sandbox.checkout(order.session_id, "pay", method="pix")
        check_order(order_id=order.pk)

        text = signed_in.get(reverse("credits:order_status", args=[order.pk])).text

        assert "Falta pagar o Pix" in text
        assert "na sua conta" not in text

    def test_the_buyer_may_have_stripe_asked(self, signed_in, buyer, sandbox):
        order = open_order(buyer)
        WorkItem.objects.all().delete()

        signed_in.post(reverse("credits:check_payment", args=[order.pk]))

        assert WorkItem.objects.get().payload == {"order_id": order.pk}

    @pytest.mark.parametrize("name", ["order", "order_status", "open_payment", "check_payment"])
    def test_a_stranger_gets_404(self, client, buyer, name):
        order = place(buyer)
        stranger, _ = make_buyer("outra@nitro.example")
        client.force_login(stranger)
        url = reverse(f"credits:{name}", args=[order.pk])

        answer = client.post(url) if name in ("open_payment", "check_payment") else client.get(url)

        assert answer.status_code == 404

    def test_the_list_has_the_accounts_orders_alone(self, signed_in, buyer):
        place(make_buyer("outra@nitro.example"))
        order = place(buyer)

        assert list(signed_in.get(reverse("credits:orders")).context["orders"]) == [order]


def test_the_statement_links_a_purchase_to_its_order(signed_in, buyer, sandbox):
    order = open_order(buyer)
    sandbox.checkout(order.session_id, "pay", method="card")
    check_order(order_id=order.pk)

    statement = signed_in.get(reverse("credits:statement")).text
    rows = signed_in.get(reverse("credits:export_statement")).getvalue().decode().split("\r\n")

    assert reverse("credits:order", args=[order.pk]) in statement
    assert f'"Pedido nº {order.pk}";"500";"500";"{order.pk}";"150,00"' in rows[1]


@pytest.fixture
def operator(db):
    return make_user("operador@nitro.example", is_staff=True)
