"""Who asks, on the pages of accounting firms: the middleware, the decorator and the request's type.

Here and not in the portal, because the pages of every app about a firm need them.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django_htmx.middleware import HtmxDetails

from accounts.models import Membership
from accounts.requests import SignedInRequest
from accounts.responses import ask_to_sign_in
from nfse.actors import Actor
from nfse.models import Firm
from nfse.permissions import RIGHTS, NotAllowed, Right
from nfse.selectors.firms import choose_membership

View = Callable[..., HttpResponseBase]
BLOCKED = "O acesso desta contabilidade está bloqueado. Fale com o atendimento do Nitro."


class FirmRequest(SignedInRequest):
    """The firm that the person works for, the membership by which, what its role may do, and who acts."""

    firm: Firm
    actor: Actor
    membership: Membership
    rights: frozenset[Right]
    htmx: HtmxDetails


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


def firm_member_required(right: Right) -> Callable[[View], View]:
    """Only an active member of an open firm whose role has `right`.

    The view finds `request.firm`, `request.membership`, `request.rights` and `request.actor` (FirmRequest).
    Who works for no firm is sent to the registration; a member without the right gets 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            membership = choose_membership(request.memberships)  # type: ignore[attr-defined]
            if membership is None:
                return _ask_to_register(request)
            firm = membership.account.firm
            if not firm.is_active or membership.account.blocked_at is not None:
                raise PermissionDenied(BLOCKED)
            rights = RIGHTS[membership.role]
            if right not in rights:
                raise PermissionDenied(NotAllowed.message)
            request.firm = firm  # type: ignore[attr-defined]
            request.membership = membership  # type: ignore[attr-defined]
            request.rights = rights  # type: ignore[attr-defined]
            request.actor = Actor(firm.pk, user_id=request.user.pk)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _ask_to_register(request: HttpRequest) -> HttpResponseBase:
    """Send a person without a firm to the registration, and an operator to that firm's page in /operacao/."""
    if request.user.is_staff and request.method in {"GET", "HEAD"}:
        return redirect(f"{reverse(settings.OPERATOR_FIRM_PAGE)}?{urlencode({'pagina': request.path})}")
    if request.method in {"GET", "HEAD"} and request.headers.get("HX-Request") != "true":
        return redirect("nfse:register")
    raise PermissionDenied("Esta página é das contabilidades.")
