"""Orders for tests: chosen, brought to Stripe's page, paid there, told of."""

from uuid import uuid4

from django.urls import reverse

from accounts.models import Account, User
from credits.models import Order
from credits.selectors.catalog import get_price_list
from credits.services.orders import Choice, open_checkout, place_order


def choose(credits: int = 500) -> Choice:
    """The choice of a quantity, as the form of today's catalogue sends it."""
    return Choice(package_id=None, credits=credits, catalog_id=get_price_list().id)


def place(buyer: tuple[User, Account], credits: int = 500) -> Order:
    user, account = buyer
    return place_order(account_id=account.pk, user_id=user.pk, choice=choose(credits), form_key=uuid4())


def open_order(buyer: tuple[User, Account], credits: int = 500) -> Order:
    """An order whose page is open at the sandbox's Stripe."""
    order = place(buyer, credits)
    open_checkout(order_id=order.pk)
    order.refresh_from_db()
    return order


def stripe_url(live_server) -> str:
    """Where the sandbox's Stripe delivers its events."""
    return live_server.url + reverse("inbox:receive", args=["stripe"])
