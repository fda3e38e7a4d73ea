"""Who may open a view. Rights on rows are checked again in the services (R102)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.responses import ask_to_confirm_email, ask_to_sign_in
from accounts.selectors import can_search_and_buy, choose_buyer_account

View = Callable[..., HttpResponseBase]


def buyer_required(view: View) -> View:
    """Only a signed-in buyer whose account is not blocked; `request.account` is then the Account itself."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        account = choose_buyer_account(request.memberships)  # type: ignore[attr-defined]
        if account is None:
            raise PermissionDenied("Esta página é dos compradores. Entre com uma conta de comprador.")
        if account.blocked_at is not None:
            raise PermissionDenied("Sua conta está bloqueada. Fale com a gente para saber o motivo.")
        request.account = account  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def confirmed_email_required(view: View) -> View:
    """Only a signed-in person with a confirmed e-mail; the others are sent to the page that says how."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        if not can_search_and_buy(request.user):
            return ask_to_confirm_email(request)
        return view(request, *args, **kwargs)

    return guarded


def operator_required(view: View) -> View:
    """Only operators (users with `is_staff`)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        if not request.user.is_staff:
            raise PermissionDenied("Esta página é da operação.")
        return view(request, *args, **kwargs)

    return guarded
