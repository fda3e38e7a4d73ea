"""A note of each purchase of credits, where the settings name who issues it."""

import pytest

from accounts.tests.factories import make_buyer
from credits.models import Order
from credits.services.reconciling import check_order
from credits.tests.orders import open_order
from nfse.models import Invoice, InvoiceRequest, TaxProfile
from nfse.services.purchase_notes import ISSUE_PURCHASE_NOTE, issue_purchase_note
from nfse.tests.firms import make_office
from nfse.tests.issuing import make_shop, work_off
from queue_worker.models import WorkItem
from queue_worker.tests.support import race, run_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(sandbox, settings):
    """Nitro's own company, switched on."""
    shop = make_shop(make_office(), sandbox, "national")
    TaxProfile.objects.update(allow_unidentified_taker=True)
    settings.NFSE_PURCHASE_COMPANY_ID = shop.company.pk
    settings.NFSE_PURCHASE_SERVICE_ID = shop.service.pk
    settings.NFSE_PURCHASE_USER_ID = shop.office.owner.pk
    return shop


def pay(sandbox) -> Order:
    order = open_order(make_buyer())
    WorkItem.objects.all().delete()  # the page is made
    sandbox.checkout(order.session_id, "pay", method="card")
    check_order(order_id=order.pk)
    return order


def test_a_purchase_gets_one_note(shop, sandbox):
    order = pay(sandbox)
    check_order(order_id=order.pk)

    run_due()
    request = work_off(InvoiceRequest.objects.get())

    assert Invoice.objects.get().request == request
    assert request.confirmed_by == shop.office.owner
    assert (request.amount, shop.count()) == (150, 1)
    assert f"Compra de 500 créditos, pedido nº {order.pk}" in str(request.snapshot_data)


def test_asked_at_once_it_is_one_note(shop, sandbox):
    order = pay(sandbox)

    race(4, lambda: issue_purchase_note(order_id=order.pk))

    assert InvoiceRequest.objects.count() == 1


def test_a_purchase_given_back_before_its_note_gets_none(shop, sandbox):
    order = pay(sandbox)
    order.refresh_from_db()
    sandbox.payment(order.payment_intent_id, "refund")
    check_order(order_id=order.pk)

    run_due()

    assert WorkItem.objects.get(kind=ISSUE_PURCHASE_NOTE).status == "done"
    assert not InvoiceRequest.objects.exists()


def test_switched_off_no_note_is_asked_for(shop, sandbox, settings):
    settings.NFSE_PURCHASE_USER_ID = 0

    pay(sandbox)

    assert not WorkItem.objects.filter(kind=ISSUE_PURCHASE_NOTE).exists()


def test_a_note_that_something_blocks_is_dead_until_it_is_mended(shop, sandbox):
    TaxProfile.objects.update(allow_unidentified_taker=False)

    pay(sandbox)
    run_due()

    assert WorkItem.objects.get(kind=ISSUE_PURCHASE_NOTE).status == "dead"
    assert not InvoiceRequest.objects.exists()
