"""Have a delivery processed again (O11)."""

import uuid

import structlog
from django.db import transaction

from core.errors import NitroError
from inbox.messages import Malformed
from inbox.models import Delivery, Replay
from inbox.services.accepting import NotUnderstood, accept, fail, read_delivery
from inbox.sources import Source, find_source

log = structlog.get_logger(__name__)


class BodyGone(NitroError):
    """The body is no longer kept."""

    message = "O conteúdo deste webhook já foi apagado: ele não pode ser tratado de novo."


class SourceGone(NitroError):
    """No app registers the source any more."""

    message = "Nenhuma parte do Nitro trata mais esta origem."


def replay_delivery(*, delivery_id: int, actor_id: int, reason: str, form_key: uuid.UUID) -> Delivery:
    """Process a delivery again, as if it had just come, and keep who asked for it and why.

    The same `form_key` again changes nothing. What a source does twice has the effect of once (R56), so a
    delivery that was processed may be replayed as well.

    Raises Delivery.DoesNotExist, BodyGone, SourceGone, core.crypto.DecryptionFailed.
    """
    with transaction.atomic(durable=True):
        delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
        if Replay.objects.filter(form_key=form_key).exists():
            return delivery
        source = find_source(delivery.source)
        if source is None:
            raise SourceGone
        if delivery.body is None:
            raise BodyGone
        Replay.objects.create(delivery=delivery, actor_id=actor_id, reason=reason, form_key=form_key)
        delivery.state, delivery.reason = Delivery.State.RECEIVED, ""
        delivery.result, delivery.processed_at = {}, None
        delivery.save(update_fields=["state", "reason", "result", "processed_at"])
        _accept_again(delivery, source)
    log.info("delivery_replayed", delivery_id=delivery.pk, source=delivery.source, actor_id=actor_id)
    return delivery


def _accept_again(delivery: Delivery, source: Source) -> None:
    try:
        received = read_delivery(delivery)
    except Malformed:
        received = None
    try:
        with transaction.atomic():
            accept(delivery, source, received)
    except NotUnderstood as error:
        fail(delivery, error.reason)
