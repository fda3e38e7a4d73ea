"""A note by e-mail: a letter with PDF and XML, to the taker or to a typed address (A22, N13)."""

import re
import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from core.errors import NitroError
from core.mail import Attachment, Letter, Outcome
from core.masking import mask_email
from fiscal.documents.mirror import TEST_BANNER, format_reais
from fiscal.enumerations import NoteStatus
from nfse.actors import Actor
from nfse.events import Event
from nfse.models import Invoice, InvoiceRequest, NoteEmail, RequestEvent
from nfse.permissions import Right
from nfse.services.issuing import kinds
from nfse.services.issuing.locking import lock_request_for
from nfse.services.issuing.moving import locked_request, record_event
from nfse.services.letters import write_letter
from nfse.services.notes.pictures import read_picture
from queue_worker.services import enqueue


class InvalidEmail(NitroError):
    message = "Escreva um e-mail válido, como financeiro@empresa.com.br."


class NotEmailable(NitroError):
    """There is no note yet, or its XML has not come."""

    message = "A nota ainda não tem PDF e XML para enviar. Espere um instante e tente de novo."


def email_invoice(*, actor: Actor, request_id: int, to: str, form_key: uuid.UUID) -> InvoiceRequest:
    """Have the note sent to an address; the same `form_key` sends one letter.

    Raises NotAllowed, NotFound, InvalidEmail, NotEmailable.
    """
    address = _clean(to)
    with transaction.atomic(durable=True):
        request = lock_request_for(actor, request_id, Right.SEE_INVOICES)
        if not is_emailable(Invoice.objects.filter(request=request).first()):
            raise NotEmailable
        asked = RequestEvent.objects.filter(
            request=request, event=Event.EMAIL_ASKED, data__form_key=str(form_key)
        )
        if not asked.exists():
            data = {"form_key": str(form_key)}
            record_event(request, Event.EMAIL_ASKED, actor=actor, detail=mask_email(address), data=data)
            email = NoteEmail.objects.create(request=request, address=address)
            enqueue(
                kind=kinds.EMAIL,
                payload={"email_id": email.pk},
                dedupe_key=f"email:{email.pk}",
                priority=70,
            )
    return request


def is_emailable(invoice: Invoice | None) -> bool:
    """Return whether PDF and XML can be had."""
    return invoice is not None and bool(invoice.xml_text)


def write_note_email(*, email_id: int) -> Letter | None:
    """Write the letter that a person asked for; None when it has left. Raises what `read_picture` raises."""
    email = NoteEmail.objects.filter(pk=email_id).first()
    if email is None:
        return None
    request = InvoiceRequest.objects.select_related("firm", "company", "invoice").get(pk=email.request_id)
    return write_note_letter(request, email.address, read_picture(request.pk))


def record_note_email(*, outcome: Outcome, email_id: int) -> None:
    """The history says whether the letter left; the address goes with it."""
    email = NoteEmail.objects.filter(pk=email_id).first()
    if email is None:
        return
    with locked_request(email.request_id) as request:
        event = Event.EMAILED if outcome == Outcome.SENT else Event.EMAIL_FAILED
        record_event(request, event, detail=mask_email(email.address))
        if outcome == Outcome.SENT:
            email.delete()


def _clean(address: str) -> str:
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidEmail from error
    return address


def write_note_letter(request: InvoiceRequest, address: str, pdf: bytes) -> Letter:
    """Return the letter with both files; `request` has its firm, company and invoice loaded."""
    invoice = request.invoice
    test = "TESTE · " if request.is_test else ""
    company = request.company.display_name
    return write_letter(
        to=address,
        subject=f"{test}NFS-e {invoice.number} de {company}",
        template="note",
        firm_id=request.firm_id,
        context={
            "company": company,
            "firm": request.firm.display_name,
            "invoice": invoice,
            "amount": format_reais(invoice.amount),
            "test_banner": TEST_BANNER if request.is_test else "",
            "is_canceled": invoice.status == NoteStatus.CANCELED,
            "is_replaced": invoice.status == NoteStatus.REPLACED,
        },
        attachments=(
            Attachment(file_name(invoice, "pdf"), pdf, "application/pdf"),
            Attachment(file_name(invoice, "xml"), invoice.xml, "application/xml"),
        ),
    )


def file_name(invoice: Invoice, extension: str) -> str:
    """Return NFSe_<number>_<key>.<extension>; without a key its verification code, or neither."""
    parts = ["NFSe", invoice.number, invoice.access_key or invoice.verification_code]
    safe = [re.sub(r"[^0-9A-Za-z.-]", "", part) for part in parts]
    return "_".join(part for part in safe if part) + f".{extension}"
