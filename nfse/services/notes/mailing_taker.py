"""The letter that a note sends to its taker by itself (N13); `issuing.taker_letter` asks for it.

The address is the one that was confirmed with the note. The letter waits for what it needs, and for a
cancellation to be decided; a note that no longer stands is not sent.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from core.mail import Letter, Outcome
from core.masking import mask_email
from nfse.events import Event
from nfse.models import Invoice, InvoiceRequest
from nfse.services.issuing.moving import locked_request, record_event
from nfse.services.notes.mailing import is_emailable, write_note_letter
from nfse.services.notes.pictures import read_picture
from nfse.states import STANDING, State
from queue_worker.errors import GiveUp, RetryLater, Snooze

FIRST_WAIT, LONGEST_WAIT = 15.0, 3600.0
WAITS_FOR = timedelta(days=30)
_EVENTS = {
    Outcome.SENT: Event.TAKER_EMAILED,
    Outcome.DROPPED: Event.TAKER_EMAIL_DROPPED,
    Outcome.FAILED: Event.TAKER_EMAIL_FAILED,
}


def write_to_taker(*, request_id: int) -> Letter | None:
    """Write the letter of a note that stands; None when it no longer does.

    Raises what `read_picture` raises, Snooze, RetryLater, GiveUp.
    """
    request = InvoiceRequest.objects.select_related("firm", "company", "invoice").get(pk=request_id)
    if request.state not in STANDING:
        return None
    if request.state != State.ISSUED or not is_emailable(request.invoice):
        raise _wait(request.invoice)
    letter = write_note_letter(request, _address_of(request), read_picture(request.pk))
    if not InvoiceRequest.objects.filter(pk=request.pk, state=State.ISSUED).exists():
        raise RetryLater(reason="the note changed while its PDF was fetched")
    return letter


def record_taker_letter(*, outcome: Outcome, request_id: int) -> None:
    """The history says how the letter ended."""
    with locked_request(request_id) as request:
        address = "" if outcome == Outcome.DROPPED else mask_email(_address_of(request))
        record_event(request, _EVENTS[outcome], detail=address)


def _wait(invoice: Invoice) -> Snooze | GiveUp:
    """Look again after as long as the note is old already, at most an hour."""
    age = timezone.now() - invoice.created_at
    if age > WAITS_FOR:
        return GiveUp("the note has no XML, or its cancellation is open, after 30 days")
    seconds = min(max(age.total_seconds(), FIRST_WAIT), LONGEST_WAIT)
    return Snooze(seconds * settings.NFSE_WAIT_SCALE, "the note has no XML, or its cancellation is open")


def _address_of(request: InvoiceRequest) -> str:
    taker = request.snapshot.taker
    return taker.email if taker else ""
