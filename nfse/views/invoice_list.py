"""All requests and notes of a firm in one list (A21)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nfse.decorators import firm_member_required
from nfse.permissions import Right
from nfse.requests import FirmRequest
from nfse.selectors.invoices import list_requests

PER_PAGE = 50


@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoices(request: FirmRequest) -> HttpResponse:
    page = Paginator(list_requests(request.firm.pk), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "nfse/invoices/list.html", {"page": page, "requests": page.object_list})
