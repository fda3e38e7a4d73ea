"""One request with its note, and what its page asks again and again (A22)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404
from nfse.permissions import Right
from nfse.selectors.invoices import get_request
from portal.views.note_page import build_page


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoice(request: FirmRequest, request_id: int) -> HttpResponse:
    found = or_404(get_request, request.firm.pk, request_id)
    return render(request, "portal/invoice/page.html", build_page(found, request.rights))


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoice_status(request: FirmRequest, request_id: int) -> HttpResponse:
    """The whole note again when anything changed since the mark of the page; else nothing (204)."""
    found = or_404(get_request, request.firm.pk, request_id)
    context = build_page(found, request.rights)
    if request.GET.get("visto") == context["marker"] and context["is_live"]:
        return HttpResponse(status=204)
    return render(request, "portal/invoice/_update.html", context)
