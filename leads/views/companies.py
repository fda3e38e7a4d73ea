"""One company that the account owns."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import buyer_required
from leads.selectors.accesses import get_access, list_accesses_of_company
from leads.views.requests import BuyerRequest, or_404
from leads.visibility import visible_lead, visible_leads


@require_safe
@buyer_required
def company(request: BuyerRequest, access_id: int) -> HttpResponse:
    access = or_404(get_access, request.account.pk, access_id)
    bought = list_accesses_of_company(request.account.pk, access.company_id)
    context = {"lead": visible_lead(access), "history": visible_leads(bought)}
    return render(request, "leads/companies/detail.html", context)
