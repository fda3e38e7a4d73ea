"""The PDF of a note: drawn here from the XML of a national one, fetched by work from PlugNotas (N13, R55)."""

from enum import StrEnum

from django.db import transaction

from fiscal.documents import danfse
from fiscal.enumerations import NoteStatus
from nfse.actors import Actor
from nfse.models import Invoice, NotePicture
from nfse.permissions import Right
from nfse.selectors.notes import get_note, is_drawn_here
from nfse.services.issuing import kinds
from nfse.services.issuing.gateways_of import open_gateway, reference_of
from nfse.signals import pdf_ready
from queue_worker.models import WorkItem
from queue_worker.work import Work


class Progress(StrEnum):
    """How far the PDF of a note is."""

    READY = "ready"
    MAKING = "making"
    FAILED = "failed"


def draw_picture(invoice: Invoice) -> bytes:
    """Return the PDF of a note whose XML is stored, watermark by its state. About 90 ms of CPU.

    Raises NotDrawable, UnreadableXml.
    """
    return danfse.render(
        invoice.xml,
        canceled=invoice.status == NoteStatus.CANCELED,
        replaced=invoice.status == NoteStatus.REPLACED,
    )


def find_picture(invoice: Invoice) -> NotePicture | None:
    """Return the stored PDF, if it shows the note as it stands now."""
    return NotePicture.objects.filter(firm_id=invoice.firm_id, invoice=invoice, status=invoice.status).first()


def get_progress(invoice: Invoice) -> Progress:
    """Return how far a PDF is that the gateway draws; asks nobody."""
    if find_picture(invoice) is not None:
        return Progress.READY
    newest = (
        WorkItem.objects.filter(kind=kinds.PICTURE, dedupe_key=kinds.picture_key(invoice.request_id))
        .order_by("-pk")
        .values_list("status", flat=True)
        .first()
    )
    is_over = newest in {WorkItem.Status.DEAD, WorkItem.Status.CANCELLED}
    return Progress.FAILED if is_over else Progress.MAKING


def get_note_of(*, actor: Actor, request_id: int) -> Invoice:
    """Return the note whose PDF and XML the actor may have. Raises NotFound, NotAllowed."""
    invoice = get_note(actor.firm_id, request_id)
    actor.require(Right.SEE_INVOICES, company_id=invoice.company_id)
    return invoice


def request_picture(*, actor: Actor, request_id: int) -> Progress:
    """Ask the queue for the PDF, unless it is there; asked twice it is fetched once.

    Raises NotFound, NotAllowed.
    """
    with transaction.atomic(durable=True):
        invoice = get_note_of(actor=actor, request_id=request_id)
        if find_picture(invoice) is not None:
            return Progress.READY
        kinds.enqueue_picture(request_id)
    return Progress.MAKING


def fetch_picture(*, request_id: int, work: Work) -> None:
    """Download the PDF as the note stands now. NotReady and Unavailable pass: the queue tries again."""
    invoice = _load(request_id)
    if find_picture(invoice) is None:
        keep_picture(invoice, _download(invoice), work)


def read_picture(request_id: int) -> bytes:
    """Return the PDF for a letter: drawn, stored, or fetched and stored. Outside of any transaction.

    Raises core.errors.ProviderError, NoCertificate, NotDrawable.
    """
    invoice = _load(request_id)
    if is_drawn_here(invoice.request):
        return draw_picture(invoice)
    picture = find_picture(invoice)
    if picture is not None:
        return picture.pdf
    pdf = _download(invoice)
    keep_picture(invoice, pdf)
    return pdf


def keep_picture(invoice: Invoice, pdf: bytes, work: Work | None = None) -> None:
    """Store a PDF that shows the note as `invoice` was read, in place of an older one."""
    drawn = NotePicture(firm_id=invoice.firm_id, invoice=invoice, status=invoice.status)
    drawn.pdf = pdf
    with transaction.atomic():
        NotePicture.objects.update_or_create(
            invoice=invoice,
            defaults={"firm_id": drawn.firm_id, "status": drawn.status, "pdf_text": drawn.pdf_text},
        )
        tell_pdf(invoice)
        if work is not None:
            work.finish({"bytes": len(pdf)})


def tell_pdf(invoice: Invoice) -> None:
    """Tell who listens that the PDF can be had now; in the transaction that stored what it is made of."""
    pdf_ready.send(
        sender=Invoice, request_id=invoice.request_id, firm_id=invoice.firm_id, status=str(invoice.status)
    )


def _load(request_id: int) -> Invoice:
    return Invoice.objects.select_related("request").get(request_id=request_id)


def _download(invoice: Invoice) -> bytes:
    return open_gateway(invoice.request).pdf(reference_of(invoice.request))
