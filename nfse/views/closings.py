"""Monthly closing (A29)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nfse.decorators import firm_member_required
from nfse.permissions import Right
from nfse.requests import FirmRequest


@require_safe
@firm_member_required(Right.ISSUE)
def closing(request: FirmRequest) -> HttpResponse:
    return render(request, "nfse/closing/page.html")
