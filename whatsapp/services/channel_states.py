"""How a channel stands, moved by the transport's events and answers, forward in their own time (W1, R82).

A webhook's stamp is the sender's clock: compared with earlier stamps of that sender and with nothing else.
An event that is older than the last one changes nothing. Two of the same second are not ordered by it: then
nobody is believed, and the transport is asked a moment later.
"""

from datetime import datetime, timedelta

from django.db import transaction

from queue_worker.services import enqueue
from whatsapp.models import Channel, ChannelEvent
from whatsapp.transport.events import Link, LinkChanged, QrShown

CHECK_CHANNEL = "whatsapp.check_channel"
RECONCILE_CHANNEL = "whatsapp.reconcile_channel"
TELL_BAN = "whatsapp.tell_ban"
QR_LIFE = timedelta(seconds=45)
OLDEST_RETRY = timedelta(minutes=45)
"""A webhook is repeated for 25 minutes at most: what seems older comes from a clock that was set back."""
SETTLE, SETTLE_CAP = timedelta(seconds=2), timedelta(seconds=10)
QR_SPENT = "O QR venceu sem ser lido. Peça outro e leia em até 45 segundos."
LOGGED_OUT = "O WhatsApp encerrou a conexão neste aparelho. Leia um novo QR para voltar."
BANNED = "O WhatsApp bloqueou este número. Confira no celular; a operação do Nitro foi avisada."
State = Channel.State
What = ChannelEvent.What
_EVENTS = {
    State.CONNECTED: What.CONNECTED,
    State.CONNECTING: What.CONNECTING,
    State.DISCONNECTED: What.DISCONNECTED,
    State.QR_READY: What.QR_SHOWN,
}


def note_link(*, channel: Channel, change: LinkChanged, now: datetime) -> str:
    """Move a channel by one event, in the caller's transaction; return the word under which it is counted."""
    row = lock_channel(channel.pk)
    if change.number and change.number != row.number:
        row.number = change.number  # what the number is does not depend on the order of events
        row.save(update_fields=["number"])
    order = _compare(row, change.stamp)
    if order == "older":
        return "link_late"
    if order == "same":
        ask_state(channel_id=row.pk, now=now)
        return "link_doubtful"
    row.state_stamp = change.stamp or row.state_stamp
    apply_link(row, change, now)
    return "link"


def note_qr(*, channel: Channel, shown: QrShown, now: datetime) -> str:
    """Keep a QR while it lives. It never takes a connected channel back (R82)."""
    row = lock_channel(channel.pk)
    if row.state == State.CONNECTED or _compare(row, shown.stamp) == "older":
        return "qr_late"
    row.state_stamp = shown.stamp or row.state_stamp
    keep_qr(row, shown.picture, now)
    return "qr"


def lock_channel(channel_id: int) -> Channel:
    """Return a channel whose row the caller's transaction holds."""
    return Channel.objects.select_for_update(no_key=True).get(pk=channel_id)


def note_event(
    channel_id: int, what: ChannelEvent.What, now: datetime, *, detail: str = "", actor_id: int | None = None
) -> None:
    """Write down what happened to a channel, for its page."""
    ChannelEvent.objects.create(
        channel_id=channel_id, what=what, detail=detail[:80], actor_id=actor_id, at=now
    )


def keep_qr(row: Channel, picture: str, now: datetime) -> None:
    """Store a QR of a channel whose row the caller holds."""
    row.qr, row.qr_expires_at, row.trouble = picture, now + QR_LIFE, ""
    _set_state(row, State.QR_READY, "", now)
    row.save()


def apply_link(row: Channel, change: LinkChanged, now: datetime) -> None:
    """Move a channel whose row the caller holds; what follows from it is enqueued in the same transaction."""
    match change.link:
        case Link.OPEN:
            _connect(row, change, now)
        case Link.CONNECTING | Link.INTERRUPTED:
            _interrupt(row, change, now)
        case Link.QR_SPENT:
            row.trouble = QR_SPENT
            _disconnect(row, change, now)
        case _:
            row.trouble = BANNED if change.reason == "403" else LOGGED_OUT
            _disconnect(row, change, now)
            if change.reason == "403":
                enqueue(kind=TELL_BAN, payload={"channel_id": row.pk}, dedupe_key=str(row.pk))
    row.save()


def ask_state(*, channel_id: int, now: datetime) -> None:
    """Ask the transport how a channel stands, once its events have settled."""
    enqueue(
        kind=CHECK_CHANNEL,
        payload={"channel_id": channel_id},
        dedupe_key=str(channel_id),
        run_after=now + SETTLE,
        postpone_until=now + SETTLE_CAP,
    )


def record_state(
    *, channel_id: int, asked_stamp: datetime | None, change: LinkChanged, now: datetime
) -> bool:
    """Take the transport's own answer, unless an event came while it was asked. True when it was taken."""
    with transaction.atomic(durable=True):
        row = lock_channel(channel_id)
        if row.state_stamp != asked_stamp:
            return False
        apply_link(row, change, now)
    return True


def _connect(row: Channel, change: LinkChanged, now: datetime) -> None:
    was_connected = row.state == State.CONNECTED
    row.qr, row.qr_expires_at, row.trouble = "", None, ""
    row.down_since, row.is_created = None, True
    row.number = change.number or row.number
    if row.alarm_at is not None and not was_connected:
        row.alarm_at = None
    _set_state(row, State.CONNECTED, change.reason, now)
    if not was_connected:
        # One poll and one ring however often it flaps: the window slides, and the key makes them one.
        enqueue(
            kind=RECONCILE_CHANNEL,
            payload={"channel_id": row.pk},
            dedupe_key=str(row.pk),
            run_after=now + SETTLE_CAP,
            postpone_until=now + 6 * SETTLE_CAP,
        )


def _interrupt(row: Channel, change: LinkChanged, now: datetime) -> None:
    """The transport reconnects by itself, or starts; a QR that is being read stays on the page."""
    if row.state == State.QR_READY and row.qr_expires_at and row.qr_expires_at > now:
        return
    _set_state(row, State.CONNECTING, change.reason, now)


def _disconnect(row: Channel, change: LinkChanged, now: datetime) -> None:
    row.qr, row.qr_expires_at = "", None
    _set_state(row, State.DISCONNECTED, change.reason, now)


def _set_state(row: Channel, state: Channel.State, reason: str, now: datetime) -> None:
    if row.state == State.CONNECTED and state != State.CONNECTED:
        row.down_since = now
    if row.state != state:
        row.state, row.state_at = state, now
        note_event(row.pk, _EVENTS[state], now, detail=reason)
    row.state_reason = reason


def _compare(row: Channel, stamp: datetime | None) -> str:
    """Return whether an event is "newer" than the channel's last one, "older", or of the "same" second."""
    last = row.state_stamp
    if stamp is None or last is None or last - stamp > OLDEST_RETRY:
        return "newer"
    if stamp.replace(microsecond=0) == last.replace(microsecond=0):
        return "same"
    return "newer" if stamp > last else "older"
