"""Minha base: everything that the account ever bought, once each (L14)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import buyer_required
from leads.forms import BaseFilterForm
from leads.selectors.accesses import list_my_base
from leads.views.requests import BuyerRequest
from leads.visibility import visible_leads

COMPANIES_PER_PAGE = 50


@require_safe
@buyer_required
def my_base(request: BuyerRequest) -> HttpResponse:
    form = BaseFilterForm(request.GET, account_id=request.account.pk)
    chosen = form.chosen()
    owned = list_my_base(request.account.pk, chosen)
    page = Paginator(owned, COMPANIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "is_filtered": not chosen.is_empty,
        "page": page,
        "leads": visible_leads(page.object_list),
    }
    return render(request, "leads/base/page.html", context)
