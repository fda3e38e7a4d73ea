"""Orders of credits, from the choice to the page on which they are paid (C7, R13).

No request asks Stripe (R55): it writes the order and the work that makes the page, and the order's page
waits for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.database import violates
from core.errors import Refused
from credits.errors import PriceChanged, TooManyOpenOrders, UnknownOrder
from credits.gateways.payments import Checkout, CheckoutRequest
from credits.gateways.stripe import MethodRefused, StripePayments
from credits.models import Order
from credits.selectors.catalog import PriceList, Quote, get_price_list
from queue_worker.models import WorkItem
from queue_worker.services import enqueue

log = structlog.get_logger(__name__)

OPEN_CHECKOUT = "credits.open_checkout"
PAYABLE_FOR = timedelta(hours=2)
SHORTEST_CHECKOUT = timedelta(minutes=31)
"""Stripe closes a page at the earliest 30 minutes after it was made."""

MOST_UNPAID = 20
NO_CHECKOUT = "O pagamento está indisponível agora. Nada foi cobrado; tente de novo em alguns minutos."
ALWAYS_THERE = ("card",)


@dataclass(frozen=True)
class Choice:
    """What a buyer chose: a package or a quantity, and the catalogue that he saw the price in."""

    package_id: int | None
    credits: int | None
    catalog_id: int

    def quote(self, prices: PriceList) -> Quote:
        """Return its price in force. Raises NotForSale."""
        if self.package_id is not None:
            return prices.quote_package(self.package_id)
        return prices.quote(self.credits or 0)

    def key_within(self, form_key: UUID) -> UUID:
        """The key of its order: a page shown again by the browser's "back" may send another choice."""
        return uuid5(form_key, f"{self.package_id}:{self.credits}:{self.catalog_id}")


def place_order(
    *, account_id: int, user_id: int, choice: Choice, form_key: UUID, now: datetime | None = None
) -> Order:
    """Write an order at the price in force and ask for its payment page; once per form and choice.

    Raises NotForSale, PriceChanged (the catalogue is another one than the buyer saw: show it again, R9),
    TooManyOpenOrders.
    """
    now = now or timezone.now()
    key = choice.key_within(form_key)
    try:
        with transaction.atomic(durable=True):
            order = Order.objects.filter(account_id=account_id, form_key=key).first()
            return order or _write_order(account_id, user_id, choice, key, now)
    except IntegrityError as error:
        if not violates(error, "credits_order_form_once"):
            raise
        return Order.objects.get(account_id=account_id, form_key=key)


def open_checkout(*, order_id: int, now: datetime | None = None) -> str:
    """Make the payment page of an order; the work of OPEN_CHECKOUT. Returns the order's state.

    Repeated, also after an answer that was lost, it is the same page: the key is the order's. Raises
    Unavailable: not known to be made, try again.
    """
    now = now or timezone.now()
    order = Order.objects.select_related("user").get(pk=order_id)
    if order.state != Order.State.CREATED or order.session_id:
        return order.state
    if order.session_deadline - now < SHORTEST_CHECKOUT:
        return _fail(order_id, "too late to open a checkout")
    try:
        checkout = _make_checkout(order)
    except Refused as error:
        return _fail(order_id, error.detail)
    return _record_checkout(order_id, checkout)


def give_up_checkout(item: WorkItem) -> None:
    """The work died: say so on the order, inside the queue's transaction."""
    orders = Order.objects.filter(pk=item.payload["order_id"], state=Order.State.CREATED, session_id="")
    orders.update(state=Order.State.FAILED, reason=NO_CHECKOUT)


def claim_opening(*, account_id: int, order_id: int, now: datetime | None = None) -> str:
    """Return the payment page's address the first time that it is ready; "" before and after.

    So the buyer is led there once, and who comes back is not sent away again. Raises UnknownOrder.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().filter(account_id=account_id, pk=order_id).first()
        if order is None:
            raise UnknownOrder
        if order.state != Order.State.CREATED or not order.session_url or order.opened_at is not None:
            return ""
        order.opened_at = now or timezone.now()
        order.save(update_fields=["opened_at"])
    return order.session_url


def _write_order(account_id: int, user_id: int, choice: Choice, key: UUID, now: datetime) -> Order:
    prices = get_price_list()
    quote = choice.quote(prices) if choice.catalog_id == prices.id else None
    if quote is None:
        raise PriceChanged
    unpaid = Order.objects.filter(
        account_id=account_id, state=Order.State.CREATED, created_at__gt=now - PAYABLE_FOR
    )
    if unpaid.count() >= MOST_UNPAID:
        raise TooManyOpenOrders
    order = Order.objects.create(
        account_id=account_id,
        user_id=user_id,
        form_key=key,
        credits=quote.credits,
        cents=quote.cents,
        catalog_id=quote.catalog_id,
        session_deadline=now.replace(microsecond=0) + PAYABLE_FOR,
    )
    enqueue(kind=OPEN_CHECKOUT, payload={"order_id": order.pk}, dedupe_key=str(order.pk))
    log.info("order_placed", order_id=order.pk, account_id=account_id, credits=quote.credits)
    return order


def _make_checkout(order: Order) -> Checkout:
    """Ask for all methods of the settings; for the card alone when Stripe refuses one of them."""
    page = settings.SITE_URL + reverse("credits:order", args=[order.pk])
    request = CheckoutRequest(
        order_id=order.pk,
        credits=order.credits,
        cents=order.cents,
        currency=order.currency,
        email=order.user.email,
        methods=tuple(settings.STRIPE_PAYMENT_METHODS),
        deadline=order.session_deadline,
        success_url=page,
        cancel_url=f"{settings.SITE_URL}{reverse('credits:buy')}?pedido={order.pk}",
    )
    payments = StripePayments()
    try:
        checkout = payments.open_checkout(request)
    except MethodRefused as error:
        log.error("stripe_methods_refused", order_id=order.pk, methods=request.methods, code=error.code)
        checkout = payments.open_checkout(CheckoutRequest(**{**request.__dict__, "methods": ALWAYS_THERE}))
    if missing := set(settings.STRIPE_PAYMENT_METHODS) - set(checkout.methods):
        log.warning("stripe_methods_missing", order_id=order.pk, methods=sorted(missing))
    return checkout


def _record_checkout(order_id: int, checkout: Checkout) -> str:
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order_id)
        if not order.session_id:
            order.session_id, order.session_url = checkout.session_id, checkout.url
            order.methods = list(checkout.methods)
            order.save(update_fields=["session_id", "session_url", "methods"])
    log.info("checkout_opened", order_id=order_id)
    return order.state


def _fail(order_id: int, detail: str) -> str:
    log.error("checkout_refused", order_id=order_id, detail=detail)
    with transaction.atomic(durable=True):
        orders = Order.objects.filter(pk=order_id, state=Order.State.CREATED, session_id="")
        orders.update(state=Order.State.FAILED, reason=NO_CHECKOUT)
    return Order.State.FAILED
