"""The kinds of work of issuing, and how they are put in the queue: ids only, one at a time per request."""

from datetime import datetime

from nfse.models import InvoiceRequest
from queue_worker.services import enqueue

SEND = "nfse.send_request"
ASK = "nfse.ask_request"
CANCEL = "nfse.cancel_note"
READ = "nfse.read_note"
PICTURE = "nfse.fetch_picture"
EMAIL = "nfse.email_note"
TAKER_EMAIL = "nfse.email_taker"


def enqueue_for(request: InvoiceRequest, kind: str, run_after: datetime | None = None) -> None:
    """Put one piece of work of a request in the queue, inside the caller's transaction."""
    enqueue(
        kind=kind,
        payload={"request_id": request.pk},
        dedupe_key=f"request:{request.pk}",
        ordering_key=f"nfse.request:{request.pk}",
        run_after=run_after,
    )


def enqueue_picture(request_id: int) -> None:
    """Have the PDF of a note fetched; inside the caller's transaction."""
    enqueue(kind=PICTURE, payload={"request_id": request_id}, dedupe_key=picture_key(request_id))


def enqueue_taker_letter(request_id: int) -> None:
    """Have a note sent to its taker; not in the row of the request, where the work that brings its XML is."""
    enqueue(
        kind=TAKER_EMAIL,
        payload={"request_id": request_id},
        dedupe_key=f"request:{request_id}",
        priority=70,
    )


def picture_key(request_id: int) -> str:
    """Return what the work on one note's PDF is found by."""
    return f"picture:{request_id}"
