"""The letter that a note sends to its taker by itself (N13); `issuing.taker_letter` asks for it.

The address is the one that was confirmed with the note. The letter waits for what it needs, and for a
cancellation to be decided; a note that no longer stands is not sent.
"""

from datetime import timedelta

from django.utils import timezone

from accounts.gateways import send_letter
from core.masking import mask_email
from nfse.events import Event
from nfse.models import Invoice, InvoiceRequest
from nfse.services.issuing import kinds, waits
from nfse.services.issuing.moving import locked_request, note
from nfse.services.notes.mailing import is_emailable, write_note_letter
from nfse.services.notes.pictures import read_picture
from nfse.states import STANDING, State
from queue_worker.errors import GiveUp, RetryLater
from queue_worker.models import WorkItem
from queue_worker.work import Work

FIRST_WAIT, LONGEST_WAIT = 15.0, 3600.0
WAITS_FOR = timedelta(days=30)


def send_to_taker(*, request_id: int, work: Work) -> None:
    """Send the letter, wait, or drop it, by what the note is now. With no transaction open.

    Raises core.errors.Unavailable, Refused, what `read_picture` raises, RetryLater, GiveUp.
    """
    request = InvoiceRequest.objects.select_related("firm", "company", "invoice").get(pk=request_id)
    if request.state not in STANDING:
        _drop(request_id, work)
    elif request.state != State.ISSUED or not is_emailable(request.invoice):
        _wait(request.invoice, work)
    else:
        _send(request, work)


def give_up_taker_letter(item: WorkItem) -> None:
    """The letter could not be sent: the history says so."""
    with locked_request(item.payload["request_id"]) as request:
        note(request, Event.TAKER_EMAIL_FAILED, detail=mask_email(_address_of(request)))


def _send(request: InvoiceRequest, work: Work) -> None:
    address = _address_of(request)
    letter = write_note_letter(request, address, read_picture(request.pk))
    work.check()
    if not InvoiceRequest.objects.filter(pk=request.pk, state=State.ISSUED).exists():
        raise RetryLater(reason="the note changed while its PDF was fetched")
    send_letter(letter)
    with locked_request(request.pk) as current:
        note(current, Event.TAKER_EMAILED, detail=mask_email(address))
        work.finish({"sent": True})


def _wait(invoice: Invoice, work: Work) -> None:
    """Look again after as long as the note is old already, at most an hour."""
    age = timezone.now() - invoice.created_at
    if age > WAITS_FOR:
        raise GiveUp("the note has no XML, or its cancellation is open, after 30 days")
    seconds = min(max(age.total_seconds(), FIRST_WAIT), LONGEST_WAIT)
    with locked_request(invoice.request_id) as request:
        kinds.enqueue_taker_letter(request.pk, waits.after(seconds))
        work.finish({"waits": request.state})


def _drop(request_id: int, work: Work) -> None:
    with locked_request(request_id) as request:
        note(request, Event.TAKER_EMAIL_DROPPED)
        work.finish({"sent": False})


def _address_of(request: InvoiceRequest) -> str:
    taker = request.snapshot.taker
    return taker.email if taker else ""
