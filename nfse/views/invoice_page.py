"""One request with its note, and what its page asks again and again (A22)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nfse.decorators import firm_member_required
from nfse.permissions import Right
from nfse.requests import FirmRequest
from nfse.selectors.invoices import get_request
from nfse.views.missing import or_404


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoice(request: FirmRequest, request_id: int) -> HttpResponse:
    found = or_404(get_request, request.firm.pk, request_id)
    return render(request, "nfse/invoice/page.html", {"requested": found})


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoice_status(request: FirmRequest, request_id: int) -> HttpResponse:
    found = or_404(get_request, request.firm.pk, request_id)
    return render(request, "nfse/invoice/page.html", {"requested": found})
