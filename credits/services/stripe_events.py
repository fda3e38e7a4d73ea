"""Deliveries of Stripe: an event says where to look; the payment is read anew and settled (C9, R14)."""

import structlog
from django.conf import settings
from django.db import transaction

from core.errors import Refused
from credits.errors import PaymentMismatch
from credits.gateways import stripe_events
from credits.gateways.payments import Payment
from credits.gateways.stripe import StripePayments, is_live
from credits.gateways.stripe_events import Event, NotSigned
from credits.models import Order
from credits.services.settling import settle_order
from inbox.services import open_delivery, record_outcome
from inbox.sources import BadSignature, Call, Message, Outcome, Sender, Source, UnknownSender

log = structlog.get_logger(__name__)

HANDLE_EVENT = "credits.handle_stripe_event"
IGNORED = Outcome(result={"changes": "nada"})
OTHER_MODE = Outcome("refused", "Evento do outro modo da Stripe (teste ou produção).")
NO_ORDER = Outcome("refused", "Nenhum pedido do Nitro tem este pagamento.")


def handle_event(*, delivery_id: int) -> None:
    """Settle the order that an event is about; effects and outcome are one transaction.

    The work of a delivery. Raises Unavailable (Stripe did not say what it knows: try again) and Refused (it
    does not let us ask: an operator looks, and replays the delivery).
    """
    received = open_delivery(delivery_id=delivery_id)
    if received is None:
        return
    event = stripe_events.read_event(received.message)
    if not event.concerns_payments or event.is_live != is_live():
        _record(delivery_id, IGNORED if event.is_live == is_live() else OTHER_MODE)
        return
    payments = StripePayments()
    session_id = _find_session_id(payments, event)
    payment = _read_if_known(payments, session_id)
    order_id = _find_order_id(session_id, payment.order_ids) if payment else None
    if payment is None or order_id is None:
        log.error("payment_unmatched", delivery_id=delivery_id, type=event.type)
        _record(delivery_id, NO_ORDER)
        return
    try:
        with transaction.atomic(durable=True):
            order = settle_order(order_id=order_id, payment=payment)
            record_outcome(
                delivery_id=delivery_id, outcome=Outcome(result={"order": order.pk, "state": order.state})
            )
    except PaymentMismatch as error:
        _record(delivery_id, Outcome("refused", error.message, {"order": order_id, "wrong": error.wrong}))


def _record(delivery_id: int, outcome: Outcome) -> None:
    with transaction.atomic(durable=True):
        record_outcome(delivery_id=delivery_id, outcome=outcome)


def _find_session_id(payments: StripePayments, event: Event) -> str:
    if event.session_id or not event.payment_intent_id:
        return event.session_id
    known = Order.objects.filter(payment_intent_id=event.payment_intent_id)
    return known.values_list("session_id", flat=True).first() or payments.find_session_id(
        event.payment_intent_id
    )


def _read_if_known(payments: StripePayments, session_id: str) -> Payment | None:
    """Return the payment; None when Stripe knows no such checkout."""
    if not session_id:
        return None
    try:
        return payments.read_payment(session_id)
    except Refused as error:
        if error.code != "resource_missing":
            raise
        return None


def _find_order_id(session_id: str, named: tuple[str, ...]) -> int | None:
    """The order that has this checkout, or that the checkout names before its id was kept."""
    order_id = Order.objects.filter(session_id=session_id).values_list("pk", flat=True).first()
    if order_id is not None or len(named) != 1 or not (named[0].isascii() and named[0].isdigit()):
        return order_id
    return Order.objects.filter(pk=int(named[0][:18])).values_list("pk", flat=True).first()


def _authenticate(_call: Call) -> Sender:
    """Without a secret there is no such page (R16)."""
    if not settings.STRIPE_WEBHOOK_SECRET:
        raise UnknownSender
    return Sender()


def _verify(call: Call, body: bytes) -> None:
    try:
        stripe_events.verify(
            body, call.headers.get(stripe_events.HEADER), settings.STRIPE_WEBHOOK_SECRET, call.received_at
        )
    except NotSigned as error:
        raise BadSignature from error


def _identify(_call: Call, message: Message) -> str:
    identifier = message.get("id")
    return identifier if isinstance(identifier, str) else ""


STRIPE = Source(
    name="stripe",
    title="Stripe",
    authenticate=_authenticate,
    verify=_verify,
    identify=_identify,
    kind=HANDLE_EVENT,
    plain_fields=frozenset(
        {
            "id",
            "type",
            "object",
            "created",
            "livemode",
            "api_version",
            "status",
            "payment_status",
            "amount",
            "amount_total",
            "amount_refunded",
            "currency",
            "client_reference_id",
            "order_id",
            "payment_intent",
            "charge",
            "reason",
        }
    ),
)
