"""What the views of this package share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import Http404
from django_htmx.middleware import HtmxDetails

from accounts.requests import BuyerRequest as SignedInBuyer
from leads.selectors.accesses import AccessNotFound
from leads.selectors.searches import SearchNotFound

Row = TypeVar("Row")


class BuyerRequest(SignedInBuyer):
    """A request that passed `buyer_required`, and what htmx says of it."""

    htmx: HtmxDetails


def or_404(find: Callable[..., Row], *args: Any, **kwargs: Any) -> Row:
    """Call a selector or service; what is not there and what is another account's are one 404 (R23)."""
    try:
        return find(*args, **kwargs)
    except (SearchNotFound, AccessNotFound) as error:
        raise Http404(error.message) from error
