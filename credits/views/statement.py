"""The buyer's statement (C12) and the notice of a low balance (C13)."""

from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import buyer_required
from core.addresses import own_path
from core.exports import export_filename, stream_csv
from core.ratelimit import rate_limited
from credits.formatting import describe_credits
from credits.forms import StatementFilterForm
from credits.models import LedgerEntry
from credits.selectors import get_balance, get_owed, list_entries
from credits.selectors.ledger import StatementFilter, tells_low_balance
from credits.selectors.statement import (
    EXPORT_HEADER,
    get_totals,
    iterate_export,
    list_groups,
    read_entries,
    read_groups,
)
from credits.services.low_balance import choose_low_balance_letter, mark_low_balance_seen
from credits.views.requests import BuyerRequest

LINES_PER_PAGE = 25
EXPORT_RATE = "10/m"

log = structlog.get_logger(__name__)


@require_safe
@buyer_required
def statement(request: BuyerRequest) -> HttpResponse:
    form = StatementFilterForm(request.GET)
    chosen = form.chosen()
    account_id = request.account.pk
    rows = list_groups(account_id, chosen) if form.is_grouped else list_entries(account_id, chosen)
    page = Paginator(rows, LINES_PER_PAGE).get_page(request.GET.get("page"))
    shown: list[Any] = list(page.object_list)
    context = {
        "form": form,
        "is_filtered": not chosen.is_empty,
        "chosen": chosen,
        "page": page,
        "lines": read_groups(account_id, shown) if form.is_grouped else read_entries(account_id, shown),
        "balance": get_balance(account_id),
        "owed": get_owed(account_id),
        "totals": get_totals(account_id, chosen),
        "low_balance_limit": settings.CREDITS_LOW_BALANCE,
        "tells_low_balance": tells_low_balance(account_id),
    }
    return render(request, "credits/statement.html", context)


@require_safe
@buyer_required
def statement_lines(request: BuyerRequest) -> HttpResponse:
    """The entries of one group, for the page that shows the group."""
    form = StatementFilterForm(request.GET)
    entries = list_entries(request.account.pk, form.chosen())
    page = Paginator(entries, LINES_PER_PAGE).get_page(request.GET.get("page"))
    shown: list[LedgerEntry] = list(page.object_list)
    lines = read_entries(request.account.pk, shown)
    differ = len({line.text for line in lines}) > 1
    return render(request, "credits/_entries.html", {"page": page, "lines": lines, "show_texts": differ})


@require_safe
@buyer_required
@rate_limited("credits.export", key="account", rate=EXPORT_RATE, method="GET", closed_when_down=False)
def export_statement(request: BuyerRequest) -> StreamingHttpResponse:
    """The filter's entries as CSV, one by one (X3)."""
    chosen: StatementFilter = StatementFilterForm(request.GET).chosen()
    log.info("statement_exported", account_id=request.account.pk, user_id=request.user.pk)
    file_name = export_filename("extrato", "csv", timezone.now())
    return StreamingHttpResponse(
        stream_csv(EXPORT_HEADER, iterate_export(request.account.pk, chosen)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, file_name) or "attachment"},
    )


@require_POST
@buyer_required
def dismiss_low_balance(request: BuyerRequest) -> HttpResponse:
    """The notice was read; it comes back when the balance falls below the limit again."""
    mark_low_balance_seen(account_id=request.account.pk)
    target = own_path(request, request.POST.get("next", ""))
    return HttpResponseRedirect(target or reverse("credits:statement"))


@require_POST
@buyer_required
def choose_low_balance(request: BuyerRequest) -> HttpResponse:
    """Switch the e-mail about a low balance on ("1") or off."""
    is_wanted = request.POST.get("avisar") == "1"
    choose_low_balance_letter(account_id=request.account.pk, is_wanted=is_wanted)
    limit = describe_credits(settings.CREDITS_LOW_BALANCE)
    said = f"Avisaremos por e-mail quando o saldo ficar abaixo de {limit}."
    messages.success(request, said if is_wanted else "O aviso de saldo baixo por e-mail está desligado.")
    return HttpResponseRedirect(reverse("credits:statement"))


for _view in (dismiss_low_balance, choose_low_balance):
    _view.form_page = "credits:statement"  # type: ignore[attr-defined]
