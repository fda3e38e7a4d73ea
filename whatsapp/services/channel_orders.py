"""Telling the Evolution API what is wanted of a channel, and asking how it stands (evolution.md 4)."""

from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.services import write_to_operators
from core.errors import Refused
from core.mail import Letter
from queue_worker.models import WorkItem
from queue_worker.work import Work
from whatsapp.gateways.transport import Linked
from whatsapp.gateways.transports import open_link
from whatsapp.models import Channel, ChannelEvent
from whatsapp.services.channel_states import (
    apply_link,
    ask_state,
    keep_qr,
    lock_channel,
    note_event,
    record_state,
)
from whatsapp.services.channels import CONNECT, CREATE, DELETE, RESTART, WORDS
from whatsapp.services.credentials import credentials_of
from whatsapp.transport.events import Link, LinkChanged

log = structlog.get_logger(__name__)
SERVER_AWAY = "O servidor do WhatsApp não respondeu. Tente de novo em alguns minutos."
SERVER_REFUSED = "O servidor do WhatsApp não aceitou o pedido. A operação do Nitro foi avisada."
_MISSING = frozenset({"404"})


def order_channel(*, channel_id: int, order: str, work: Work, now: datetime) -> None:
    """Tell the transport one wish. Every order may be told twice. Raises core.errors.ProviderError."""
    channel = Channel.objects.get(pk=channel_id)
    if channel.is_deleted and order != DELETE:
        return
    link = open_link(credentials_of(channel))
    work.check()
    match order:
        case "create":
            _create(channel, link, now)
        case "connect":
            _connect(channel, link, now)
        case "restart":
            link.restart()
            with transaction.atomic(durable=True):
                ask_state(channel_id=channel_id, now=now)
        case "log_out":
            link.log_out()
        case _:
            link.delete()
    log.info("channel_ordered", channel_id=channel_id, order=order)


def give_up_order(*, channel_id: int, order: str, item: WorkItem) -> None:
    """The order died: the page says so, and a person may ask again."""
    channel = lock_channel(channel_id)
    log.error("channel_order_dead", channel_id=channel_id, order=order, error=item.last_error)
    note_event(
        channel_id,
        ChannelEvent.What.ORDER_FAILED,
        item.finished_at or timezone.now(),
        detail=WORDS.get(order, order),
    )
    if order in {CREATE, CONNECT, RESTART} and not channel.is_deleted:
        channel.trouble = SERVER_REFUSED if item.attempts < item.max_attempts else SERVER_AWAY
        if channel.state == Channel.State.CONNECTING:
            channel.state, channel.state_at = Channel.State.DISCONNECTED, item.finished_at or channel.state_at
        channel.save(update_fields=["trouble", "state", "state_at"])


def check_channel(*, channel_id: int, now: datetime) -> str:
    """Ask the transport how a channel stands, because its events could not be put in order (case 07)."""
    channel = Channel.objects.get(pk=channel_id)
    if channel.is_deleted:
        return "deleted"
    change = open_link(credentials_of(channel)).ask_link(with_number=_needs_number(channel))
    taken = record_state(channel_id=channel_id, asked_stamp=channel.state_stamp, change=change, now=now)
    return change.link.value if taken else "overtaken"


def write_ban(*, channel_id: int) -> Letter | None:
    """Tell the operators that WhatsApp blocked a number (403)."""
    channel = Channel.objects.select_related("firm").get(pk=channel_id)
    return write_to_operators(
        subject="Um número foi bloqueado pelo WhatsApp",
        text=f"O canal {channel.pk} da contabilidade {channel.firm} foi encerrado com o código 403.",
    )


def webhook_address(channel: Channel) -> str:
    """Return where the transport delivers what happens at a channel, with its final slash (6.5)."""
    return f"{settings.EVOLUTION_WEBHOOK_URL}{reverse('inbox:receive_at', args=['whatsapp', channel.key])}"


def _create(channel: Channel, link: Linked, now: datetime) -> None:
    picture = link.create(webhook_address(channel), channel.secret)
    with transaction.atomic(durable=True):
        row = lock_channel(channel.pk)
        row.is_created = True
        row.save(update_fields=["is_created"])
        _keep(row, picture, now)


def _connect(channel: Channel, link: Linked, now: datetime) -> None:
    """Ask for a QR; an instance that is gone is made anew."""
    try:
        picture = link.connect()
    except Refused as error:
        if error.code not in _MISSING:
            raise
        return _create(channel, link, now)
    change = LinkChanged(Link.CONNECTING) if picture else link.ask_link(with_number=_needs_number(channel))
    with transaction.atomic(durable=True):
        row = lock_channel(channel.pk)
        _keep(row, picture, now)
        if change.link is Link.OPEN:
            apply_link(row, change, now)
    return None


def _needs_number(channel: Channel) -> bool:
    """Whether the number must be asked for: none is known, or another phone may have been linked."""
    return not channel.number or channel.state != Channel.State.CONNECTED


def _keep(row: Channel, picture: str, now: datetime) -> None:
    """Keep a QR that an answer brought, unless a webhook was faster."""
    if picture and row.state in {Channel.State.CONNECTING, Channel.State.DISCONNECTED}:
        keep_qr(row, picture, now)
