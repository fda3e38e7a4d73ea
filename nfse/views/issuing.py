"""Issue by hand, and substitute: form, mirror, yes (A23, N15, N17)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from nfse.decorators import firm_member_required
from nfse.permissions import Right
from nfse.requests import FirmRequest
from nfse.selectors.invoices import get_request
from nfse.views.missing import or_404


@require_safe
@firm_member_required(Right.ISSUE)
def issue(request: FirmRequest) -> HttpResponse:
    return render(request, "nfse/issuing/page.html")


@require_POST
@firm_member_required(Right.ISSUE)
def mirror(request: FirmRequest) -> HttpResponse:
    return redirect("nfse:issue")


@require_POST
@firm_member_required(Right.ISSUE)
def confirm(request: FirmRequest) -> HttpResponse:
    return redirect("nfse:issue")


@require_safe
@firm_member_required(Right.ISSUE)
def substitute(request: FirmRequest, request_id: int) -> HttpResponse:
    or_404(get_request, request.firm.pk, request_id)
    return redirect("nfse:invoice", request_id=request_id)
