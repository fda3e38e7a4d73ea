"""Answering with a file: its name, its type, never kept by anybody on the way.

@require_safe
@firm_member_required(Right.SEE_COMPANIES)
@export_limited
def export_companies(request: FirmRequest, extension: str) -> HttpResponseBase:
    return download_table(request, Right.SEE_COMPANIES, extension, Table(…))
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from core.addresses import own_path
from core.ratelimit import rate_limited
from core.xlsx import TooManyRows
from nfse.access import FirmRequest
from nfse.answers import or_404
from nfse.permissions import Right
from nfse.services.exports.tables import Download, Extension, Table, export_table

EXPORTS_PER_FIRM = "10/m"


def firm_key(request: HttpRequest) -> str:
    """Count what a firm's people do together."""
    return f"firm:{request.firm.pk}"  # type: ignore[attr-defined]


export_limited = rate_limited(
    "nfse.export", key=firm_key, rate=EXPORTS_PER_FIRM, method="GET", closed_when_down=False
)
"""Files that cost work to make; under `firm_member_required`."""


def read_extension(text: str) -> Extension:
    """Return csv or xlsx of an address; anything else is no page of ours."""
    try:
        return Extension(text)
    except ValueError as error:
        raise Http404 from error


def download_table(request: FirmRequest, right: Right, extension: str, table: Table) -> HttpResponseBase:
    """Answer with a list as CSV or XLSX; the download is written down in the trail."""
    try:
        download = or_404(
            export_table,
            actor=request.actor,
            right=right,
            table=table,
            extension=read_extension(extension),
        )
    except TooManyRows as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(_page_before(request))
    return send(download)


def send(download: Download) -> StreamingHttpResponse:
    """Answer with a file as an attachment."""
    return StreamingHttpResponse(
        download.chunks,
        content_type=download.content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, download.file_name) or "attachment",
            "Cache-Control": "private, no-store",
        },
    )


def _page_before(request: FirmRequest) -> str:
    return own_path(request, request.headers.get("Referer", "")) or reverse("nfse:dashboard")
