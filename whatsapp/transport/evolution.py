"""Webhooks of the Evolution API, versions 2.3 and 2.4, as events (contracts/whatsapp/evolution.md 5-9)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from core.phones import with_ninth_digit
from whatsapp.transport.addresses import Address, AddressKind, parse_address
from whatsapp.transport.events import (
    Content,
    Delivery,
    DeliveryMoved,
    Event,
    Ignored,
    Link,
    LinkChanged,
    MessageCame,
    MessageKind,
    QrShown,
    SendEchoed,
    Unreadable,
)
from whatsapp.transport.evolution_content import Node, read_content, read_text, unwrap
from whatsapp.transport.tolerant import LONGEST_ID, as_id, as_mapping, as_moment, as_stamp, as_text, find

_KEYS_OF_PERSON = ("remoteJid", "remoteJidAlt", "senderPn", "previousRemoteJid")
_DELIVERIES = {
    "ERROR": Delivery.REFUSED,
    "PENDING": Delivery.PENDING,
    "SERVER_ACK": Delivery.SERVER,
    "DELIVERY_ACK": Delivery.PHONE,
    "READ": Delivery.READ,
    "PLAYED": Delivery.READ,
}
_FINAL_CLOSES = frozenset({"401", "402", "403", "406", "408"})
"""408 closes for good in 2.4.0 alone; 2.3 reconnects and tells nothing (1, 7.4)."""
_EDIT, _REVOKE = ("MESSAGE_EDIT", 14), ("REVOKE", 0)


def parse_webhook(message: Mapping[str, Any]) -> tuple[Event, ...]:
    """Return what one webhook means, in order. Both spellings of event names are read; nothing raises."""
    name = as_text(message.get("event")).lower().replace("_", ".")
    parse = _PARSERS.get(name)
    if parse is None:
        return (Ignored(f"event:{name[:40]}") if name else Unreadable("no_event"),)
    data = message.get("data")
    items = data if isinstance(data, list) else [data]
    return tuple(parse(as_mapping(item), message) for item in items)


def parse_record(record: Mapping[str, Any], own_number: str = "") -> Event:
    """Return what one record of findMessages means; it has the shape of messages.upsert (11.2)."""
    return _message(record, {"sender": f"{own_number}@s.whatsapp.net" if own_number else None})


def _message(data: Node, envelope: Node) -> Event:
    key = as_mapping(data.get("key"))
    message_id, chat = as_id(key.get("id")), parse_address(key.get("remoteJid"))
    if not message_id or chat is None:
        return Unreadable("no_message_id" if not message_id else "no_chat")
    if reason := _why_not_a_chat(chat, envelope):
        return Ignored(reason)
    is_from_firm = key.get("fromMe") is True
    node = unwrap(data.get("message"))
    if "protocolMessage" in node:
        return _protocol(as_mapping(node["protocolMessage"]), envelope)
    return MessageCame(
        message_id=message_id,
        addresses=(chat,) if is_from_firm else _collect_addresses(key, chat),
        content=read_content(node, as_text(find(data, "contextInfo", "stanzaId"))),
        sent_at=as_moment(data.get("messageTimestamp")),
        name="" if is_from_firm else as_text(data.get("pushName"))[:80],
        is_from_firm=is_from_firm,
    )


def _protocol(data: Node, _envelope: Node) -> Event:
    """Return what a protocol message means: an edit, a deletion, or nothing of ours (7.1)."""
    target, chat = as_id(find(data, "key", "id")), parse_address(find(data, "key", "remoteJid"))
    if find(data, "key", "fromMe") is True:
        return Ignored("own_change")
    if data.get("type") in _REVOKE:
        return _revoke(target, as_mapping(data.get("key")), chat)
    if data.get("type") not in _EDIT:
        return Ignored("protocol")
    text = read_text(data.get("editedMessage"))
    stamp = as_moment(data.get("timestampMs"), per_second=1000)
    mark = int(stamp.timestamp() * 1000) if stamp else 0
    return _edit(target, as_mapping(data.get("key")), chat, text, str(mark), stamp)


def _edit(
    target: str, key: Node, chat: Address | None, text: str, mark: str, sent_at: Any
) -> MessageCame | Ignored | Unreadable:
    if not target or chat is None:
        return Unreadable("no_message_id")
    if not chat.is_person:
        return Ignored("not_a_chat")
    content = Content(MessageKind.EDIT, text=text, has_content=bool(text), target_id=target)
    return MessageCame(_make_id("edit", target, f":{mark}"), _collect_addresses(key, chat), content, sent_at)


def _revoke(target: str, key: Node, chat: Address | None) -> MessageCame | Ignored | Unreadable:
    if not target or chat is None:
        return Unreadable("no_message_id")
    if not chat.is_person:
        return Ignored("not_a_chat")
    content = Content(MessageKind.REVOKE, target_id=target)
    return MessageCame(_make_id("revoke", target), _collect_addresses(key, chat), content, None)


def _deletion(data: Node, _envelope: Node) -> Event:
    """Return a deletion for everyone; one made through the API has its key one level deeper (7.2)."""
    inner = as_mapping(data.get("key"))
    key = inner or data
    if key.get("fromMe") is True:
        return Ignored("own_change")
    target = as_id(inner.get("id")) or as_id(data.get("id"))
    return _revoke(target, key, parse_address(key.get("remoteJid")))


def _update(data: Node, _envelope: Node) -> Event:
    """Return how far a message of ours came, or the second trace of an edit, without a status (7.3)."""
    message_id = as_id(data.get("keyId")) or as_id(find(data, "key", "id"))
    if not message_id:
        return Unreadable("no_message_id")
    is_own = data.get("fromMe") is True
    if data.get("message"):
        if is_own:
            return Ignored("own_change")
        text = read_text(data.get("message"))
        chat = parse_address(data.get("remoteJid"))
        mark = hashlib.sha256(text.encode()).hexdigest()[:16]
        event = _edit(message_id, data, chat, text, mark, None)
        return replace(event, is_second_trace=True) if isinstance(event, MessageCame) else event
    if not is_own:
        if data.get("status") == "DELETED":
            return _revoke(message_id, data, parse_address(data.get("remoteJid")))
        return Ignored("status_of_theirs")
    delivery = _DELIVERIES.get(as_text(data.get("status")))
    return DeliveryMoved(message_id, delivery) if delivery else Ignored("status")


def _echo(data: Node, _envelope: Node) -> Event:
    return parse_sent(data) or Unreadable("no_message_id")


def parse_sent(data: Mapping[str, Any]) -> SendEchoed | None:
    """Return a message of ours as the transport tells it: a send's answer, its echo, or a record."""
    message_id = as_id(find(data, "key", "id"))
    if not message_id:
        return None
    content = read_content(data.get("message"))
    return SendEchoed(
        message_id=message_id,
        address=parse_address(find(data, "key", "remoteJid")),
        text=content.text,
        file_name=content.media.file_name if content.media else "",
        sent_at=as_moment(data.get("messageTimestamp")),
    )


def _connection(data: Node, envelope: Node) -> Event:
    state, reason = as_text(data.get("state")), _code(data.get("statusReason"))
    number = parse_address(data.get("wuid"))
    links = {
        "open": Link.OPEN,
        "connecting": Link.CONNECTING,
        "refused": Link.QR_SPENT,
        "close": Link.CLOSED if reason in _FINAL_CLOSES else Link.INTERRUPTED,
    }
    if state not in links:
        return Ignored("link")
    digits = number.digits if number and number.kind is AddressKind.PHONE else ""
    return LinkChanged(links[state], reason, digits, as_stamp(envelope.get("date_time")))


def _instance_closed(data: Node, envelope: Node) -> Event:
    if data.get("status") != "closed":
        return Ignored("link")
    reason = _code(data.get("disconnectionReasonCode"))
    return LinkChanged(Link.CLOSED, reason, stamp=as_stamp(envelope.get("date_time")))


def _logged_out(_data: Node, envelope: Node) -> Event:
    return LinkChanged(Link.CLOSED, "logout", stamp=as_stamp(envelope.get("date_time")))


def _qr(data: Node, envelope: Node) -> Event:
    stamp = as_stamp(envelope.get("date_time"))
    picture = as_text(find(data, "qrcode", "base64"))
    if picture.startswith("data:image/png;base64,"):
        return QrShown(picture, stamp)
    return LinkChanged(Link.QR_SPENT, _code(data.get("statusCode")), stamp=stamp)


def _why_not_a_chat(chat: Address, envelope: Node) -> str:
    """Return why nobody is answered in a chat: a group, stories, news, or the own number (8.4)."""
    if not chat.is_person:
        return {AddressKind.GROUP: "group", AddressKind.BROADCAST: "broadcast"}.get(chat.kind, "not_a_chat")
    own = parse_address(envelope.get("sender"))
    if own and chat.kind is own.kind is AddressKind.PHONE:
        return "own_number" if with_ninth_digit(own.digits) == with_ninth_digit(chat.digits) else ""
    return ""


def _collect_addresses(key: Node, chat: Address) -> tuple[Address, ...]:
    """Return every identity of the person, the chat's first; one phone and the LIDs, by suffix alone."""
    found = {chat.digits + chat.kind: chat}
    for name in _KEYS_OF_PERSON:
        address = parse_address(key.get(name))
        if address is None or not address.is_person:
            continue
        if address.kind is AddressKind.PHONE and any(
            known.kind is AddressKind.PHONE for known in found.values()
        ):
            continue
        found.setdefault(address.digits + address.kind, address)
    return tuple(found.values())


def _make_id(what: str, target: str, mark: str = "") -> str:
    """Return the id of an edit or a deletion that has none; by the hash of a very long one."""
    message_id = f"{what}:{target}{mark}"
    if len(message_id) <= LONGEST_ID:
        return message_id
    return f"{what}:{hashlib.sha256(target.encode()).hexdigest()}{mark}"


def _code(value: object) -> str:
    return str(value)[:40] if isinstance(value, str | int) and not isinstance(value, bool) else ""


_PARSERS: dict[str, Callable[[Node, Node], Event]] = {
    "messages.upsert": _message,
    "messages.edited": _protocol,
    "messages.delete": _deletion,
    "messages.update": _update,
    "send.message": _echo,
    "connection.update": _connection,
    "status.instance": _instance_closed,
    "logout.instance": _logged_out,
    "remove.instance": _logged_out,
    "qrcode.updated": _qr,
}
