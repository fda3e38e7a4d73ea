"""What the transport tells of our own messages: echoes, deliveries, refusals. They only move forward."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from nfse.models import Notice
from nfse.services.notices import notify
from whatsapp.models import Channel, ContactAlias, OutboundMessage
from whatsapp.services import early_receipts
from whatsapp.services.outbox import WAITING, ring_sending
from whatsapp.transport.events import Delivery, DeliveryMoved, SendEchoed

State = OutboundMessage.State
_REFUSED = "O WhatsApp recusou a mensagem."
REFUSED_IN_A_ROW = 3
_IN_FLIGHT = (State.SENDING, State.UNKNOWN)
_SEEN = (State.SENT.value, State.DELIVERED.value, State.READ.value)
_MOVES = {
    Delivery.PENDING: (State.SENT, {State.SENDING, State.UNKNOWN}),
    Delivery.SERVER: (State.SENT, {State.SENDING, State.UNKNOWN}),
    Delivery.PHONE: (State.DELIVERED, {State.SENDING, State.UNKNOWN, State.SENT}),
    Delivery.READ: (State.READ, {State.SENDING, State.UNKNOWN, State.SENT, State.DELIVERED}),
}
_TIMES = {
    Delivery.PENDING: ("sent_at",),
    Delivery.SERVER: ("sent_at", "acked_at"),
    Delivery.PHONE: ("sent_at", "acked_at", "delivered_at"),
    Delivery.READ: ("sent_at", "acked_at", "delivered_at", "read_at"),
}
"""What is known of a message that came so far: each keeps the first moment that it was told at."""


def note_delivery(*, channel: Channel, moved: DeliveryMoved, now: datetime) -> str:
    """Note how far a message of ours came; return the word under which it is counted."""
    is_known = _move_sent(channel.pk, moved.message_id, moved.delivery, now)
    if is_known or _apply(channel.pk, moved.message_id, moved.delivery, now):
        return "receipt"
    transaction.on_commit(partial(_keep_early, channel.pk, moved, now), robust=True)
    return "receipt_early"


def _move_sent(channel_id: int, message_id: str, delivery: Delivery, now: datetime) -> bool:
    """Move a message that was sent, as most are, in one statement, which needs no lock before it.

    False: there is none of this id, or it is in flight, or further than that; `_apply` looks.
    """
    if delivery is Delivery.REFUSED:
        return False
    state, before = _MOVES[delivery]
    from_states = [*(before - {*_IN_FLIGHT}), state]
    rows = OutboundMessage.objects.filter(channel=channel_id, provider_message_id=message_id)
    times = {name: Coalesce(name, Value(now)) for name in _TIMES[delivery]}
    moved = rows.filter(state__in=from_states).update(
        state=state, error="", next_try_at=None, unknown_at=None, **times
    )
    return moved > 0


def _apply(channel_id: int, message_id: str, delivery: Delivery, now: datetime) -> bool:
    """Move the message of this id, if there is one yet."""
    rows = OutboundMessage.objects.select_for_update(no_key=True, of=("self",)).select_related("conversation")
    row = rows.filter(channel=channel_id, provider_message_id=message_id).first()
    if row is not None and delivery is Delivery.REFUSED:
        _note_refusal(row.channel, row, now)
    elif row is not None:
        _move_and_ring(row, delivery, now)
    return row is not None


def _keep_early(channel_id: int, moved: DeliveryMoved, now: datetime) -> None:
    early_receipts.keep(channel_id, moved.message_id, moved.delivery)
    with transaction.atomic():
        _apply(channel_id, moved.message_id, moved.delivery, now)


def catch_up(channel_id: int, message_id: str, now: datetime) -> None:
    """Apply the receipts that came before the message had its id. Call it after the commit."""
    delivery = early_receipts.find(channel_id, message_id)
    if delivery is not None:
        with transaction.atomic():
            _apply(channel_id, message_id, delivery, now)


def note_echo(*, channel: Channel, echo: SendEchoed, now: datetime) -> str:
    """Note that a send of ours was accepted, also when its answer was lost; return the word of its count.

    Of a message that has its id already an echo says nothing new.
    """
    rows = OutboundMessage.objects.filter(channel=channel, provider_message_id=echo.message_id)
    if rows.filter(state__in=_SEEN).exists():
        return "echo"
    row = rows.select_for_update(no_key=True).first() or find_in_flight(channel, echo)
    if row is None:
        return "echo_foreign"
    was_waiting = row.state in _IN_FLIGHT
    adopt(row, echo.message_id, now)
    if was_waiting:
        _ring_the_rest(row)
    return "echo"


def find_in_flight(channel: Channel, echo: SendEchoed) -> OutboundMessage | None:
    """Return the message without an answer that an echo is of: same person, same words or file name."""
    rows = OutboundMessage.objects.select_for_update(no_key=True).select_related("conversation")
    waiting = rows.filter(channel=channel, provider_message_id="", state__in=_IN_FLIGHT).order_by("pk")
    return next((row for row in waiting if is_same(row, echo)), None)


def is_same(row: OutboundMessage, echo: SendEchoed) -> bool:
    """Whether what the transport tells is this message: exact words (or file) and the same person."""
    if row.kind == OutboundMessage.Kind.TEXT:
        if row.text != echo.text:
            return False
    elif not echo.file_name or echo.file_name != name_file(row):
        return False
    return echo.address is None or _is_person(row, echo)


def name_file(row: OutboundMessage) -> str:
    """Return the name under which a document is sent; its number makes it the message's own."""
    return f"nota-{row.invoice.number}.{row.file}" if row.invoice else ""


def adopt(row: OutboundMessage, message_id: str, now: datetime) -> None:
    """Note that the transport has a message whose row the caller holds."""
    if not row.provider_message_id:
        row.provider_message_id = message_id
        row.save(update_fields=["provider_message_id"])
        transaction.on_commit(partial(catch_up, row.channel_id, message_id, now), robust=True)
    move_forward(row, Delivery.PENDING, now)


def move_forward(row: OutboundMessage, delivery: Delivery, now: datetime) -> None:
    """Move a message whose row the caller holds; never back, and out of a final state never."""
    state, before = _MOVES[delivery]
    if row.state not in {*before, state}:
        return
    row.state = state
    for name in _TIMES[delivery]:
        setattr(row, name, getattr(row, name) or now)
    row.error, row.next_try_at, row.unknown_at = "", None, None
    row.save(update_fields=["state", "error", "next_try_at", "unknown_at", *_TIMES[delivery]])


def _move_and_ring(row: OutboundMessage, delivery: Delivery, now: datetime) -> None:
    was_waiting = row.state in _IN_FLIGHT
    move_forward(row, delivery, now)
    if was_waiting:
        _ring_the_rest(row)


def _ring_the_rest(row: OutboundMessage) -> None:
    """Have sent what waited behind a message whose outcome came from outside; nothing waits as a rule."""
    waiting = OutboundMessage.objects.filter(conversation=row.conversation_id, state__in=WAITING)
    if waiting.exclude(pk=row.pk).exists():
        ring_sending(row.conversation_id, row.channel_id)


def _note_refusal(channel: Channel, row: OutboundMessage, now: datetime) -> None:
    """A message that was accepted and then refused is not sent again (463 would stop the whole number)."""
    if row.state not in {State.SENT, *_IN_FLIGHT}:
        return
    row.state, row.error, row.ended_at = State.FAILED, _REFUSED, now
    row.save(update_fields=["state", "error", "ended_at"])
    ring_sending(row.conversation_id, row.channel_id)
    tell_undelivered(row)
    others = OutboundMessage.objects.filter(channel=channel).exclude(pk=row.pk)
    has_heard = others.filter(conversation=row.conversation_id, delivered_at__isnull=False).exists()
    if not has_heard:
        _note_new_chats_refused(channel, now)
    recent = others.exclude(sent_at=None).order_by("-pk").values_list("state", flat=True)
    last = [State.FAILED, *recent[: REFUSED_IN_A_ROW - 1]]
    if len(last) == REFUSED_IN_A_ROW and set(last) == {State.FAILED}:
        _tell_restricted(channel, now)


def tell_undelivered(row: OutboundMessage) -> None:
    """Tell the firm that a person did not get a message: by bell, and by e-mail for a note's document."""
    is_document = row.kind == OutboundMessage.Kind.DOCUMENT
    notify(
        firm_id=row.conversation.firm_id,
        kind=Notice.Kind.CHANNEL_DOWN,
        title="Uma mensagem não chegou ao cliente",
        text=(
            "O WhatsApp não entregou o documento de uma nota. Abra a conversa e envie a nota por e-mail."
            if is_document
            else "O WhatsApp não entregou uma resposta do assistente. Abra a conversa e fale com o cliente."
        ),
        dedupe_key=f"undelivered:{row.conversation_id}:{row.created_at:%Y%m%d}:{row.kind}",
        reference_type="conversation",
        reference_id=row.conversation_id,
        by_email=is_document,
    )


def _note_new_chats_refused(channel: Channel, now: datetime) -> None:
    """WhatsApp took the chat for a new one: the number may start none now; open chats go on (7.3)."""
    Channel.objects.filter(pk=channel.pk).update(can_start_chats_refused_at=now)
    notify(
        firm_id=channel.firm_id,
        kind=Notice.Kind.CHANNEL_DOWN,
        title=f"{channel.name}: conversas novas recusadas",
        text=(
            "O WhatsApp não deixa este número começar conversas agora. As conversas abertas continuam."
            " Não reenvie a mensagem; espere o cliente escrever."
        ),
        dedupe_key=f"channel:{channel.pk}:463:{now:%Y%m%d}",
        reference_type="channel",
        reference_id=channel.pk,
        by_email=True,
    )


def _tell_restricted(channel: Channel, now: datetime) -> None:
    notify(
        firm_id=channel.firm_id,
        kind=Notice.Kind.CHANNEL_DOWN,
        title=f"{channel.name}: mensagens recusadas em sequência",
        text="O WhatsApp recusou as últimas mensagens deste número. Confira no celular se há restrição.",
        dedupe_key=f"channel:{channel.pk}:refused:{now:%Y%m%d}",
        reference_type="channel",
        reference_id=channel.pk,
        by_email=True,
    )


def _is_person(row: OutboundMessage, echo: SendEchoed) -> bool:
    address = echo.address
    if address is None or not address.is_person:
        return False
    index = ContactAlias.index_digits(address.kind.value, address.digits)
    return ContactAlias.objects.filter(contact=row.conversation.contact_id, index=index).exists()
