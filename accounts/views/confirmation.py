"""Confirmation of an address, old or new.

A link only carries its token into the session and moves on to an address without it, so that no page with
the token in its address is ever shown, and mail scanners that open links change nothing: a button does.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.requests import SignedInRequest
from accounts.services import EmailTaken, EmailTooSoon
from accounts.tokens import LinkExpired, LinkInvalid, Purpose, is_genuine
from accounts.views.sessions import home_of, open_session
from accounts.views.sign_up import SIGNED_UP_NEXT, SIGNED_UP_USER
from core.addresses import own_path

CONFIRMATION_TOKEN = "confirmation_token"  # noqa: S105
NEW_EMAIL_TOKEN = "new_email_token"  # noqa: S105


@never_cache
@require_safe
def confirm_email(request: SignedInRequest) -> HttpResponse:
    """The state of the address of whoever is signed in."""
    return render(request, "accounts/confirm_email.html", {"home_url": home_of(request.user)})


@require_POST
def resend_confirmation(request: SignedInRequest) -> HttpResponse:
    try:
        services.request_email_confirmation(user_id=request.user.pk)
    except EmailTooSoon as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"Enviamos outro link para {request.user.email}.")
    return redirect("accounts:confirm_email")


@login_not_required
@never_cache
@require_safe
def open_confirmation_link(request: HttpRequest, token: str) -> HttpResponse:
    _keep(request, CONFIRMATION_TOKEN, Purpose.CONFIRM_EMAIL, token)
    return redirect("accounts:confirm_email_from_link")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email_from_link(request: HttpRequest) -> HttpResponse:
    token = request.session.get(CONFIRMATION_TOKEN, "")
    try:
        if request.method != "POST":
            services.check_confirmation_link(token=token)
            return render(request, "accounts/confirm_email_from_link.html")
        user = services.confirm_email(token=token)
    except LinkInvalid as error:
        context = {"problem": error, "can_renew": isinstance(error, LinkExpired)}
        return render(request, "accounts/confirm_email_from_link.html", context)
    signed_up_here = request.session.pop(SIGNED_UP_USER, None) == user.pk
    next_path = own_path(request, request.session.pop(SIGNED_UP_NEXT, "")) if signed_up_here else ""
    del request.session[CONFIRMATION_TOKEN]
    messages.success(request, "E-mail confirmado. Bom trabalho!")
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_path or home_of(request.user))
    if not signed_up_here:  # the link proves the address, not the password
        return redirect("accounts:sign_in")
    open_session(request, user)
    return HttpResponseRedirect(next_path or home_of(user))


@login_not_required
@require_POST
def renew_confirmation(request: HttpRequest) -> HttpResponse:
    """A new link for whom the expired one was sent to."""
    try:
        services.renew_confirmation_link(token=request.session.get(CONFIRMATION_TOKEN, ""))
    except EmailTooSoon as error:
        messages.warning(request, error.message)
    except LinkInvalid as error:
        messages.error(request, error.message)
        return redirect("accounts:confirm_email")
    else:
        messages.success(request, "Enviamos outro link. Abra o e-mail mais recente.")
    return redirect("accounts:confirm_email_from_link")


@login_not_required
@never_cache
@require_safe
def open_new_email_link(request: HttpRequest, token: str) -> HttpResponse:
    _keep(request, NEW_EMAIL_TOKEN, Purpose.CONFIRM_NEW_EMAIL, token)
    return redirect("accounts:confirm_new_email")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_new_email(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/confirm_new_email.html")
    token = request.session.pop(NEW_EMAIL_TOKEN, "")
    try:
        services.confirm_new_email(user_id=request.user.pk, token=token)
    except (LinkInvalid, EmailTaken) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Pronto: este é o seu e-mail agora. Use-o para entrar.")
    return redirect("accounts:profile")


def _keep(request: HttpRequest, name: str, purpose: Purpose, token: str) -> None:
    """Keep a token that we made. Any other writes no session: a scanner would fill the table with rows."""
    request.session.pop(name, None)
    if is_genuine(purpose, token):
        request.session[name] = token
