"""Forgotten and changed passwords (A3, A5)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.forms import ChangePasswordForm, PasswordResetForm, ResetPasswordForm
from accounts.requests import SignedInRequest
from accounts.services import WrongPassword
from accounts.tokens import LinkInvalid
from accounts.views.sessions import home_of, open_session
from core.ratelimit import rate_limited


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("password_reset", key="ip", rate="10/10m", closed_when_down=False)
def password_reset(request: HttpRequest) -> HttpResponse:
    form = PasswordResetForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/password_reset.html", {"form": form})
    services.ask_for_password_reset(email=form.cleaned_data["email"])
    return redirect("accounts:password_reset_sent")


@login_not_required
@never_cache
@require_safe
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_reset_sent.html")


@method_decorator(login_not_required, name="dispatch")
class ResetPasswordView(PasswordResetConfirmView):
    """Django's view keeps the token in the session and out of the address of the page."""

    form_class = ResetPasswordForm  # type: ignore[assignment]
    template_name = "accounts/reset_password.html"
    reset_url_token = "definir"  # noqa: S105

    def form_valid(self, form: ResetPasswordForm) -> HttpResponse:  # type: ignore[override]
        token = self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN, "")
        try:
            user = services.reset_password(
                uid=self.kwargs["uidb64"], token=token, password=form.cleaned_data["password"]
            )
        except LinkInvalid:  # used meanwhile in another tab
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        open_session(self.request, user)
        messages.success(self.request, "Senha trocada. As outras sessões foram encerradas.")
        return redirect(home_of(user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"request_form": PasswordResetForm()}


@require_safe
def admin_password_change(request: SignedInRequest) -> HttpResponse:  # noqa: ARG001 - as Django calls
    """Stand in front of the admin's own page, which ends no other session and tells nobody."""
    return redirect("accounts:change_password")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("change_password", key="account", rate="10/15m", closed_when_down=True)
def change_password(request: SignedInRequest) -> HttpResponse:
    form = ChangePasswordForm(request.user, request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            user = services.change_password(
                user_id=request.user.pk,
                current_password=data["current_password"],
                password=data["password"],
            )
        except WrongPassword as error:
            form.add_error("current_password", error.message)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "Senha trocada. As outras sessões foram encerradas.")
            return redirect("accounts:profile")
    return render(request, "accounts/change_password.html", {"form": form})
