"""The profile (A5)."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.forms import NewEmailForm, ProfileForm, ThemeForm
from accounts.requests import SignedInRequest
from accounts.services import EmailTooSoon, WrongPassword
from core.ratelimit import rate_limited


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm.for_user(request.user)
    if form.is_valid():
        services.update_profile(user_id=request.user.pk, **form.cleaned_data)
        messages.success(request, "Dados salvos.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@require_POST
def change_theme(request: SignedInRequest) -> HttpResponse:
    """Keep the theme; the page has already changed by itself."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.set_theme(user_id=request.user.pk, theme=form.cleaned_data["theme"])
    return HttpResponse(status=204)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("change_email", key="account", rate="10/15m", closed_when_down=True)
def change_email(request: SignedInRequest) -> HttpResponse:
    form = NewEmailForm(request.user, request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.request_new_email(
                user_id=request.user.pk, email=data["email"], current_password=data["current_password"]
            )
        except WrongPassword as error:
            form.add_error("current_password", error.message)
        except EmailTooSoon as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"Abra o link que enviamos para {data['email']} para concluir a troca.")
            return redirect("accounts:profile")
    return render(request, "accounts/change_email.html", {"form": form})
