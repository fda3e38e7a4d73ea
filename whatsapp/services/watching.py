"""Channels that are down, silent or deaf are told to the firm, once each (W1, A28)."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from nfse.models import Notice
from nfse.services.notices import notify
from whatsapp.models import Channel, ChannelEvent, OutboundMessage
from whatsapp.services.channel_states import note_event

DOWN_AFTER, SILENT_AFTER, DEAF_AFTER = timedelta(seconds=60), timedelta(minutes=30), timedelta(seconds=60)
DEAF_WINDOW = timedelta(hours=6)
OPENS, CLOSES = time(8), time(18)
WORKING_DAYS = range(5)
Out = OutboundMessage.State


def watch_channels(*, now: datetime) -> int:
    """Tell the firms of channels that are down, silent or do not deliver; return how many were told."""
    with transaction.atomic(durable=True):
        return _tell_down(now) + _tell_silent(now) + _tell_deaf(now)


def is_business_time(now: datetime) -> bool:
    """Whether people write at this moment: Monday to Friday, 8:00 to 18:00 in São Paulo."""
    local = timezone.localtime(now)
    return local.weekday() in WORKING_DAYS and OPENS <= local.time() < CLOSES


def _tell_down(now: datetime) -> int:
    """A channel that flaps gives one alarm: what comes back within a minute is not told."""
    channels = _live().filter(down_since__lte=now - DOWN_AFTER, alarm_at=None)
    return _tell(
        channels,
        now,
        "{name} está fora do ar",
        "O número deixou de estar conectado ao WhatsApp. Abra o canal e leia um novo QR, se ele pedir.",
    )


def _tell_silent(now: datetime) -> int:
    """A connected channel without any event in half an hour of working time may be dead (11.2)."""
    opened = timezone.localtime(now).replace(hour=OPENS.hour, minute=0, second=0, microsecond=0)
    if not is_business_time(now) or now - SILENT_AFTER < opened:
        return 0
    since = now - SILENT_AFTER
    channels = (
        _live()
        .filter(state=Channel.State.CONNECTED, state_at__lte=since)
        .filter(Q(last_event_at=None) | Q(last_event_at__lte=since))
        .filter(Q(alarm_at=None) | Q(alarm_at__lt=F("last_event_at")))
    )
    return _tell(
        channels,
        now,
        "{name} está em silêncio",
        "Nada chega deste número há 30 minutos. Se há conversas no celular, reinicie o canal.",
    )


def _tell_deaf(now: datetime) -> int:
    """A channel that says "connected" and whose messages WhatsApp does not confirm (case 08)."""
    rows = OutboundMessage.objects.filter(channel=OuterRef("pk"), first_tried_at__gt=now - DEAF_WINDOW)
    stuck = rows.filter(
        Q(state=Out.SENT, acked_at=None, sent_at__lte=now - DEAF_AFTER)
        | Q(state__in=[Out.PENDING, Out.UNKNOWN], first_tried_at__lte=now - DEAF_AFTER)
    )
    confirmed = rows.filter(acked_at__gt=now - DEAF_AFTER)
    channels = (
        _live()
        .filter(state=Channel.State.CONNECTED)
        .filter(Exists(stuck), ~Exists(confirmed))
        .filter(Q(alarm_at=None) | Q(alarm_at__lt=now - DEAF_WINDOW))
    )
    return _tell(
        channels,
        now,
        "{name} não está entregando",
        "As respostas deste número não são confirmadas pelo WhatsApp. Elas esperam; reinicie o canal.",
    )


def _live() -> Any:
    rows = Channel.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return rows.filter(deleted_at=None, firm__is_active=True).defer("qr", "secret", "token").order_by("pk")


def _tell(channels: Any, now: datetime, title: str, text: str) -> int:
    count = 0
    for channel in channels[:200]:
        notify(
            firm_id=channel.firm_id,
            kind=Notice.Kind.CHANNEL_DOWN,
            title=title.format(name=channel.name),
            text=text,
            dedupe_key=f"channel:{channel.pk}:{now:%Y%m%d%H%M}",
            reference_type="channel",
            reference_id=channel.pk,
            by_email=True,
        )
        note_event(channel.pk, ChannelEvent.What.ALARM, now, detail=title.format(name="o canal"))
        channel.alarm_at = now
        channel.save(update_fields=["alarm_at"])
        count += 1
    return count
