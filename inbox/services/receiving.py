"""Store what was delivered, once, together with what must be done about it (R56, R80)."""

from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from core.database import violates
from core.request_ids import current_request_id
from inbox.messages import Malformed, clean_id, parse_message
from inbox.models import Delivery
from inbox.services.accepting import NotUnderstood, accept, describe, enqueue_work, mark_failed
from inbox.sources import Call, Message, Source

log = structlog.get_logger(__name__)

NEXT_ID = "SELECT nextval(pg_get_serial_sequence('inbox_delivery', 'id'))"


def store_delivery(
    *, source: Source, account: str, call: Call, body: bytes, sender_row: Any = None, external_id: str = ""
) -> Delivery:
    """Store an authentic delivery with its rows and its work, all or nothing, and return its row.

    A delivery whose external id is known is counted, not stored again; while its work is not done, the work
    is moved to now: the sender repeats because it has waited.

    sender_row: of the Sender. external_id: given by us, to what we fetched and the sender did not number.

    Raises OperationalError, InterfaceError: nothing is stored, the sender must repeat.
    """
    message = _parse(body)
    delivery = Delivery(
        source=source.name,
        account=account,
        external_id=clean_id(external_id or source.identify(call, message)) if message is not None else "",
        headers={name: call.headers[name] for name in source.headers if name in call.headers},
        received_at=call.received_at,
        request_id=current_request_id(),
    )
    delivery.seal(body)
    known: Delivery | None = None
    try:
        with transaction.atomic(durable=True):
            if delivery.external_id:
                known = _insert(delivery)
            else:
                _reserve_id(delivery)
            if known is None:
                received = None if message is None else describe(delivery, body, message, sender_row)
                accept(delivery, source, received)
            elif known.state == Delivery.State.RECEIVED:
                enqueue_work(known, source)
    except NotUnderstood as error:
        known = _keep_failed(delivery, error.reason)
    stored = known or delivery
    log.info("delivery_stored", delivery_id=stored.pk, source=source.name, is_repeated=known is not None)
    return stored


def _parse(body: bytes) -> Message | None:
    try:
        return parse_message(body)
    except Malformed:
        return None


def _reserve_id(delivery: Delivery) -> None:
    """Give a delivery its id before its row: what it means refers to it, and the row comes once, at the end.

    Foreign keys are checked at the commit. One that the sender numbered is inserted first instead: the
    unique index holds the second of two at once back.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT_ID)
        (delivery.pk,) = cursor.fetchone()


def _keep_failed(delivery: Delivery, reason: str) -> Delivery | None:
    """Store a delivery whose rows were rolled back; return instead the row that has its external id."""
    delivery.pk, delivery._state.adding = None, True
    mark_failed(delivery, reason)
    with transaction.atomic(durable=True):
        return _insert(delivery)


def _insert(delivery: Delivery) -> Delivery | None:
    """Insert the row; return instead, locked, the row that has its external id already."""
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError as error:
        if not violates(error, "inbox_delivery_once"):
            raise
    else:
        return None
    same = {name: getattr(delivery, name) for name in ("source", "account", "external_id")}
    Delivery.objects.filter(**same).update(repeats=F("repeats") + 1)
    return Delivery.objects.defer("body").get(**same)
