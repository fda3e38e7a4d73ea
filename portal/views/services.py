"""The services of a company: new, change, remove, default, try out (N3, A18)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.kept_forms import keeps_typed, sent_values
from core.forms import status_of
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import attempt, or_404, succeeds, who
from nfse.models import Company
from nfse.permissions import Right
from nfse.selectors.clashes import find_newest_change
from nfse.selectors.code_tables import describe_incidence, search_services
from nfse.selectors.companies import get_company, get_service
from nfse.services import profiles
from nfse.services.issuing.sampling import try_service
from portal.forms.taxes import ServiceForm, describe_service
from portal.views.problem_links import Subject, show_problems
from portal.views.taxes import tax_tab

TRY_RATE = "30/m"


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_COMPANIES)
def new_service(request: FirmRequest, company_id: int) -> HttpResponse:
    company = or_404(get_company, request.firm.pk, company_id)
    form = ServiceForm(sent_values(request), company=company)
    if form.is_valid():
        data = form.read()
        if made := attempt(form, profiles.create_service, **who(request), company_id=company.pk, data=data):
            messages.success(request, f"Serviço “{made.nickname}” cadastrado. Teste antes de emitir.")
            return redirect(tax_tab(company.pk))
    return _show(request, form, company)


@keeps_typed()
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_COMPANIES)
def edit_service(request: FirmRequest, service_id: int) -> HttpResponse:
    version = find_newest_change(request.firm.pk, "service", subject_id=service_id)
    service = or_404(get_service, request.firm.pk, service_id)
    sent = sent_values(request)
    form = ServiceForm(sent, company=service.company, initial=describe_service(service), version=version)
    if form.is_valid() and succeeds(
        form, profiles.update_service, **who(request), service_id=service.pk, data=form.read(), seen=form.seen
    ):
        messages.success(request, "Serviço salvo. Notas já confirmadas não mudam.")
        return redirect(tax_tab(service.company_id))
    return _show(request, form, service.company, service=service)


@require_POST
@firm_member_required(Right.EDIT_COMPANIES)
def set_default_service(request: FirmRequest, service_id: int) -> HttpResponse:
    service = or_404(profiles.set_default_service, **who(request), service_id=service_id)
    messages.success(request, f"“{service.nickname}” é agora o serviço padrão.")
    return redirect(tax_tab(service.company_id))


@require_POST
@firm_member_required(Right.EDIT_COMPANIES)
def remove_service(request: FirmRequest, service_id: int) -> HttpResponse:
    service = or_404(get_service, request.firm.pk, service_id)
    or_404(profiles.remove_service, **who(request), service_id=service_id)
    messages.success(request, f"Serviço “{service.nickname}” removido. As notas antigas continuam com ele.")
    return redirect(tax_tab(service.company_id))


@require_safe
@firm_member_required(Right.EDIT_COMPANIES)
@rate_limited("nfse.try_service", key="account", rate=TRY_RATE, method="GET", closed_when_down=False)
def test_service(request: FirmRequest, service_id: int) -> HttpResponse:
    """What a sample note would look like; nothing is stored or sent."""
    service = or_404(get_service, request.firm.pk, service_id)
    sample = or_404(try_service, **who(request), service_id=service_id)
    subject = Subject(service.company_id, sample.taker_id, service.pk)
    context = {
        "service": service,
        "company": service.company,
        "sample": sample,
        "problems": show_problems(sample.problems, subject),
        "warnings": show_problems(sample.warnings, subject),
    }
    return render(request, "portal/taxes/test.html", context)


def _show(
    request: FirmRequest, form: ServiceForm, company: Company, service: object | None = None
) -> HttpResponse:
    context = {"form": form, "company": company, "service": service, "note": _incidence_note(form)}
    return render(request, "portal/taxes/service.html", context, status=status_of(form))


def _incidence_note(form: ServiceForm) -> str:
    """What the official list says of the code that the form shows."""
    found = search_services(str(form["ctribnac"].value() or ""))
    return describe_incidence(found[0].code) if len(found) == 1 else ""
