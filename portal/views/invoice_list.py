"""All requests and notes of a firm in one list, and the rows that change while somebody looks (A21)."""

import re
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nfse.access import FirmRequest, firm_member_required
from nfse.models import AuthorizedPhone, Taker
from nfse.permissions import NotFound, Right
from nfse.selectors.invoices import (
    count_totals,
    list_request_ids,
    load_requests,
)
from nfse.selectors.phones import get_phone
from nfse.selectors.takers import get_taker
from portal.forms.invoice_filters import InvoiceFilterForm

PER_PAGE = 50
_SHOWN = re.compile(r"([0-9]{1,18}):([a-z_]{1,12})")


class _Counted(Paginator):
    """Pages of a list whose length is known already."""

    def __init__(self, found: QuerySet[Any, int], per_page: int, count: int) -> None:
        super().__init__(found, per_page)
        self.count = count


@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoices(request: FirmRequest) -> HttpResponse:
    form = InvoiceFilterForm(request.GET, firm_id=request.firm.pk)
    chosen = form.chosen()
    totals = count_totals(request.firm.pk, chosen)
    pages = _Counted(list_request_ids(request.firm.pk, chosen), PER_PAGE, totals.requests)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "is_filtered": not chosen.is_empty,
        "taker": _find_taker(request.firm.pk, chosen.taker_id),
        "phone": _find_phone(request.firm.pk, chosen.phone_id),
        "company": form.find_unlisted_company(),
        "totals": totals,
        "page": page,
        "requests": load_requests(request.firm.pk, page.object_list),
    }
    return render(request, "portal/invoices/list.html", context)


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoices_status(request: FirmRequest) -> HttpResponse:
    """What a page with moving rows asks again and again: only those whose state is not the shown one."""
    shown = {int(pk): state for pk, state in _SHOWN.findall(request.GET.get("mostradas", ""))[:PER_PAGE]}
    watched = load_requests(request.firm.pk, shown)
    changed = [one for one in watched if one.state != shown[one.pk]]
    context: dict[str, Any] = {
        "watched": watched,
        "requests": changed,
        "hide_company": request.GET.get("sem_empresa") == "1",
    }
    if request.GET.get("totais") == "1":
        context["has_totals"] = True
        if changed:
            form = InvoiceFilterForm(request.GET, firm_id=request.firm.pk)
            context["totals"] = count_totals(request.firm.pk, form.chosen())
    return render(request, "portal/invoices/_update.html", context)


def _find_phone(firm_id: int, phone_id: int | None) -> AuthorizedPhone | None:
    if phone_id is None:
        return None
    try:
        return get_phone(firm_id, phone_id)
    except NotFound:
        return None


def _find_taker(firm_id: int, taker_id: int | None) -> Taker | None:
    if taker_id is None:
        return None
    try:
        return get_taker(firm_id, taker_id)
    except NotFound:
        return None
