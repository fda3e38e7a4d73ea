"""The guided path of a new firm, one page: company, certificate, taxes, service, a test note (A11, N8).

Each step is the form of its own page with what is needed first; all the rest is found there later. Which step
it is follows from what the company lacks: nothing is asked twice, and a step done elsewhere is done here.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.kept_forms import keeps_typed, sent_values
from core.errors import NitroError
from core.forms import status_of
from core.ratelimit import rate_limited
from fiscal.enumerations import Environment, TaxRegime
from fiscal.values import IbsCbs
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import attempt, or_404, who
from nfse.models import Company, InvoiceRequest, TaxProfile
from nfse.permissions import Right
from nfse.readiness import Need
from nfse.selectors.clashes import find_newest_change
from nfse.selectors.companies import find_tax_profile, list_services, read_readiness
from nfse.selectors.start import find_company, find_first_request, find_latest_request
from nfse.selectors.takers import find_taker_by_document
from nfse.services import certificates, companies, profiles, takers
from nfse.services.profiles import TaxData
from nfse.states import OPEN, WITH_NOTE
from portal.forms.certificates import CertificateForm
from portal.forms.companies import CompanyForm
from portal.forms.issuing import IssueForm, taker_values
from portal.forms.taxes import ServiceForm, TaxForm, describe_profile
from portal.views.certificates import UPLOADS
from portal.views.downloads import firm_key
from portal.views.issuing import filled_context, kept_note, new_taker

COMPANY, CERTIFICATE, TAX, SERVICE, NOTE, DONE = "company", "certificate", "tax", "service", "note", "done"
TITLES = {
    COMPANY: "A primeira empresa",
    CERTIFICATE: "O certificado A1 dela",
    TAX: "Como ela paga impostos",
    SERVICE: "O serviço que ela presta",
    NOTE: "Uma nota de teste",
}
NEEDED = {Need.CERTIFICATE: CERTIFICATE, Need.TAX_PROFILE: TAX, Need.SERVICE: SERVICE}
TEST_AMOUNT = "1,00"


@dataclass(frozen=True)
class Step:
    """One line of the path."""

    name: str
    title: str
    is_done: bool
    is_current: bool


@keeps_typed()
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_COMPANIES)
@rate_limited("nfse.certificate", key=firm_key, rate=UPLOADS, closed_when_down=False)
def start(request: FirmRequest) -> HttpResponse:
    asked = request.GET.get("empresa", "")
    company = or_404(
        find_company, request.firm.pk, int(asked) if asked.isdecimal() and len(asked) < 19 else None
    )
    issued = find_first_request(company) if company else None
    step = DONE if issued else find_step(company)
    is_sent = request.method == "POST"
    if request.htmx and company is not None and not is_sent:
        return render(request, "portal/start/_first_note.html", _follow(company, issued))
    if is_sent and request.POST.get("passo") != step:
        return _go(company)  # it was done meanwhile, in another tab or by somebody else
    if step == NOTE and company is not None and company.environment != Environment.STAGING:
        return redirect(f"{reverse('nfse:issue')}?empresa={company.pk}")  # a note that counts is no test
    form: Form | None = None
    if step in ACTIONS:
        values = sent_values(request)
        form, done = ACTIONS[step](
            request, company, values if values and values.get("passo") == step else None
        )
        if done is not None:
            return _go(done)
    return _show(request, company, step, form, issued)


def find_step(company: Company | None) -> str:
    """What comes next for a company that has no note yet."""
    if company is None:
        return COMPANY
    missing = {item.need for item in read_readiness(company, now=timezone.now()) if not item.is_met}
    return next((step for need, step in NEEDED.items() if need in missing), NOTE)


# --- Steps: each returns its form, and the company when it is done --------------------------------------
Answer = tuple[Form, Company | None]


def _add_company(request: FirmRequest, _company: Company | None, values: QueryDict | None) -> Answer:
    form = CompanyForm(values)
    if not form.is_valid():
        return form, None
    document = form.cleaned_data["document"]
    return form, attempt(form, companies.create_company, **who(request), document=document, data=form.read())


def _send_certificate(request: FirmRequest, company: Company | None, values: QueryDict | None) -> Answer:
    form = CertificateForm(values, request.FILES) if values else CertificateForm()
    if company is None or not form.is_valid():
        return form, None
    kept = attempt(
        form,
        certificates.upload_certificate,
        **who(request),
        company_id=company.pk,
        data=form.cleaned_data["file"].read(),
        password=form.cleaned_data["password"],
        accept_same_root=form.cleaned_data["accept_same_root"],
    )
    return form, company if kept else None


def _save_taxes(request: FirmRequest, company: Company | None, values: QueryDict | None) -> Answer:
    if company is None:
        raise ValueError("taxes are of a company")
    version = find_newest_change(request.firm.pk, "tax_profile", company_id=company.pk)
    profile = find_tax_profile(request.firm.pk, company.pk)
    form = TaxForm(values, company=company, initial=describe_profile(profile), version=version)
    if not form.is_valid():
        return form, None
    data = _keep_unasked(form.read(), profile, company) if profile else form.read()
    saved = attempt(
        form,
        profiles.save_tax_profile,
        **who(request),
        company_id=company.pk,
        data=data,
        seen=form.seen,
    )
    return form, company if saved else None


def _keep_unasked(data: TaxData, profile: TaxProfile, company: Company) -> TaxData:
    """What this page does not ask stays as somebody chose it; the taker withholds no ISS of a MEI."""
    return replace(
        data,
        default_withheld=profile.default_withheld and company.tax_regime != TaxRegime.MEI,
        ibs_cbs=IbsCbs.from_dict(profile.ibs_cbs) if profile.ibs_cbs else None,
        send_municipal_registration=profile.send_municipal_registration,
        allow_unidentified_taker=profile.allow_unidentified_taker,
        email_to_taker=profile.email_to_taker,
    )


def _add_service(request: FirmRequest, company: Company | None, values: QueryDict | None) -> Answer:
    """With the service the test note has all it needs: its taker is the firm itself."""
    if company is None:
        raise ValueError("a service is of a company")
    form = ServiceForm(values, company=company)
    if not form.is_valid():
        return form, None
    made = attempt(form, profiles.create_service, **who(request), company_id=company.pk, data=form.read())
    if made is not None:
        with suppress(NitroError):
            takers.create_taker_from_registry(actor=request.actor, cnpj=request.firm.document)
    return form, company if made else None


ACTIONS: dict[str, Callable[[FirmRequest, Company | None, QueryDict | None], Answer]] = {
    COMPANY: _add_company,
    CERTIFICATE: _send_certificate,
    TAX: _save_taxes,
    SERVICE: _add_service,
}


# --- Page ----------------------------------------------------------------------------------------------
def _go(company: Company | None) -> HttpResponse:
    address = reverse("nfse:start")
    return redirect(f"{address}?empresa={company.pk}" if company else address)


def _show(
    request: FirmRequest, company: Company | None, step: str, form: Form | None, issued: InvoiceRequest | None
) -> HttpResponse:
    names = list(TITLES)
    reached = names.index(step) if step in TITLES else len(names)
    context: dict[str, Any] = {
        "company": company,
        "step": step,
        "steps": [
            Step(name, title, number < reached, number == reached)
            for number, (name, title) in enumerate(TITLES.items())
        ],
        "suggestions": [(regime.value, companies.suggest_gateway(regime).value) for regime in TaxRegime],
    }
    if company is not None:
        context |= _follow(company, issued)
    if step == NOTE and company is not None:
        kept = kept_note(request, reverse("nfse:start"))
        kept = kept if kept.get("guided") else {}  # what another step was sent with is no note
        taker = new_taker(request)
        form = _test_note(request, company, kept | taker)
        waits = {"takes_draft": not (kept or taker), "is_restored": bool(kept) and not taker}
        context |= filled_context(request, form) | waits
    else:
        context["form"] = form
    status = status_of(form) if form is not None else 200
    return render(request, "portal/start/page.html", context, status=status)


def _follow(company: Company, issued: InvoiceRequest | None) -> dict[str, Any]:
    """What became of the test note: the first one that stands or is on its way, else the last one refused."""
    asked = issued or find_latest_request(company)
    return {
        "company": company,
        "asked": asked,
        "is_on_its_way": asked is not None and asked.state in OPEN,
        "is_made": asked is not None and asked.state in WITH_NOTE,
    }


def _test_note(request: FirmRequest, company: Company, said: dict[str, Any]) -> IssueForm:
    service = list_services(request.firm.pk, company.pk).first()
    nickname = service.nickname if service else ""
    values: dict[str, Any] = {"company": company.pk, "amount": TEST_AMOUNT, "guided": "1"}
    if service is None or not service.description_template:
        values["description"] = f"Nota de teste do serviço {nickname}"
    taker = find_taker_by_document(request.firm.pk, request.firm.document)
    if taker is not None:
        values |= taker_values(taker)
    return IssueForm(firm_id=request.firm.pk, initial=values | said)
