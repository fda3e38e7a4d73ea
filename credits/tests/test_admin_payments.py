"""Operators' pages about prices in R$, orders and the proof of the ledger (O3, O6)."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.urls import reverse

from accounts.tests.factories import make_buyer
from credits.models import Catalog, Dispute, Order, PaymentRefund
from credits.selectors.catalog import get_price_list
from credits.services.catalog import FIRST_PRICES, change_catalog
from credits.services.letters import write_paid
from credits.services.reconciling import check_order
from credits.tests.orders import open_order, place
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

PRICES = reverse("admin:credits_catalog_change_prices")


@pytest.fixture
def admin_page(client, operator):
    client.force_login(operator)
    return client


def test_the_catalogue_is_shown_as_it_may_be_typed(admin_page):
    initial = admin_page.get(PRICES).context["form"].initial

    assert initial["packages"] == "250 = 90,00\n500 = 150,00 *\n1000 = 280,00\n5000 = 1.300,00"
    assert initial["points"].startswith("10 = 0,5000\n250 = 0,3600")


def test_what_is_shown_and_sent_back_is_the_same_catalogue(admin_page, operator):
    initial = admin_page.get(PRICES).context["form"].initial
    before = get_price_list()

    assert admin_page.post(PRICES, initial).status_code == 302

    after = get_price_list()
    assert after.version == 2
    assert [(o.credits, o.cents, o.is_featured) for o in after.offers] == [
        (o.credits, o.cents, o.is_featured) for o in before.offers
    ]
    assert after.points == before.points
    assert Catalog.objects.latest("version").actor == operator


def test_prices_that_somebody_changed_meanwhile_are_not_overwritten_unseen(admin_page, operator):
    form = {**admin_page.get(PRICES).context["form"].initial, "packages": "300 = 99,00"}
    change_catalog(prices=FIRST_PRICES, actor_id=operator.pk)

    refused = admin_page.post(PRICES, form)
    written = Catalog.objects.count()
    again = {name: refused.context["form"][name].value() for name in form}
    admin_page.post(PRICES, again)

    assert f"{operator.full_name} pôs em vigor o catálogo 2" in refused.text
    assert "300 = 99,00" in refused.text
    assert written == 2
    assert [offer.credits for offer in get_price_list().offers] == [300]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("packages", "500"),
        ("packages", "500 = muito"),
        ("packages", "quinhentos = 150,00"),
        ("points", "10 = 0.5"),
        ("points", "10 = 0,30\n20 = 0,40"),
        ("least_credits", "0"),
    ],
)
def test_what_cannot_be_read_is_refused_and_kept(admin_page, field, typed):
    form = {**admin_page.get(PRICES).context["form"].initial, field: typed}

    answer = admin_page.post(PRICES, form)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Catalog.objects.count() == 1
    assert typed.splitlines()[0] in answer.text


def test_an_order_is_found_and_stripe_asked_about_it(admin_page, operator, sandbox):
    order = open_order(make_buyer())
    WorkItem.objects.all().delete()

    found = admin_page.get(reverse("admin:credits_order_changelist"), {"q": order.session_id})
    admin_page.post(reverse("admin:credits_order_check", args=[order.pk]))

    assert f"/admin/credits/order/{order.pk}/" in found.text
    assert WorkItem.objects.get().payload == {"order_id": order.pk}
    written = LogEntry.objects.get()
    assert (written.user, written.change_message) == (operator, "conferência na Stripe pedida")


def test_an_order_cannot_be_edited(admin_page):
    order = place(make_buyer())

    admin_page.post(reverse("admin:credits_order_change", args=[order.pk]), {"state": "paid"})

    assert Order.objects.get().state == "created"


@pytest.mark.django_db(transaction=True)
def test_the_ledger_is_proved_on_demand(admin_page):
    admin_page.post(reverse("admin:credits_wallet_check"))
    run_due()

    assert WorkItem.objects.get().result == {"differences": 0}


@pytest.mark.django_db(transaction=True)
def test_a_late_payment_is_told_by_mail(sandbox):
    order = open_order(make_buyer())
    sandbox.checkout(order.session_id, "pay", method="boleto")
    sandbox.checkout(order.session_id, "settle")
    check_order(order_id=order.pk)
    run_due()

    [letter] = mail.outbox
    assert letter.to == ["dona@nitro.example"]
    assert "500 créditos por R$ 150,00" in letter.body


def test_nothing_is_told_of_an_unpaid_order(db):
    assert write_paid(order_id=place(make_buyer()).pk) is None


def test_what_went_back_and_what_is_disputed_is_listed_in_reais(admin_page):
    order = place(make_buyer())
    PaymentRefund.objects.create(order=order, refund_id="re_1", cents=123_450, status="succeeded")
    Dispute.objects.create(order=order, dispute_id="dp_1", cents=98_760, status="lost")

    for table, shown in (("paymentrefund", "R$ 1.234,50"), ("dispute", "R$ 987,60")):
        assert shown in admin_page.get(reverse(f"admin:credits_{table}_changelist")).text
