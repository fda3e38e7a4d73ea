"""What a person does with a request or a note: cancel, retry, withdraw, send, settle (A22, A23)."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from nfse.decorators import firm_member_required
from nfse.permissions import Right
from nfse.requests import FirmRequest
from nfse.selectors.invoices import get_request
from nfse.views.missing import or_404


def _back(request: FirmRequest, request_id: int) -> HttpResponse:
    or_404(get_request, request.firm.pk, request_id)
    return redirect("nfse:invoice", request_id=request_id)


email_invoice = require_POST(firm_member_required(Right.SEE_INVOICES)(_back))
cancel_invoice = require_POST(firm_member_required(Right.ISSUE)(_back))
retry_request = require_POST(firm_member_required(Right.ISSUE)(_back))
withdraw_request = require_POST(firm_member_required(Right.ISSUE)(_back))
settle_taken = require_POST(firm_member_required(Right.ISSUE)(_back))
