"""Sending what waits in one conversation, in order, each message once (W19, R81; celery-redis.md 6).

One work item sends for one conversation at a time. What is found "sending" at its start was left by a run
that died: its outcome is unknown. An unknown outcome is asked for before anything is sent again, and that is
done once. A message that cannot go now holds the later ones for two minutes; then they are tried, each time
after what stands before them, so that the order is kept when a whole channel comes back.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.compiled import Compiled, Parameter
from queue_worker.work import Work
from whatsapp.gateways.transports import open_messenger
from whatsapp.models import Channel, Conversation, OutboundMessage
from whatsapp.services.credentials import credentials_of
from whatsapp.services.outbox import ring_sending
from whatsapp.services.sending.handing_over import send_message
from whatsapp.services.sending.rows import Clock, State
from whatsapp.services.sending.settling import settle_unknown
from whatsapp.services.sending.taking import snooze_or_stop, take_next

SECONDS_OF_ONE_SEND = 45.0
_READ_CONVERSATION = Compiled(
    lambda: Conversation.objects.select_related("channel").defer("channel__qr").filter(pk=Parameter("pk"))
)


def send_waiting(*, conversation_id: int, work: Work, now: datetime) -> dict[str, int]:
    """Send what waits in a conversation and return how many messages left.

    Raises Snooze while something waits for its time, LeaseLost.
    """
    clock = Clock(now, timezone.now())
    conversation = _read_conversation(conversation_id)
    count, tried = 0, set[int]()
    while True:
        if not _is_connected(conversation.channel):
            return {"sent": count}  # it is rung again when the channel connects
        row, waiting = take_next(conversation_id, tried, clock.read())
        if row is None:
            snooze_or_stop(waiting, clock.read())
            return {"sent": count}
        if work.seconds_left < SECONDS_OF_ONE_SEND:
            _go_on_later(conversation, clock.read())
            return {"sent": count}
        work.check()
        tried.add(row.pk)
        was_alone = waiting == [row]
        messenger = open_messenger(credentials_of(conversation.channel))
        if row.state == State.UNKNOWN:
            if settle_unknown(row, messenger, clock):
                tried.discard(row.pk)
        elif send_message(row, conversation.address, messenger, clock):
            count += 1
            if was_alone:
                return {"sent": count}  # what was put meanwhile has an item of its own
        conversation = _read_conversation(conversation_id)


def _read_conversation(conversation_id: int) -> Conversation:
    found = _READ_CONVERSATION.only(pk=conversation_id)
    if found is None:
        raise Conversation.DoesNotExist
    return found


def _is_connected(channel: Channel) -> bool:
    return channel.state == Channel.State.CONNECTED and channel.deleted_at is None


def _go_on_later(conversation: Conversation, now: datetime) -> None:
    """Hand a message that was taken back, and let a new item go on: this run has no time left."""
    with transaction.atomic(durable=True):
        OutboundMessage.objects.filter(conversation=conversation.pk, state=State.SENDING).update(
            state=State.PENDING, next_try_at=now
        )
        ring_sending(conversation.pk, conversation.channel_id)
