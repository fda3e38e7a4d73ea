"""Who is asking: nobody passes without signing in, and the buyer's account hangs on the request."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from accounts.responses import ask_to_sign_in
from accounts.selectors import choose_buyer_account, list_memberships

View = Callable[..., HttpResponseBase]


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every view asks for sign-in unless it is marked with Django's `login_not_required` (R32)."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None  # before the session is read: health must answer with the database down
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]  # noqa: ARG002
        return ask_to_sign_in(request)


class CurrentAccountMiddleware:
    """Sets `request.memberships` and `request.account`, both read when first used, in one query.

    The account is true for a buyer and false for everybody else: it is lazy, so test its truth and not
    `is None`; `buyer_required` replaces it by the Account itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.memberships = SimpleLazyObject(lambda: list_memberships(request.user))  # type: ignore[attr-defined]
        request.account = SimpleLazyObject(lambda: choose_buyer_account(request.memberships))  # type: ignore[attr-defined]
        return self.get_response(request)
