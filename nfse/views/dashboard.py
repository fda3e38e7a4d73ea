"""The first page of a firm (A11)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nfse.decorators import firm_member_required
from nfse.permissions import Right
from nfse.requests import FirmRequest


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def dashboard(request: FirmRequest) -> HttpResponse:
    return render(request, "nfse/dashboard/page.html")
