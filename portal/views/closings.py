"""Monthly closing (N18, A29)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.crypto import DecryptionFailed
from core.errors import NitroError
from core.private_files import FileMissing
from core.ratelimit import rate_limited
from fiscal.documents.clock import competence_today
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404
from nfse.models import Package
from nfse.permissions import NotAllowed, Right
from nfse.selectors.closings import (
    find_newest_closing,
    get_package,
    list_closings,
    list_doubts,
    list_month_companies,
    list_months,
    previous_month,
)
from nfse.services.closing.checking import find_reason
from nfse.services.closing.downloading import PackageNotThere, right_for, take_package
from nfse.services.closing.requesting import request_closing
from portal.forms.closings import ClosingForm, MonthForm
from portal.views.downloads import firm_key, send

COMPANIES_PER_PAGE = 50
DOUBTS_SHOWN = 20
HISTORY_PER_PAGE = 10


@never_cache
@require_safe
@firm_member_required(Right.ISSUE)
def closing(request: FirmRequest) -> HttpResponse:
    return _show(request, request.GET.dict())


@require_POST
@firm_member_required(Right.ISSUE)
@rate_limited("nfse.make_closing", key=firm_key, rate="120/h", closed_when_down=False)
def make_closing(request: FirmRequest) -> HttpResponse:
    months = list_months(request.firm.pk, competence_today(timezone.now()))
    form = ClosingForm(request.POST, months=months)
    if not form.is_valid():
        return _show(request, {}, problem=str(next(iter(form.errors.values()))[0]))
    asked = form.cleaned_data
    try:
        package = or_404(
            request_closing,
            firm_id=request.firm.pk,
            user_id=request.user.pk,
            month=asked["mes"],
            company_id=asked["empresa"],
        )
    except NitroError as error:
        return _show(request, {"mes": f"{asked['mes']:%Y-%m}"}, problem=error.message)
    return redirect(f"{reverse('nfse:closing')}?mes={package.month:%Y-%m}")


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def closing_status(request: FirmRequest, closing_id: int) -> HttpResponse:
    """How far one package is. Once it ended the page is drawn anew: more than this fragment changed."""
    package = or_404(get_package, request.firm.pk, closing_id)
    _require_right(request, package)
    response = render(request, "portal/closing/_package.html", {"package": package})
    if request.htmx and not package.is_open:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@firm_member_required(Right.SEE_INVOICES)
@rate_limited("nfse.download", key=firm_key, rate="60/m", method="GET", closed_when_down=False)
def closing_download(request: FirmRequest, closing_id: int) -> HttpResponseBase:
    try:
        download = or_404(take_package, actor=request.actor, package_id=closing_id)
    except (PackageNotThere, FileMissing, DecryptionFailed) as error:
        messages.error(request, error.message)
        return redirect(_page_of(get_package(request.firm.pk, closing_id)))
    return send(download)


def _show(request: FirmRequest, asked: dict[str, Any], problem: str = "") -> HttpResponse:
    today = competence_today(timezone.now())
    months = list_months(request.firm.pk, today)
    form = MonthForm(asked, months=months, default=_default_month(months, today))
    month = form.chosen()
    context = {
        "form": MonthForm({"mes": f"{month:%Y-%m}"}, months=months, default=month),
        "month": month,
        "is_running": month == today.replace(day=1),
        "problem": problem,
        **_month_context(request, month),
        **_history_context(request),
    }
    return render(request, "portal/closing/page.html", context, status=422 if problem else 200)


def _month_context(request: FirmRequest, month: date) -> dict[str, Any]:
    """The month's companies with their packages, what is in doubt, and what changed since the last."""
    firm_id = request.firm.pk
    companies = list_month_companies(firm_id, month)
    busy = [one for one in companies if not one.is_empty]
    doubts = list_doubts(firm_id, month)
    shown = list(doubts[: DOUBTS_SHOWN + 1])
    return {
        "package": find_newest_closing(firm_id, month),
        "totals": {
            "issued": sum(one.issued for one in busy),
            "ended": sum(one.ended for one in busy),
            "in_doubt": sum(one.in_doubt for one in busy),
            "amount": sum((one.amount for one in busy), Decimal("0.00")),
        },
        "page": Paginator(busy, COMPANIES_PER_PAGE).get_page(request.GET.get("page")),
        "quiet_count": len(companies) - len(busy),
        "doubts": [(one, find_reason(one)) for one in shown[:DOUBTS_SHOWN]],
        "has_more_doubts": len(shown) > DOUBTS_SHOWN,
    }


def _history_context(request: FirmRequest) -> dict[str, Any]:
    history = Paginator(list_closings(request.firm.pk), HISTORY_PER_PAGE)
    return {"history": history.get_page(request.GET.get("historico"))}


def _default_month(months: list[date], today: date) -> date:
    """The month before, which is what is closed now; in the very first month that one."""
    return previous_month(today) if previous_month(today) in months else months[0]


def _require_right(request: FirmRequest, package: Package) -> None:
    if right_for(package) not in request.rights:
        raise PermissionDenied(NotAllowed.message)


def _page_of(package: Package) -> str:
    if package.month is None:
        return reverse("nfse:invoice_exports")
    return f"{reverse('nfse:closing')}?mes={package.month:%Y-%m}"
