"""A firm's channels: connected, restarted, disconnected and deleted by its people (W1, A26).

The row says what is wanted at once; the Evolution API is told by work, in the order of the wishes.
"""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.database import violates
from core.errors import NitroError
from nfse.actors import Actor
from nfse.permissions import NotFound, Right
from queue_worker.services import enqueue
from whatsapp.models import Channel, ChannelEvent, OutboundMessage
from whatsapp.services.channel_states import lock_channel, note_event
from whatsapp.services.outbox import WAITING

ORDER_CHANNEL = "whatsapp.order_channel"
CREATE, CONNECT, RESTART, LOG_OUT, DELETE = "create", "connect", "restart", "log_out", "delete"
MAX_CHANNELS = 20
DELETED = "O canal foi excluído."
WORDS = {
    CREATE: "criar e conectar",
    CONNECT: "novo QR",
    RESTART: "reiniciar",
    LOG_OUT: "desconectar",
    DELETE: "excluir",
}
State = Channel.State


class ChannelNameTaken(NitroError):
    message = "Já existe um canal com este nome. Escolha outro."


class TooManyChannels(NitroError):
    message = f"Uma contabilidade pode ter até {MAX_CHANNELS} canais. Exclua um que não usa mais."


class ChannelNotConnected(NitroError):
    message = "O canal não está conectado. Gere um QR e leia com o celular do número."


class ChannelAlreadyConnected(NitroError):
    message = "O canal já está conectado. Para trocar o número, desconecte primeiro."


def create_channel(*, actor: Actor, name: str, now: datetime | None = None) -> Channel:
    """Make a channel and have its instance made; the QR comes to its page.

    The row is committed before the Evolution API is told, whose webhooks arrive while it still answers (4.1).
    Raises NotFound, NotAllowed, ChannelNameTaken, TooManyChannels.
    """
    moment = now or timezone.now()
    with transaction.atomic(durable=True):
        actor.require(Right.EDIT_CHANNELS)
        if Channel.objects.filter(firm=actor.firm_id, deleted_at=None).count() >= MAX_CHANNELS:
            raise TooManyChannels
        channel = Channel(
            firm_id=actor.firm_id,
            name=name.strip(),
            key=secrets.token_urlsafe(24),
            instance_name=f"ch-{secrets.token_hex(12)}",
            secret=secrets.token_urlsafe(32),
            token=secrets.token_hex(24),
            state=State.CONNECTING,
            state_at=moment,
        )
        _insert(channel)
        _order(channel.pk, CREATE, actor, moment)
    return channel


def connect_channel(*, actor: Actor, channel_id: int, now: datetime | None = None) -> Channel:
    """Ask for a new QR. Raises NotFound, NotAllowed, ChannelAlreadyConnected."""
    with transaction.atomic(durable=True):
        channel = _lock_for(actor, channel_id)
        if channel.state == State.CONNECTED:
            raise ChannelAlreadyConnected
        _set(channel, State.CONNECTING, now)
        _order(channel.pk, CONNECT if channel.is_created else CREATE, actor, now)
    return channel


def restart_channel(*, actor: Actor, channel_id: int, now: datetime | None = None) -> Channel:
    """Start the connection anew, with the same link: what helps when nothing arrives any more (11.2).

    Raises NotFound, NotAllowed, ChannelNotConnected.
    """
    with transaction.atomic(durable=True):
        channel = _lock_for(actor, channel_id)
        if not channel.is_created or channel.state == State.DISCONNECTED:
            raise ChannelNotConnected
        _order(channel.pk, RESTART, actor, now)
    return channel


def disconnect_channel(*, actor: Actor, channel_id: int, now: datetime | None = None) -> Channel:
    """End the link of the number; what waits to be sent waits. Raises NotFound, NotAllowed."""
    with transaction.atomic(durable=True):
        channel = _lock_for(actor, channel_id)
        if channel.state != State.DISCONNECTED:
            _set(channel, State.DISCONNECTED, now)
            channel.down_since = channel.alarm_at = None  # it was wanted: nobody is alarmed
            channel.save(update_fields=["down_since", "alarm_at"])
            _order(channel.pk, LOG_OUT, actor, now)
    return channel


def delete_channel(*, actor: Actor, channel_id: int, now: datetime | None = None) -> Channel:
    """Delete a channel softly: its webhook is closed, its conversations stay to be read.

    What waits to be sent is never sent. Raises NotFound, NotAllowed.
    """
    moment = now or timezone.now()
    with transaction.atomic(durable=True):
        channel = _lock_for(actor, channel_id)
        _set(channel, State.DISCONNECTED, moment)
        channel.deleted_at, channel.down_since, channel.alarm_at = moment, None, None
        channel.save(update_fields=["deleted_at", "down_since", "alarm_at"])
        OutboundMessage.objects.filter(channel=channel, state__in=WAITING).update(
            state=OutboundMessage.State.DEAD, error=DELETED, ended_at=moment
        )
        _order(channel.pk, DELETE, actor, moment)
    return channel


def _lock_for(actor: Actor, channel_id: int) -> Channel:
    if not Channel.objects.filter(pk=channel_id, firm=actor.firm_id, deleted_at=None).exists():
        raise NotFound
    channel = lock_channel(channel_id)
    actor.require(Right.EDIT_CHANNELS)
    if channel.is_deleted:
        raise NotFound
    return channel


def _insert(channel: Channel) -> None:
    try:
        with transaction.atomic():
            channel.save(force_insert=True)
    except IntegrityError as error:
        if violates(error, "whatsapp_channel_name_unique"):
            raise ChannelNameTaken from error
        raise


def _set(channel: Channel, state: Channel.State, now: datetime | None) -> None:
    """Move a channel as a person wants it. A later event of the transport says what came of it."""
    channel.state, channel.state_at, channel.state_reason = state, now or timezone.now(), ""
    channel.qr, channel.qr_expires_at, channel.trouble = "", None, ""
    channel.save()


def _order(channel_id: int, order: str, actor: Actor, now: datetime | None) -> None:
    note_event(
        channel_id,
        ChannelEvent.What.ASKED,
        now or timezone.now(),
        detail=WORDS[order],
        actor_id=actor.user_id,
    )
    enqueue(
        kind=ORDER_CHANNEL,
        payload={"channel_id": channel_id, "order": order},
        dedupe_key=f"{channel_id}:{order}",
        ordering_key=f"channel:{channel_id}",
    )
