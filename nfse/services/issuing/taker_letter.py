"""Have a note sent to its taker by e-mail as soon as it is issued, where the company chose so (N13)."""

from core.masking import mask_email
from nfse.events import Event
from nfse.models import InvoiceRequest, TaxProfile
from nfse.services.issuing import kinds
from nfse.services.issuing.moving import record_event


def ask_taker_letter(request: InvoiceRequest) -> None:
    """Enqueue the letter of a note, if it gets one; in the transaction that records the note, which is once.

    A test note and a taker without an e-mail get none. A note that was found after a doubt is ours too.
    """
    taker = request.snapshot.taker
    if request.is_test or taker is None or not taker.email:
        return
    profile = TaxProfile.objects.filter(firm_id=request.firm_id, company_id=request.company_id)
    if profile.filter(email_to_taker=True).exists():
        record_event(request, Event.TAKER_EMAIL_ASKED, detail=mask_email(taker.email))
        kinds.enqueue_taker_letter(request.pk)
