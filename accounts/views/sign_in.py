"""Sign-in and sign-out (A2)."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import SignInForm
from accounts.kept_forms import KEY
from accounts.requests import SignedInRequest
from accounts.responses import ENDED
from accounts.services import forget_forms
from accounts.views.sessions import home_of, open_session
from core.addresses import own_path
from core.ratelimit import rate_limited


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("sign_in", key="ip", rate="20/m", closed_when_down=True)
def sign_in(request: HttpRequest) -> HttpResponse:
    next_page = _safe_next(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_page or home_of(request.user))
    form = SignInForm(request.POST or None)
    if form.is_valid() and form.user is not None:
        open_session(request, form.user, remember=form.cleaned_data["remember"])
        return HttpResponseRedirect(next_page or home_of(form.user))
    context = {
        "form": form,
        "next": next_page,
        "has_ended": ENDED in (request.POST or request.GET),
        "has_kept": f"{KEY}=" in next_page,
    }
    response = render(request, "accounts/sign_in.html", context)
    if form.retry_after is not None:
        response.status_code = 429
        response.headers["Retry-After"] = str(form.retry_after)
    return response


@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    """End the session with all that was kept for it; the page erases what the browser keeps."""
    forget_forms(user_id=request.user.pk)
    logout(request)
    messages.success(request, "Você saiu da sua conta.")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@never_cache
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """The way in for pages that do not know who is asking."""
    return redirect(home_of(request.user))


@login_not_required
@require_safe
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Stand in front of the admin's own sign-in, which knows no limits."""
    if not request.user.is_authenticated:
        return redirect_to_login(_safe_next(request) or resolve_url("admin:index"))
    if not request.user.is_staff:
        raise PermissionDenied("Esta página é da operação.")
    return redirect("admin:index")


def _safe_next(request: HttpRequest) -> str:
    """The page that was asked for before sign-in, when it is one of ours."""
    return own_path(request, request.POST.get("next") or request.GET.get("next") or "")
