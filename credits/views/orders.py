"""Buying credits: the catalogue, the order, its payment page and its receipt (C6, C7, C10)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import buyer_required, confirmed_email_required
from core.errors import NitroError
from core.ratelimit import rate_limited
from credits.errors import NotForSale, UnknownOrder
from credits.forms import PurchaseForm, QuantityForm
from credits.models import Order, Tariff
from credits.selectors import get_balance, get_owed, get_price
from credits.selectors.catalog import PriceList, Quote, get_price_list
from credits.selectors.orders import find_kept_order, find_order, list_months, list_orders
from credits.seller import seller_of
from credits.services.orders import claim_opening, place_order
from credits.services.reconciling import ask_about_order
from credits.views.requests import BuyerRequest

ORDERS_PER_PAGE = 20
LAST_ORDERS = 3
FIRST_QUANTITY = 100
ORDER_RATE = "20/h"
CHECK_RATE = "6/m"


@never_cache
@require_safe
@buyer_required
def buy(request: BuyerRequest) -> HttpResponse:
    """Packages side by side, and any quantity with its price."""
    return _show_catalog(request, PurchaseForm(), FIRST_QUANTITY)


@never_cache
@require_safe
@buyer_required
def price(request: BuyerRequest) -> HttpResponse:
    """The price of the quantity being typed: the fragment that the purchase form sends along."""
    return render(
        request, "credits/buy/_price.html", _read_price(get_price_list(), request.GET.get("credits"))
    )


@require_POST
@buyer_required
@confirmed_email_required
@rate_limited("credits.order", key="account", rate=ORDER_RATE, method="POST", closed_when_down=True)
def create_order(request: BuyerRequest) -> HttpResponse:
    """Write the order; its page makes the payment and leads there."""
    form = PurchaseForm(request.POST)
    if form.is_valid():
        try:
            order = place_order(
                account_id=request.account.pk,
                user_id=request.user.pk,
                choice=form.choice,
                form_key=form.cleaned_data["form_key"],
            )
        except NitroError as error:
            form.add_error(None, error.message)
        else:
            return redirect("credits:order", order.pk)
    return _show_catalog(request, form, request.POST.get("credits") or FIRST_QUANTITY, status=422)


create_order.form_page = "credits:buy"  # type: ignore[attr-defined]


@never_cache
@require_safe
@buyer_required
def orders(request: BuyerRequest) -> HttpResponse:
    page = Paginator(list_orders(request.account.pk), ORDERS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "credits/orders/list.html", {"page": page, "orders": page.object_list})


@never_cache
@require_safe
@buyer_required
def order(request: BuyerRequest, order_id: int) -> HttpResponse:
    """The order as it is: on its way to the payment, waiting, paid with its receipt, or closed."""
    return render(request, "credits/orders/detail.html", _order_context(request, order_id))


@never_cache
@require_safe
@buyer_required
def order_status(request: BuyerRequest, order_id: int) -> HttpResponse:
    """The part of the page that follows the payment."""
    return render(request, "credits/orders/_status.html", _order_context(request, order_id, is_poll=True))


@require_POST
@buyer_required
def open_payment(request: BuyerRequest, order_id: int) -> HttpResponse:
    """Lead to Stripe as soon as its page is made, once; until then show that it is being made."""
    try:
        address = claim_opening(account_id=request.account.pk, order_id=order_id)
    except UnknownOrder as error:
        raise Http404 from error
    if not request.htmx:
        return redirect("credits:order", order_id)
    if address:
        return HttpResponse(headers={"HX-Redirect": address})
    return render(request, "credits/orders/_status.html", _order_context(request, order_id, is_poll=True))


@require_POST
@buyer_required
@rate_limited("credits.check_order", key="account", rate=CHECK_RATE, method="POST", closed_when_down=True)
def check_payment(request: BuyerRequest, order_id: int) -> HttpResponse:
    """The buyer says that it is paid: have Stripe asked."""
    try:
        ask_about_order(order_id=order_id, account_id=request.account.pk)
    except UnknownOrder as error:
        raise Http404 from error
    return redirect("credits:order", order_id)


def _show_catalog(
    request: BuyerRequest, form: PurchaseForm, credits: int | str, *, status: int = 200
) -> HttpResponse:
    prices = get_price_list()
    account_id = request.account.pk
    months = list_months(account_id)
    context = {
        "form": form,
        "prices": prices,
        "lead_price": get_price(Tariff.Action.LEAD).credits,
        "balance": get_balance(account_id),
        "owed": get_owed(account_id),
        "kept": find_kept_order(account_id, request.GET.get("pedido", "")),
        "last_orders": list_orders(account_id)[:LAST_ORDERS],
        "months": months,
        "has_months": any(month.bought or month.used for month in months),
        **_read_price(prices, credits),
    }
    return render(request, "credits/buy/page.html", context, status=status)


def _read_price(prices: PriceList, credits: object) -> dict[str, Any]:
    """The quote of what was typed, or the sentence that says what may be typed."""
    form = QuantityForm({"credits": credits})
    quote: Quote | None = None
    problem = ""
    try:
        if not form.is_valid():
            raise NotForSale(prices.least_credits, prices.most_credits)
        quote = prices.quote(form.cleaned_data["credits"])
    except NotForSale as error:
        problem = error.message
    lead_price = get_price(Tariff.Action.LEAD).credits
    return {
        "quote": quote,
        "problem": problem,
        "typed": credits if credits is not None else "",
        "prices": prices,
        "leads": quote.credits // lead_price if quote and lead_price else None,
    }


def _order_context(request: BuyerRequest, order_id: int, *, is_poll: bool = False) -> dict[str, Any]:
    found = find_order(request.account.pk, order_id)
    if found is None:
        raise Http404
    return {
        "order": found,
        "is_poll": is_poll,
        "is_preparing": found.state == Order.State.CREATED and not found.session_url,
        "is_followed": found.is_open,
        "is_payable": bool(found.session_url) and found.session_deadline > timezone.now(),
        "disputes": [dispute for dispute in found.disputes.all() if dispute.is_gone],
        "seller": seller_of(found),
        "refunds": [refund for refund in found.payment_refunds.all() if refund.is_gone],
    }
