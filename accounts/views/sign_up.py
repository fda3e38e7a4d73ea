"""Sign-up (A1)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.forms import SignUpForm
from accounts.views.sessions import home_of
from core.ratelimit import rate_limited

# What the browser that signed up may remember: its user (None when the address was taken) and its address.
SIGNED_UP_USER = "signed_up_user"
SIGNED_UP_NEXT = "signed_up_next"  # where the confirmation leads who signed up in this browser
SIGNED_UP_EMAIL = "signed_up_email"


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("sign_up", key="ip", rate="20/h", closed_when_down=False)
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(home_of(request.user))
    form = SignUpForm(request.POST or None, initial={"email": request.GET.get("email", "")})
    if not form.is_valid():
        return render(request, "accounts/sign_up.html", {"form": form})
    data = form.cleaned_data
    user = services.sign_up_or_tell_owner(
        email=data["email"],
        password=data["password"],
        full_name=data["full_name"],
        terms_accepted_at=timezone.now(),
    )
    request.session[SIGNED_UP_USER] = user.pk if user else None
    request.session[SIGNED_UP_EMAIL] = data["email"]
    request.session.pop(SIGNED_UP_NEXT, None)  # of a firm that was registered here before
    return redirect("accounts:sign_up_done")


@login_not_required
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/terms.html")


@login_not_required
@never_cache
@require_safe
def sign_up_done(request: HttpRequest) -> HttpResponse:
    """Say the same whether the address was new or taken."""
    return render(request, "accounts/sign_up_done.html", {"email": request.session.get(SIGNED_UP_EMAIL, "")})
