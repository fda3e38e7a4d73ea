"""Who is asking, as a member of an accounting firm."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from nfse.permissions import RIGHTS, Right
from nfse.selectors.firms import choose_membership


class CurrentFirmMiddleware:
    """Sets `request.membership`, read when first used: true for a member of a firm, false for all others.

    It is lazy, so test its truth and not `is None`; `firm_member_required` replaces it by the row itself.
    `request.rights` is what its role may do, for the menu and the templates.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.membership = SimpleLazyObject(lambda: choose_membership(request.memberships))  # type: ignore[attr-defined]
        request.rights = SimpleLazyObject(lambda: _rights_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _rights_of(request: HttpRequest) -> frozenset[Right]:
    membership = request.membership  # type: ignore[attr-defined]
    return RIGHTS[membership.role] if membership else frozenset()
