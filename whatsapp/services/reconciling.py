"""What webhooks lost is read back: messages of others, by the same door as webhooks (W23)."""

import json
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from inbox.services import store_delivery
from inbox.sources import Call, find_source
from queue_worker.services import enqueue
from whatsapp.gateways.transport import Window
from whatsapp.gateways.transports import open_messenger
from whatsapp.models import Channel, ChannelEvent, InboundMessage
from whatsapp.services.channel_states import RECONCILE_CHANNEL, note_event
from whatsapp.services.credentials import credentials_of
from whatsapp.transport.events import MessageCame

log = structlog.get_logger(__name__)
OVERLAP, AHEAD = timedelta(minutes=2), timedelta(minutes=1)
LONGEST = timedelta(hours=24)
"""Older messages are stored only: nobody is answered after a day (5.9)."""


def enqueue_reconciliations(*, now: datetime) -> int:
    """Ask for the reading of every connected channel, and return how many there are."""
    channels = Channel.objects.filter(state=Channel.State.CONNECTED, deleted_at=None)
    ids = list(channels.order_by("pk").values_list("pk", flat=True))
    with transaction.atomic(durable=True):
        for channel_id in ids:
            enqueue(
                kind=RECONCILE_CHANNEL,
                payload={"channel_id": channel_id},
                dedupe_key=str(channel_id),
                run_after=now,
                priority=120,
            )
    return len(ids)


def reconcile_channel(*, channel_id: int, now: datetime) -> dict[str, int]:
    """Store what the transport has and we have not, from where the last reading ended; return the counts.

    Raises core.errors.ProviderError.
    """
    channel = Channel.objects.get(pk=channel_id)
    if channel.state != Channel.State.CONNECTED or channel.is_deleted:
        return {"read": 0, "found": 0}
    since = max((channel.reconciled_until or channel.created_at) - OVERLAP, now - LONGEST)
    messenger = open_messenger(credentials_of(channel))
    counts = {"read": 0, "found": 0}
    records = list(messenger.list_received(Window(since, now + AHEAD)))
    for record, event in reversed(records):  # newest first: stored in the order in which they came
        counts["read"] += 1
        if isinstance(event, MessageCame) and not _is_known(channel, event):
            _store(channel, record)
            counts["found"] += 1
    Channel.objects.filter(pk=channel_id).update(reconciled_until=now)
    if counts["found"]:
        log.warning("webhooks_lost", channel_id=channel_id, **counts)
        note_event(channel_id, ChannelEvent.What.LOST_FOUND, now, detail=str(counts["found"]))
    elif not records and _has_webhooks(channel, since):
        log.warning("reconciliation_sees_nothing", channel_id=channel_id)  # the filter may not work (11.2)
    return counts


def _is_known(channel: Channel, event: MessageCame) -> bool:
    known = InboundMessage.objects.filter(channel=channel, provider_message_id=event.message_id)
    if not event.content.has_content:
        return known.exists()
    return known.exclude(kind=InboundMessage.Kind.UNKNOWN).exists()


def _has_webhooks(channel: Channel, since: datetime) -> bool:
    return InboundMessage.objects.filter(channel=channel, sent_at__gt=since, is_from_firm=False).exists()


def _store(channel: Channel, record: dict[str, object]) -> None:
    """Deliver a record as the webhook that did not come: it is kept, replayed and deleted like one."""
    source = find_source("whatsapp")
    if source is None:
        raise RuntimeError("the source of webhooks is not registered")
    body = {
        "event": "messages.upsert",
        "instance": channel.instance_name,
        "data": record,
        "sender": f"{channel.number}@s.whatsapp.net" if channel.number else None,
    }
    store_delivery(
        source=source,
        account=channel.key,
        call=Call(channel.key, {}, timezone.now()),
        body=json.dumps(body, ensure_ascii=False).encode(),
    )
