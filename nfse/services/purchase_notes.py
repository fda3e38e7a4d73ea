"""A note of each purchase of credits: Nitro's own company is the provider, where the settings say so.

Credits stands below and only says that a purchase settled; once per order a note follows. It names no taker:
a buyer gives no document when he buys, and the national layout lets the taker be left out.
"""

import uuid
from decimal import Decimal

import structlog
from django.conf import settings
from django.utils import timezone

from credits.formatting import describe_credits
from credits.models import Order
from credits.selectors.orders import get_order
from fiscal.documents.clock import competence_today
from nfse.actors import Actor
from nfse.models import Company, InvoiceRequest
from nfse.services.issuing.confirming import confirm_request
from nfse.services.issuing.preparing import prepare_request
from nfse.services.issuing.snapshots import NoteInput
from queue_worker.errors import GiveUp
from queue_worker.services import enqueue

log = structlog.get_logger(__name__)

ISSUE_PURCHASE_NOTE = "nfse.issue_purchase_note"
FORM_KEYS = uuid.UUID("6f1f7c3e-6f0e-4f0a-9c55-0d6a2b6f4b11")


def is_switched_on() -> bool:
    """Whether purchases get a note: company, service and the member who asks are all named."""
    named = (
        settings.NFSE_PURCHASE_COMPANY_ID,
        settings.NFSE_PURCHASE_SERVICE_ID,
        settings.NFSE_PURCHASE_USER_ID,
    )
    return all(named)


def ask_for_note(*, order_id: int) -> None:
    """Ask for the note of an order, inside the transaction that settles it."""
    if is_switched_on():
        enqueue(kind=ISSUE_PURCHASE_NOTE, payload={"order_id": order_id}, dedupe_key=f"order:{order_id}")


def issue_purchase_note(*, order_id: int) -> dict[str, int]:
    """Confirm the note of an order, as the member of the settings; the same order is the same request.

    None when the payment was given back or disputed meanwhile. The work of ISSUE_PURCHASE_NOTE.

    Raises GiveUp with what blocks the note: the work is dead until an operator has mended it and queues it
    again. Raises NotFound, NotAllowed: the member has lost the right.
    """
    order = get_order(order_id)
    if order.state != Order.State.PAID:
        log.warning("purchase_note_not_needed", order_id=order_id, state=order.state)
        return {}
    company = Company.objects.get(pk=settings.NFSE_PURCHASE_COMPANY_ID)
    actor = Actor(firm_id=company.firm_id, user_id=settings.NFSE_PURCHASE_USER_ID)
    note = NoteInput(
        company_id=company.pk,
        taker_id=None,
        service_id=settings.NFSE_PURCHASE_SERVICE_ID,
        amount=Decimal(order.cents) / 100,
        description=f"Compra de {describe_credits(order.credits)}, pedido nº {order.pk}",
        competence_date=competence_today(timezone.now()),
    )
    form_key = uuid.uuid5(FORM_KEYS, str(order_id))
    known = InvoiceRequest.objects.filter(company=company, form_key=form_key).first()
    if known is not None:
        return {"request_id": known.pk}
    mirror = prepare_request(actor=actor, note=note)
    if not mirror.can_confirm:
        raise GiveUp(mirror.problems[0].message_pt)
    request = confirm_request(actor=actor, note=note, mirror_hash=mirror.hash, form_key=form_key)
    log.info("purchase_note_confirmed", order_id=order_id, request_id=request.pk)
    return {"request_id": request.pk}
