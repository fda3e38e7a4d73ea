"""The list of companies, and the form of one (A12, A13)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.kept_forms import keeps_typed, sent_values
from core.forms import status_of
from core.ratelimit import rate_limited
from fiscal.enumerations import TaxRegime
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import attempt, or_404, succeeds, who
from nfse.models import Company
from nfse.permissions import Right
from nfse.readiness import ReadinessItem, list_missing
from nfse.selectors.clashes import find_newest_change
from nfse.selectors.companies import (
    count_by_readiness,
    get_company,
    list_company_ids,
    load_companies,
    read_readiness,
)
from nfse.services import companies as services
from nfse.services.exports.companies import describe_companies
from portal.forms.companies import CompanyFilterForm, CompanyForm, describe_company
from portal.views.downloads import download_table, export_limited
from portal.views.registry_fill import LOOKUP_RATE_GROUP, RATE, answer_fill

COMPANIES_PER_PAGE = 20
TABS = (("", "Todas", "total"), ("prontas", "Prontas", "ready"), ("bloqueadas", "Bloqueadas", "blocked"))
INACTIVE_TAB = ("inativas", "Inativas", "inactive")


@dataclass(frozen=True)
class CompanyRow:
    """A line of the list: the company and what it lacks."""

    company: Company
    missing: list[ReadinessItem]


def _row(company: Company, now: datetime) -> CompanyRow:
    return CompanyRow(company, list_missing(read_readiness(company, now=now)))


@require_safe
@firm_member_required(Right.SEE_COMPANIES)
def companies(request: FirmRequest) -> HttpResponse:
    now = timezone.now()
    form = CompanyFilterForm(request.GET, rights=request.rights)
    chosen = form.chosen()
    counts = count_by_readiness(request.firm.pk, chosen, now=now)
    found = list_company_ids(request.firm.pk, chosen, now=now)
    page = Paginator(found, COMPANIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(company, now) for company in load_companies(request.firm.pk, page.object_list)],
        "now": now,
        "situation": form.cleaned_data.get("situacao", ""),
        "tabs": [(name, label, getattr(counts, key)) for name, label, key in (*TABS, INACTIVE_TAB)],
    }
    return render(request, "portal/companies/list.html", context)


@require_safe
@firm_member_required(Right.SEE_COMPANIES)
@export_limited
def export_companies(request: FirmRequest, extension: str) -> HttpResponseBase:
    """The file has the rows of the filter in the address, as the page shows them."""
    chosen = CompanyFilterForm(request.GET, rights=request.rights).chosen()
    table = describe_companies(request.firm.pk, chosen, rights=request.rights, now=timezone.now())
    return download_table(request, Right.SEE_COMPANIES, extension, table)


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_COMPANIES)
def new_company(request: FirmRequest) -> HttpResponse:
    form = CompanyForm(sent_values(request))
    if form.is_valid():
        document = form.cleaned_data["document"]
        if made := attempt(
            form, services.create_company, **who(request), document=document, data=form.read()
        ):
            messages.success(request, "Empresa cadastrada, em homologação. Veja abaixo o que falta.")
            return redirect("nfse:company", made.pk)
    return _show_form(request, form)


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_COMPANIES)
def edit_company(request: FirmRequest, company_id: int) -> HttpResponse:
    version = find_newest_change(request.firm.pk, "company", subject_id=company_id)
    company = or_404(get_company, request.firm.pk, company_id)
    sent = sent_values(request)
    form = CompanyForm(sent, initial=describe_company(company), is_new=False, version=version)
    if form.is_valid() and succeeds(
        form,
        services.update_company,
        **who(request),
        company_id=company_id,
        data=form.read(),
        seen=form.seen,
    ):
        messages.success(request, "Cadastro salvo.")
        return redirect("nfse:company", company_id)
    return _show_form(request, form, company)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_COMPANIES)
@rate_limited(LOOKUP_RATE_GROUP, key="account", rate=RATE, closed_when_down=False)
def company_autofill(request: FirmRequest) -> HttpResponse:
    """What the Receita says of the CNPJ being typed: a POST asks, then the fragment reads."""
    return answer_fill(request, reverse("nfse:company_autofill"))


def _show_form(request: FirmRequest, form: CompanyForm, company: Company | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "company": company,
        "suggestions": [(regime.value, services.suggest_gateway(regime).value) for regime in TaxRegime],
    }
    return render(request, "portal/companies/form.html", context, status=status_of(form))
