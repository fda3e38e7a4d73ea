"""The firm's own data and its logo (A27). Only the owner changes them; every member sees the logo."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_http_methods, require_POST, require_safe

from accounts.kept_forms import keeps_typed, sent_values
from core.forms import status_of
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404, succeeds, who
from nfse.models import Firm
from nfse.permissions import Right
from nfse.selectors.clashes import find_newest_change
from nfse.selectors.firms import get_firm
from nfse.selectors.logos import get_logo
from nfse.services import firms as services
from nfse.services import logos
from portal.forms.firms import LogoForm, SettingsForm
from portal.views.downloads import firm_key
from registry.selectors.lookups import find_cnpj_record
from registry.values import RegistryRecord

YEAR = 365 * 24 * 60 * 60


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.MANAGE_FIRM)
def settings(request: FirmRequest) -> HttpResponse:
    version = find_newest_change(request.firm.pk, "firm", subject_id=request.firm.pk)
    firm = or_404(get_firm, request.firm.pk)
    record = find_address(firm)
    if (sent := sent_values(request)) is not None:
        form = SettingsForm(sent, version=version)
    else:
        form = SettingsForm.for_firm(firm, record, version=version)
    if form.is_valid() and succeeds(
        form, services.update_firm, **who(request), data=form.data_for(firm), seen=form.seen
    ):
        messages.success(request, "Configurações salvas.")
        return redirect("nfse:settings")
    return _show(request, form, LogoForm(), filled_from=None if form.is_bound else record)


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
@rate_limited("nfse.logo", key=firm_key, rate="20/h", closed_when_down=False)
def upload_logo(request: FirmRequest) -> HttpResponse:
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        content = form.cleaned_data["logo"].read()
        if succeeds(form, logos.store_logo, **who(request), content=content):
            messages.success(request, "Logo salvo. Ele aparece no menu de toda a equipe.")
            return redirect("nfse:settings")
    version = find_newest_change(request.firm.pk, "firm", subject_id=request.firm.pk)
    firm = or_404(get_firm, request.firm.pk)
    record = find_address(firm)
    return _show(request, SettingsForm.for_firm(firm, record, version=version), form, filled_from=record)


@require_POST
@firm_member_required(Right.MANAGE_FIRM)
def remove_logo(request: FirmRequest) -> HttpResponse:
    or_404(logos.remove_logo, **who(request))
    messages.success(request, "Logo removido.")
    return redirect("nfse:settings")


def _version(request: FirmRequest) -> str | None:
    return f'"{request.firm.logo_version}"' if request.firm.logo_version else None


@require_safe
@firm_member_required(Right.SEE_COMPANIES)
@condition(etag_func=_version)
@cache_control(private=True, max_age=YEAR, immutable=True)
def logo(request: FirmRequest) -> HttpResponse:
    """The own firm's picture. Its address carries its version, so a browser may keep it."""
    return HttpResponse(or_404(get_logo, request.firm.pk), content_type="image/png")


def find_address(firm: Firm) -> RegistryRecord | None:
    """What the registry is known to say of a firm that has no address yet; asks nobody."""
    if firm.street or firm.postal_code or firm.city_id:
        return None
    found = find_cnpj_record(firm.document)
    return found.record if found else None


def _show(
    request: FirmRequest,
    form: SettingsForm,
    logo_form: LogoForm,
    *,
    filled_from: RegistryRecord | None,
) -> HttpResponse:
    context = {"form": form, "logo_form": logo_form, "filled_from": filled_from}
    return render(request, "portal/settings/page.html", context, status=status_of(form, logo_form))
