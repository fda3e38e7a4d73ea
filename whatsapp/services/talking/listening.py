"""Work for conversations that wait for something from below, inside the transaction of whoever brings it."""

from nfse.models import Invoice
from queue_worker.services import enqueue
from whatsapp.conversation.states import OPEN
from whatsapp.models import Session
from whatsapp.services.talking import kinds

_OPEN_VALUES = [state.value for state in OPEN]


def enqueue_request(*, request_id: int) -> None:
    """Have the conversations of a request hear that it moved."""
    sessions = Session.objects.filter(request_id=request_id, state__in=_OPEN_VALUES)
    for conversation_id in sorted(sessions.values_list("conversation_id", flat=True)):
        enqueue(
            kind=kinds.HEAR_REQUEST,
            payload={"request_id": request_id, "conversation_id": conversation_id},
            dedupe_key=f"{conversation_id}:{request_id}",
            ordering_key=kinds.order_of(conversation_id),
        )


def enqueue_files(*, request_id: int, status: str) -> None:
    """Have the files of a note sent now that waited for its PDF. Of who was forgotten nobody waits (W24)."""
    invoice = Invoice.objects.filter(request_id=request_id, status=status).first()
    if invoice is None:
        return
    sessions = Session.objects.filter(request_id=request_id, conversation__forgotten_at=None)
    for conversation_id in sorted(set(sessions.values_list("conversation_id", flat=True))):
        enqueue_hand_over(conversation_id, invoice)


def enqueue_hand_over(conversation_id: int, invoice: Invoice) -> None:
    """Have the files of a note sent in a conversation, once for each status of the note."""
    enqueue(
        kind=kinds.HAND_OVER,
        payload={
            "conversation_id": conversation_id,
            "invoice_id": invoice.pk,
            "cause": f"note:{invoice.pk}:{invoice.status}",
        },
        dedupe_key=f"{conversation_id}:{invoice.pk}:{invoice.status}",
    )


def list_sessions_of_lookup(cnpj: str) -> list[Session]:
    """Return the open sessions whose client has this CNPJ, by conversation."""
    index = Session.index_lookup(cnpj)
    waiting = (
        Session.objects.filter(lookup_index=index, state__in=_OPEN_VALUES)
        if index
        else Session.objects.none()
    )
    return list(waiting.order_by("conversation_id"))


def enqueue_hearing(session: Session) -> None:
    """Have a session hear of the registry's answer."""
    enqueue(
        kind=kinds.HEAR_REGISTRY,
        payload={"session_id": session.pk, "cnpj_index": session.lookup_index},
        dedupe_key=f"session:{session.pk}",
        ordering_key=kinds.order_of(session.conversation_id),
    )
