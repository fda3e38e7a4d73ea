"""What the pages of credits know of a request."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import Account, User


class BuyerRequest(HttpRequest):
    """A request that passed `buyer_required`, and what htmx says of it."""

    account: Account
    user: User
    htmx: HtmxDetails
