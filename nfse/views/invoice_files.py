"""PDF and XML of a note (A22, N13, R92)."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from nfse.decorators import firm_member_required
from nfse.permissions import Right
from nfse.requests import FirmRequest
from nfse.selectors.invoices import get_request
from nfse.views.missing import or_404


@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoice_pdf(request: FirmRequest, request_id: int) -> HttpResponse:
    or_404(get_request, request.firm.pk, request_id)
    return redirect("nfse:invoice", request_id=request_id)


@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoice_xml(request: FirmRequest, request_id: int) -> HttpResponse:
    or_404(get_request, request.firm.pk, request_id)
    return redirect("nfse:invoice", request_id=request_id)
