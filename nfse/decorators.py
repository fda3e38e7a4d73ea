"""Who may open a page of Notas. The services ask again (R102): this spares a page that could do nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from accounts.responses import ask_to_sign_in
from nfse.permissions import RIGHTS, NotAllowed, Right
from nfse.selectors.firms import choose_membership

View = Callable[..., HttpResponseBase]
BLOCKED = "O acesso desta contabilidade está bloqueado. Fale com o atendimento da Nitro."


def firm_member_required(right: Right) -> Callable[[View], View]:
    """Only an active member of an open firm whose role has `right`.

    The view finds `request.firm`, `request.membership` and `request.rights` (nfse.requests.FirmRequest).
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
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _ask_to_register(request: HttpRequest) -> HttpResponseBase:
    if request.method in {"GET", "HEAD"} and request.headers.get("HX-Request") != "true":
        return redirect("nfse:register")
    raise PermissionDenied("Esta página é das contabilidades.")
