"""The page of one company, and what its buttons do (A14, A15, N7, N8, N22)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from fiscal.enumerations import Environment, Gateway
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404, who
from nfse.models import Company
from nfse.permissions import Right
from nfse.readiness import check_chat, is_ready
from nfse.selectors.certificates import EXPIRING_WITHIN, list_certificates
from nfse.selectors.companies import (
    can_remove_company,
    find_tax_profile,
    get_company,
    list_services,
    read_readiness,
)
from nfse.selectors.company_takers import list_company_takers
from nfse.selectors.invoices import RequestFilters, list_request_ids, load_requests
from nfse.selectors.phones import count_asking_phones, list_phones
from nfse.selectors.trail import list_changes, read_changes
from nfse.services import companies as services
from nfse.services.plugnotas_setup import resend_setup as resend
from nfse.states import SetupState
from portal.forms.companies import EnvironmentForm

ROWS_PER_PAGE = 20
LATEST = 10


# --- The page ----------------------------------------------------------------------------------------
@never_cache
@require_safe
@firm_member_required(Right.SEE_COMPANIES)
def company(request: FirmRequest, company_id: int) -> HttpResponse:
    """The tab of `?aba=`; asked by htmx, the state of the company while it changes, then the page anew."""
    found = or_404(get_company, request.firm.pk, company_id)
    context = _state(found, timezone.now())
    if request.htmx:
        is_over = not context["is_moving"]
        return (
            HttpResponseClientRefresh()
            if is_over
            else render(request, "portal/companies/_state.html", context)
        )
    tabs = _tabs_of(request)
    tab = request.GET.get("aba", "")
    tab = tab if tab in tabs else "dados"
    context |= {
        "tabs": [(name, label) for name, (label, _read) in tabs.items()],
        "tab": tab,
        "tab_template": f"portal/companies/tabs/{tab}.html",
        **tabs[tab][1](request, found),
    }
    return render(request, "portal/companies/page.html", context)


def _state(found: Company, now: datetime) -> dict[str, Any]:
    """What the top of the page shows; `is_moving` while work that changes it is on its way."""
    items = read_readiness(found, now=now)
    until = found.certificate_until  # type: ignore[attr-defined]
    has_certificate = until is not None and until >= now
    has_profile = getattr(found, "tax_profile", None) is not None
    is_sending = found.plugnotas_state == SetupState.PENDING and has_certificate and has_profile
    is_asking = found.gateway == Gateway.NATIONAL and found.city_checked_at is None and has_certificate
    return {
        "company": found,
        "items": items,
        "is_ready": is_ready(items),
        "chat_item": check_chat(count_asking_phones(found.firm_id, found.pk)),
        "has_certificate": has_certificate,
        "is_ending": has_certificate and until <= now + EXPIRING_WITHIN,
        "has_profile": has_profile,
        "is_sending": is_sending,
        "is_moving": found.is_active and (is_sending or is_asking),
        "now": now,
    }


def _read_data(request: FirmRequest, found: Company) -> dict[str, Any]:
    return {"can_remove": can_remove_company(request.firm.pk, found.pk)}


def _read_taxes(request: FirmRequest, found: Company) -> dict[str, Any]:
    return {
        "profile": find_tax_profile(request.firm.pk, found.pk),
        "services": list(list_services(request.firm.pk, found.pk)),
    }


def _read_takers(request: FirmRequest, found: Company) -> dict[str, Any]:
    listed = list_company_takers(request.firm.pk, found.pk)
    return {"page": Paginator(listed, ROWS_PER_PAGE).get_page(request.GET.get("page"))}


def _read_phones(request: FirmRequest, found: Company) -> dict[str, Any]:
    listed = list_phones(request.firm.pk, found.pk)
    return {"page": Paginator(listed, ROWS_PER_PAGE).get_page(request.GET.get("page"))}


def _read_certificates(request: FirmRequest, found: Company) -> dict[str, Any]:
    listed = list_certificates(request.firm.pk, company_id=found.pk)
    return {"page": Paginator(listed, ROWS_PER_PAGE).get_page(request.GET.get("page"))}


def _read_notes(request: FirmRequest, found: Company) -> dict[str, Any]:
    latest = list_request_ids(request.firm.pk, RequestFilters(company_id=found.pk))[:LATEST]
    return {"requests": load_requests(request.firm.pk, latest)}


def _read_history(request: FirmRequest, found: Company) -> dict[str, Any]:
    listed = list_changes(request.firm.pk, company_id=found.pk)
    page = Paginator(listed, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    lines = read_changes(request.firm.pk, list(page.object_list))
    return {"page": page, "changes": [replace(line, company_name="") for line in lines]}


Reader = Callable[[FirmRequest, Company], dict[str, Any]]
_TABS: dict[str, tuple[str, Right, Reader]] = {
    "dados": ("Dados", Right.SEE_COMPANIES, _read_data),
    "fiscal": ("Fiscal e serviços", Right.SEE_COMPANIES, _read_taxes),
    "tomadores": ("Tomadores", Right.SEE_INVOICES, _read_takers),
    "telefones": ("Telefones", Right.EDIT_TAKERS, _read_phones),
    "certificados": ("Certificados", Right.SEE_CERTIFICATES, _read_certificates),
    "notas": ("Notas", Right.SEE_INVOICES, _read_notes),
    "historico": ("Histórico", Right.EDIT_COMPANIES, _read_history),
}


def _tabs_of(request: FirmRequest) -> dict[str, tuple[str, Reader]]:
    return {name: (label, read) for name, (label, right, read) in _TABS.items() if right in request.rights}


# --- The environment ---------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_COMPANIES)
def switch_environment(request: FirmRequest, company_id: int) -> HttpResponse:
    """To the other environment; to production only with the company's name typed (N7)."""
    found = or_404(get_company, request.firm.pk, company_id)
    is_live = found.environment == Environment.PRODUCTION
    if request.method != "POST":
        return _show_switch(request, found, EnvironmentForm())
    wanted = Environment.STAGING if is_live else Environment.PRODUCTION
    if request.POST.get("to") != wanted.value:  # somebody else switched it meanwhile
        messages.info(request, f"A empresa já está em {found.get_environment_display().lower()}.")
        return redirect("nfse:company", company_id)
    form = EnvironmentForm(request.POST)
    try:
        or_404(
            services.switch_environment,
            **who(request),
            company_id=company_id,
            environment=wanted,
            typed_name=request.POST.get("typed_name", ""),
        )
    except services.NameDoesNotMatch as error:
        if form.is_valid():
            form.add_error("typed_name", error.message)
        return _show_switch(request, found, form, status=422)
    messages.success(request, _SWITCHED[wanted])
    return redirect("nfse:company", company_id)


_SWITCHED = {
    Environment.PRODUCTION: "Empresa em produção: as próximas notas têm valor fiscal.",
    Environment.STAGING: "Empresa em homologação: as próximas notas são de teste.",
}


def _show_switch(
    request: FirmRequest, found: Company, form: EnvironmentForm, *, status: int = 200
) -> HttpResponse:
    context = _state(found, timezone.now()) | {"form": form}
    return render(request, "portal/companies/environment.html", context, status=status)


# --- Buttons -----------------------------------------------------------------------------------------
@require_POST
@firm_member_required(Right.EDIT_COMPANIES)
def deactivate_company(request: FirmRequest, company_id: int) -> HttpResponse:
    or_404(services.deactivate_company, **who(request), company_id=company_id)
    messages.success(request, "Empresa desativada: nada foi apagado e ela não emite notas.")
    return redirect("nfse:company", company_id)


@require_POST
@firm_member_required(Right.EDIT_COMPANIES)
def activate_company(request: FirmRequest, company_id: int) -> HttpResponse:
    or_404(services.activate_company, **who(request), company_id=company_id)
    messages.success(request, "Empresa ativa de novo.")
    return redirect("nfse:company", company_id)


@require_POST
@firm_member_required(Right.EDIT_COMPANIES)
def remove_company(request: FirmRequest, company_id: int) -> HttpResponse:
    try:
        or_404(services.remove_company, **who(request), company_id=company_id)
    except services.CompanyInUse as error:
        messages.error(request, error.message)
        return redirect("nfse:company", company_id)
    messages.success(request, "Empresa removida.")
    return redirect("nfse:companies")


@require_POST
@firm_member_required(Right.EDIT_COMPANIES)
def resend_setup(request: FirmRequest, company_id: int) -> HttpResponse:
    found = or_404(resend, **who(request), company_id=company_id)
    if found.plugnotas_state == SetupState.PENDING:
        messages.success(request, "Cadastro reenviado ao PlugNotas. O resultado aparece nesta página.")
    else:
        messages.info(request, "Esta empresa usa o emissor nacional; não há o que enviar ao PlugNotas.")
    return redirect("nfse:company", company_id)
