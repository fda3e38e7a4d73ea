"""What a firm sees of its requests: its own only, each figure right, a constant number of queries."""

from decimal import Decimal

import pytest

from nfse.models import InvoiceRequest
from nfse.permissions import NotFound
from nfse.selectors.invoices import (
    RequestFilters,
    Totals,
    count_totals,
    get_invoice,
    get_request,
    list_exchanges,
    list_history,
    list_requests,
)
from nfse.states import State
from nfse.tests.firms import make_office
from nfse.tests.issuing import make_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(sandbox):
    return make_shop(make_office(), sandbox, "national")


def test_a_stranger_sees_nothing(shop):
    request = shop.confirm()
    stranger = make_office(2).firm.pk

    assert not list_requests(stranger).exists()
    assert not list_history(stranger, request.pk).exists()
    assert not list_exchanges(stranger, request.pk).exists()
    for read in (get_request, get_invoice):
        with pytest.raises(NotFound):
            read(stranger, request.pk)


def test_lists_are_narrowed_and_ordered(shop):
    first, second = shop.confirm(amount="10.00"), shop.confirm(amount="20.00")
    firm = shop.office.firm.pk

    assert list(list_requests(firm)) == [second, first]
    assert list(list_requests(firm, RequestFilters(text="clínica rota"))) == [second, first]
    assert not list_requests(firm, RequestFilters(text="padaria")).exists()
    assert not list_requests(firm, RequestFilters(states=[State.ISSUED])).exists()
    assert list_requests(firm, RequestFilters(company_id=shop.company.pk, origin="hand")).count() == 2


def test_totals_leave_out_tests_and_what_does_not_stand(shop):
    firm = shop.office.firm.pk
    for amount in ("10.00", "20.00"):
        shop.confirm(amount=amount)
    assert count_totals(firm) == Totals(2, 0, Decimal("0.00"))

    InvoiceRequest.objects.update(state=State.ISSUED)

    assert count_totals(firm) == Totals(2, 0, Decimal("0.00"), test_notes=2)


def test_a_page_of_the_list_takes_one_query(shop, django_assert_num_queries):
    shop.confirm(amount="10.00")
    shop.confirm(amount="20.00")

    with django_assert_num_queries(1):
        for request in list_requests(shop.office.firm.pk)[:20]:
            assert request.company.legal_name
            assert request.taker.name
            assert getattr(request, "invoice", None) is None
