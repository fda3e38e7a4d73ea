"""Store what was delivered, once, together with what must be done about it (R56, R80)."""

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F

from core.database import violates
from core.request_ids import current_request_id
from inbox.messages import Malformed, clean_id, parse_message
from inbox.models import Delivery
from inbox.services.accepting import accept, enqueue_work
from inbox.sources import Call, Source

log = structlog.get_logger(__name__)


def store_delivery(*, source: Source, account: str, call: Call, body: bytes) -> Delivery:
    """Store an authentic delivery with its rows and its work, all or nothing, and return its row.

    A delivery whose external id is known is counted, not stored again; while its work is not done, the work
    is moved to now: the sender repeats because it has waited.

    Raises OperationalError, InterfaceError: nothing is stored, the sender must repeat.
    """
    delivery = Delivery(
        source=source.name,
        account=account,
        external_id=_identify(source, call, body),
        headers={name: call.headers[name] for name in source.headers if name in call.headers},
        received_at=call.received_at,
        request_id=current_request_id(),
    )
    delivery.seal(body)
    with transaction.atomic(durable=True):
        known = _insert(delivery)
        if known is None:
            accept(delivery, source)
        elif known.state == Delivery.State.RECEIVED:
            enqueue_work(known, source)
    stored = known or delivery
    log.info("delivery_stored", delivery_id=stored.pk, source=source.name, is_repeated=known is not None)
    return stored


def _identify(source: Source, call: Call, body: bytes) -> str:
    try:
        return clean_id(source.identify(call, parse_message(body)))
    except Malformed:
        return ""


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
