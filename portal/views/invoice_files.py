"""PDF and XML of a note (A22, N13, R92)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.ratelimit import rate_limited
from fiscal.documents.danfse import NotDrawable
from fiscal.documents.xml import UnreadableXml
from nfse.access import FirmRequest, firm_member_required
from nfse.answers import or_404
from nfse.models import Invoice
from nfse.permissions import Right
from nfse.selectors.notes import is_drawn_here
from nfse.services.notes.mailing import file_name
from nfse.services.notes.pictures import (
    draw_picture,
    find_picture,
    get_note_of,
    get_progress,
    request_picture,
)

FILES_PER_PERSON = "240/m"
NO_XML = "O XML ainda está chegando do emissor. Ele aparece nesta página sozinho."
NOT_DRAWABLE = "Não foi possível desenhar o PDF desta nota. O XML continua disponível."

file_limited = rate_limited(
    "nfse.note_files", key="account", rate=FILES_PER_PERSON, method="GET", closed_when_down=False
)


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
@file_limited
def invoice_pdf(request: FirmRequest, request_id: int) -> HttpResponse:
    """Drawn here from the national XML; a city's own PDF is fetched by work, and this page waits for it."""
    note = or_404(get_note_of, actor=request.actor, request_id=request_id)
    if is_drawn_here(note.request):
        return _draw(request, note)
    picture = find_picture(note)
    if picture is not None and not request.htmx:
        return _file(picture.pdf, file_name(note, "pdf"), "application/pdf")
    if request.htmx:
        progress = get_progress(note)
    else:
        progress = or_404(request_picture, actor=request.actor, request_id=request_id)
    context = {"requested": note.request, "invoice": note, "progress": progress}
    template = "portal/invoice/_picture.html" if request.htmx else "portal/invoice/picture.html"
    return render(request, template, context)


@never_cache
@require_safe
@firm_member_required(Right.SEE_INVOICES)
@file_limited
def invoice_xml(request: FirmRequest, request_id: int) -> HttpResponse:
    """The document as it was received, byte by byte."""
    note = or_404(get_note_of, actor=request.actor, request_id=request_id)
    if not note.xml_text:
        return _not_yet(request, request_id, NO_XML)
    return _file(note.xml, file_name(note, "xml"), "application/xml")


def _draw(request: FirmRequest, note: Invoice) -> HttpResponse:
    if not note.xml_text:
        return _not_yet(request, note.request_id, NO_XML)
    try:
        pdf = draw_picture(note)
    except (NotDrawable, UnreadableXml):
        return _not_yet(request, note.request_id, NOT_DRAWABLE)
    return _file(pdf, file_name(note, "pdf"), "application/pdf")


def _file(data: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _not_yet(request: FirmRequest, request_id: int, sentence: str) -> HttpResponse:
    messages.warning(request, sentence)
    return redirect("nfse:invoice", request_id=request_id)
