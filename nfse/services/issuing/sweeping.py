"""Give requests whose work was lost their work again: a request never stays where it is (R53, R85)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from nfse.models import InvoiceRequest
from nfse.services.issuing import kinds
from nfse.states import OPEN, State
from queue_worker.models import WorkItem

LOST_AFTER = timedelta(minutes=1)
WORK_OF = {
    State.QUEUED: kinds.SEND,
    State.SENDING: kinds.SEND,
    State.ACCEPTED: kinds.ASK,
    State.IN_DOUBT: kinds.ASK,
    State.CANCELING: kinds.CANCEL,
}


def requeue_lost_requests(*, now: datetime) -> int:
    """Enqueue the work of open requests that have none, and return how many."""
    key = Concat(Value("nfse.request:"), Cast(OuterRef("pk"), CharField()))
    work = WorkItem.objects.filter(ordering_key=key, status__in=WorkItem.OPEN)
    with transaction.atomic(durable=True):
        lost = list(
            InvoiceRequest.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(state__in=[*OPEN, State.CANCELING], state_changed_at__lt=now - LOST_AFTER)
            .exclude(attention=InvoiceRequest.Attention.TAKEN)
            .filter(~Exists(work))
            .defer("payload_text", "snapshot_data")
            .order_by("pk")[:200]
        )
        for request in lost:
            kinds.enqueue_for(request, WORK_OF[State(request.state)])
    return len(lost)
