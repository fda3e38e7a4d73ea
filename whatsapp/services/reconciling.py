"""What webhooks lost is read back: messages of others, by the same door as webhooks (W23)."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from inbox.services import store_delivery
from inbox.sources import Call, find_source
from queue_worker.services import enqueue
from whatsapp.gateways.transport import TooManyMessages, Window
from whatsapp.gateways.transports import open_messenger
from whatsapp.models import Channel, ChannelEvent, Conversation, InboundMessage
from whatsapp.services.channel_states import RECONCILE_CHANNEL, note_event
from whatsapp.services.credentials import credentials_of
from whatsapp.transport.events import Event, MessageCame

log = structlog.get_logger(__name__)
OVERLAP, AHEAD = timedelta(minutes=2), timedelta(minutes=1)
SHORTEST_SPAN = timedelta(seconds=1)
SEEN_LATELY = timedelta(hours=6)
"""What came by webhook in this time stands in Evolution's table, too, which may keep little more."""

OLDEST = timedelta(days=30)
"""Evolution's table keeps days, and whoever wrote more than a day ago is not answered (5.9)."""

_BROUGHT = frozenset({"stored", "completed"})


def enqueue_reconciliations(*, now: datetime) -> int:
    """Ask for the reading of every connected channel, and return how many there are."""
    channels = Channel.objects.filter(state=Channel.State.CONNECTED, deleted_at=None)
    ids = list(channels.order_by("pk").values_list("pk", flat=True))
    with transaction.atomic(durable=True):
        for channel_id in ids:
            _enqueue(channel_id, now)
    return len(ids)


def reconcile_channel(*, channel_id: int, now: datetime) -> dict[str, int]:
    """Store what the transport has and we have not, from where the last reading ended; return the counts.

    After an outage it reads one span and has the next one read as new work, until it has come to now.
    Raises core.errors.ProviderError.
    """
    channel = Channel.objects.get(pk=channel_id)
    if channel.state != Channel.State.CONNECTED or channel.is_deleted:
        return {"read": 0, "found": 0}
    window, records = _read(channel, now)
    counts = {"read": 0, "found": 0}
    for record, event in reversed(records):  # newest first: stored in the order in which they came
        counts["read"] += 1
        if isinstance(event, MessageCame) and not _is_known(channel, event):
            counts["found"] += _deliver(channel, record, event)
    _go_on(channel_id, window.until, now)
    if counts["found"]:
        log.warning("webhooks_lost", channel_id=channel_id, **counts)
        note_event(channel_id, ChannelEvent.What.LOST_FOUND, now, detail=str(counts["found"]))
    elif not records and _has_webhooks(channel, window, now):
        log.warning("reconciliation_sees_nothing", channel_id=channel_id)  # the filter may not work (11.2)
    return counts


def _read(channel: Channel, now: datetime) -> tuple[Window, list[tuple[dict[str, Any], Event]]]:
    """Return a span and its messages: all since the last message that arrived, when that is not too much.

    Else it begins where the last reading ended, and is halved until it can be read at once.
    """
    messenger = open_messenger(credentials_of(channel))
    start, until = _find_start(channel, now), now + AHEAD
    window = Window(min(start, _find_last_arrival(channel, now)) - OVERLAP, until)
    while True:
        try:
            return window, list(messenger.list_received(window))
        except TooManyMessages:
            if until - start <= SHORTEST_SPAN:
                raise
            until = start + max((until - start) / 2, SHORTEST_SPAN)
            window = Window(start, until)


def _find_start(channel: Channel, now: datetime) -> datetime:
    return min(max(channel.reconciled_until or channel.created_at, now - OLDEST), now)


def _find_last_arrival(channel: Channel, now: datetime) -> datetime:
    """Return when the last message came: what Evolution got late is older than the last reading."""
    last = Conversation.objects.filter(channel=channel).aggregate(at=Max("last_message_at"))["at"]
    return max(last or channel.created_at, now - OLDEST)


def _go_on(channel_id: int, until: datetime, now: datetime) -> None:
    """Remember how far was read, and have the rest read."""
    with transaction.atomic(durable=True):
        Channel.objects.filter(pk=channel_id).update(reconciled_until=min(until, now))
        if until < now:
            _enqueue(channel_id, now)


def _enqueue(channel_id: int, now: datetime) -> None:
    enqueue(
        kind=RECONCILE_CHANNEL,
        payload={"channel_id": channel_id},
        dedupe_key=str(channel_id),
        run_after=now,
        priority=120,
    )


def _is_known(channel: Channel, event: MessageCame) -> bool:
    known = InboundMessage.objects.filter(channel=channel, provider_message_id=event.message_id)
    if not event.content.has_content:
        return known.exists()
    return known.exclude(kind=InboundMessage.Kind.UNKNOWN).exists()


def _has_webhooks(channel: Channel, window: Window, now: datetime) -> bool:
    came = InboundMessage.objects.filter(channel=channel, is_from_firm=False)
    since = max(window.since, now - SEEN_LATELY)
    return came.filter(sent_at__gt=since, sent_at__lt=window.until).exists()


def _deliver(channel: Channel, record: dict[str, object], event: MessageCame) -> bool:
    """Deliver a record as the webhook that did not come; return whether it brought a message.

    It is kept, replayed and deleted like one. A record that never becomes a message is read each time, and
    delivered once.
    """
    source = find_source("whatsapp")
    if source is None:
        raise RuntimeError("the source of webhooks is not registered")
    body = {
        "event": "messages.upsert",
        "instance": channel.instance_name,
        "data": record,
        "sender": f"{channel.number}@s.whatsapp.net" if channel.number else None,
    }
    delivery = store_delivery(
        source=source,
        account=channel.key,
        call=Call(channel.key, {}, timezone.now()),
        body=json.dumps(body, ensure_ascii=False).encode(),
        external_id=_name_delivery(event),
    )
    return delivery.repeats == 0 and not _BROUGHT.isdisjoint(delivery.result)


def _name_delivery(event: MessageCame) -> str:
    """Return the id of a record's delivery; when the content comes later than the record, that is another."""
    digest = hashlib.sha256(event.message_id.encode()).hexdigest()
    return f"reconcile:{digest}:{'content' if event.content.has_content else 'empty'}"
