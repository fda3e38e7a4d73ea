"""Taking the notes of a filter out: CSV, XLSX and XML (X4, A21). Long lists are made by work."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.errors import NitroError
from core.ratelimit import rate_limited
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404
from nfse.permissions import Right
from nfse.selectors.closings import list_exports
from nfse.selectors.invoices import RequestFilters, list_requests
from nfse.services.closing.requesting import request_export
from nfse.services.exports.notes import HEADER, note_row, read_notes
from nfse.services.exports.tables import Table
from nfse.services.exports.zips import NoNotes, TooManyNotes, export_documents
from portal.forms.invoice_filters import InvoiceFilterForm
from portal.views.downloads import download_table, export_limited, firm_key, read_extension, send

ROWS_AT_ONCE = 2000
SHOWN = 20


@require_safe
@firm_member_required(Right.SEE_INVOICES)
@export_limited
def export_invoices(request: FirmRequest, extension: str) -> HttpResponseBase:
    """The list of the filter in the address, at once; more rows than that are offered as work."""
    kind, filters = read_extension(extension), _filters(request)
    requests = list_requests(request.firm.pk, filters)
    count = requests.count()
    if count > ROWS_AT_ONCE:
        context = {"count": count, "extension": kind, "query": request.GET.urlencode()}
        return render(request, "portal/exports/offer.html", context)
    rows = (note_row(note) for note in read_notes(requests))
    table = Table("notas", "Notas", HEADER, rows, count, _describe(filters))
    return download_table(request, Right.SEE_INVOICES, kind, table)


@require_POST
@firm_member_required(Right.SEE_INVOICES)
@rate_limited("nfse.ask_export", key=firm_key, rate="20/h", closed_when_down=False)
def ask_export(request: FirmRequest, extension: str) -> HttpResponse:
    """Have the list of the filter in the address made by work."""
    or_404(
        request_export,
        firm_id=request.firm.pk,
        user_id=request.user.pk,
        filters=_filters(request),
        extension=read_extension(extension),
    )
    return redirect("nfse:invoice_exports")


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
def invoice_exports(request: FirmRequest) -> HttpResponse:
    """The long lists that work made or is making."""
    return render(request, "portal/exports/page.html", {"packages": list_exports(request.firm.pk)[:SHOWN]})


@require_safe
@firm_member_required(Right.SEE_INVOICES)
@export_limited
def export_invoices_zip(request: FirmRequest) -> HttpResponseBase:
    try:
        download = or_404(export_documents, actor=request.actor, filters=_filters(request))
    except (TooManyNotes, NoNotes) as error:
        return _back(request, error)
    return send(download)


def _back(request: FirmRequest, error: NitroError) -> HttpResponse:
    messages.error(request, error.message)
    query = request.GET.urlencode()
    return redirect(f"{reverse('nfse:invoices')}?{query}" if query else reverse("nfse:invoices"))


def _filters(request: FirmRequest) -> RequestFilters:
    return InvoiceFilterForm(request.GET, firm_id=request.firm.pk).chosen()


def _describe(filters: RequestFilters) -> dict[str, str]:
    """Say what narrowed a list, for the trail; a text may be a CPF and is only said to be there."""
    said = {
        "período": " a ".join(f"{day:%d/%m/%Y}" if day else "…" for day in (filters.since, filters.until))
        if filters.since or filters.until
        else "",
        "empresa": str(filters.company_id or ""),
        "situações": ", ".join(filters.states),
        "ambiente": filters.environment,
        "busca": "por texto" if filters.text else "",
    }
    return {name: value for name, value in said.items() if value}
