"""The kinds of work of issuing, and how they are put in the queue: ids only, one at a time per request."""

from datetime import datetime

from nfse.models import InvoiceRequest
from queue_worker.services import enqueue

SEND = "nfse.send_request"
ASK = "nfse.ask_request"
CANCEL = "nfse.cancel_note"
READ = "nfse.read_note"
SETTLING = (SEND, ASK)


def enqueue_for(request: InvoiceRequest, kind: str, run_after: datetime | None = None) -> None:
    """Put one piece of work of a request in the queue, inside the caller's transaction."""
    enqueue(
        kind=kind,
        payload={"request_id": request.pk},
        dedupe_key=f"request:{request.pk}",
        ordering_key=f"nfse.request:{request.pk}",
        run_after=run_after,
    )
