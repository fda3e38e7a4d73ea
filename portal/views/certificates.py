"""Certificates of a firm's companies: the list, and sending one (A17, N4)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from core.forms import status_of
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import attempt, or_404, who
from nfse.models import Company
from nfse.permissions import Right
from nfse.selectors.certificates import (
    count_by_expiry,
    find_active_certificate,
    list_active_certificates,
)
from nfse.selectors.companies import CompanyFilters, count_by_readiness, get_company
from nfse.services import certificates as services
from portal.forms.certificates import CertificateFilterForm, CertificateForm
from portal.views.downloads import firm_key

CERTIFICATES_PER_PAGE = 20
UPLOADS = "30/h"
TABS = (
    ("", "Todos", "total"),
    ("ending", "Vencem em 30 dias", "ending"),
    ("expired", "Vencidos", "expired"),
    ("ok", "Em dia", "ok"),
)


@require_safe
@firm_member_required(Right.SEE_CERTIFICATES)
def certificates(request: FirmRequest) -> HttpResponse:
    now = timezone.now()
    form = CertificateFilterForm(request.GET)
    text, state = form.chosen()
    listed = list_active_certificates(request.firm.pk, now=now, text=text, state=state)
    counts = count_by_expiry(request.firm.pk, now=now, text=text)
    without = count_by_readiness(request.firm.pk, CompanyFilters(certificate="none"), now=now)
    context = {
        "form": form,
        "page": Paginator(listed, CERTIFICATES_PER_PAGE).get_page(request.GET.get("page")),
        "now": now,
        "state": state,
        "text": text,
        "tabs": [(name, label, counts[key]) for name, label, key in TABS],
        "without_count": without.blocked,
    }
    return render(request, "portal/certificates/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@firm_member_required(Right.EDIT_CERTIFICATES)
@rate_limited("nfse.certificate", key=firm_key, rate=UPLOADS, closed_when_down=False)
@sensitive_post_parameters("password")
def upload_certificate(request: FirmRequest, company_id: int) -> HttpResponse:
    """By htmx only the refusal is answered: the browser keeps the chosen file and the password."""
    company = or_404(get_company, request.firm.pk, company_id)
    is_sent = request.method == "POST"
    form = CertificateForm(request.POST, request.FILES) if is_sent else CertificateForm()
    if form.is_valid():
        certificate = attempt(
            form,
            services.upload_certificate,
            **who(request),
            company_id=company_id,
            data=form.cleaned_data["file"].read(),
            password=form.cleaned_data["password"],
            accept_same_root=form.cleaned_data["accept_same_root"],
        )
        if certificate is not None:
            messages.success(request, f"Certificado de {certificate.holder} guardado e em uso.")
            return _go(request, f"{reverse('nfse:company', args=[company_id])}?aba=certificados")
    return _show_upload(request, company, form)


def _show_upload(request: FirmRequest, company: Company, form: CertificateForm) -> HttpResponse:
    context = {
        "company": company,
        "form": form,
        "current": find_active_certificate(request.firm.pk, company.pk),
        "now": timezone.now(),
    }
    template = "portal/certificates/_refusal.html" if request.htmx else "portal/certificates/upload.html"
    return render(request, template, context, status=status_of(form))


def _go(request: FirmRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
