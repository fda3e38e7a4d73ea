"""/webhooks/whatsapp/<channel key>/: what the Evolution API tells of a firm's number (W3, R80)."""

import hmac
from collections import Counter
from datetime import timedelta
from typing import Any

from django.db.models import Q

from core.compiled import Compiled, Parameter
from inbox.sources import MEGABYTE, Call, Outcome, Received, Sender, Source, UnknownSender
from whatsapp.models import Channel
from whatsapp.services.arrival import store_messages
from whatsapp.services.channel_states import note_link, note_qr
from whatsapp.services.receipts import note_delivery, note_echo
from whatsapp.transport.events import (
    DeliveryMoved,
    Event,
    Ignored,
    LinkChanged,
    MessageCame,
    QrShown,
    SendEchoed,
    Unreadable,
)
from whatsapp.transport.evolution import parse_webhook

NAME = "whatsapp"
SECRET_HEADER = "X-Webhook-Secret"  # noqa: S105 (a name)
BODY_LIMIT = 20 * MEGABYTE
EVENT_TIME_STEP = timedelta(seconds=15)
OTHER_INSTANCE = "A instância nomeada não é a deste canal."
UNREADABLE_INSTANCE = "O nome da instância não é um texto."
UNREADABLE = "O conteúdo não tem o que identifica uma mensagem."
_CHANNELS = Channel.objects.defer("qr", "token", "number")
_FIND_CHANNEL = Compiled(lambda: _CHANNELS.filter(key=Parameter("key"), deleted_at=None))


def authenticate(call: Call) -> Sender:
    """Return the channel. Raises UnknownSender: no such channel, deleted, or not its secret.

    The secret is read with each webhook, so that one that was changed is refused at once.
    """
    channel = _FIND_CHANNEL.only(key=call.address) if "\0" not in call.address else None
    told = call.headers.get(SECRET_HEADER, "")
    right = channel.secret if channel is not None else ""
    if not hmac.compare_digest(told.encode(), right.encode()) or not right:
        raise UnknownSender
    return Sender(call.address, channel)


def add_rows(received: Received) -> Outcome:
    """Store what one webhook means, in the transaction that stores the delivery."""
    channel: Channel = received.sender_row or _CHANNELS.get(key=received.account)
    instance = received.message.get("instance")
    if instance is not None and not isinstance(instance, str):
        return Outcome("refused", UNREADABLE_INSTANCE, {"unreadable_instance": 1})
    if instance not in {channel.instance_name, None}:
        return Outcome("refused", OTHER_INSTANCE)
    events = parse_webhook(received.message)
    counts: Counter[str] = Counter()
    for event in events:
        counts[_store(channel, event, received)] += 1
    _note_life(channel, received)
    if all(isinstance(event, Unreadable) for event in events):
        return Outcome("refused", UNREADABLE, dict(counts))
    return Outcome("processed", result=dict(counts))


def _store(channel: Channel, event: Event, received: Received) -> str:
    """Store one event and return the word under which it is counted."""
    match event:
        case MessageCame():
            (arrived,) = store_messages(
                channel=channel,
                messages=[event],
                received_at=received.received_at,
                delivery_id=received.delivery_id,
            )
            return arrived.outcome
        case SendEchoed():
            return note_echo(channel=channel, echo=event, now=received.received_at)
        case DeliveryMoved():
            return note_delivery(channel=channel, moved=event, now=received.received_at)
        case LinkChanged():
            return note_link(channel=channel, change=event, now=received.received_at)
        case QrShown():
            return note_qr(channel=channel, shown=event, now=received.received_at)
        case Ignored():
            return f"ignored_{event.why}"
        case _:
            return f"unreadable_{event.why}"


def _note_life(channel: Channel, received: Received) -> None:
    """Remember that the channel spoke; not each time, or its row would be a queue for all that arrives."""
    stale = Q(last_event_at=None) | Q(last_event_at__lt=received.received_at - EVENT_TIME_STEP)
    if channel.last_event_at is None or channel.last_event_at < received.received_at - EVENT_TIME_STEP:
        Channel.objects.filter(stale, pk=channel.pk).update(last_event_at=received.received_at)


def _plain_fields() -> frozenset[str]:
    envelope = {"event", "instance", "date_time", "messageType", "messageTimestamp", "source", "instanceId"}
    return frozenset({*envelope, "status", "state", "statusReason", "fromMe", "type", "addressingMode"})


def _identify(_call: Call, _message: dict[str, Any]) -> str:
    """Evolution gives its deliveries no id: messages are known by their own."""
    return ""


WHATSAPP = Source(
    name=NAME,
    title="WhatsApp",
    authenticate=authenticate,
    identify=_identify,
    add_rows=add_rows,
    body_limit=BODY_LIMIT,
    plain_fields=_plain_fields(),
)
