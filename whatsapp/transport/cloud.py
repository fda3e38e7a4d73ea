"""Webhooks of the official Cloud API as events (contracts/whatsapp/cloud-api.md 3, 4).

No channel uses it yet (PRODUCT 8): this is the half of a second transport that shows what the events hold.
An app has one webhook for all its numbers, so each event comes with the number that it is of; the number
is the key of the channel. All entries, changes, messages and statuses are read, in the order told.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whatsapp.transport.addresses import Address, AddressKind
from whatsapp.transport.cloud_content import Node, read_content
from whatsapp.transport.events import (
    Delivery,
    DeliveryMoved,
    ErrorTold,
    Event,
    IdentityChanged,
    Ignored,
    MessageCame,
    Unreadable,
)
from whatsapp.transport.tolerant import as_id, as_int, as_mapping, as_moment, as_text, find

SIGNATURE_HEADER = "X-Hub-Signature-256"
_OBJECT = "whatsapp_business_account"
_LONGEST_PHONE = 20
_DELIVERIES = {
    "failed": Delivery.REFUSED,
    "sent": Delivery.SERVER,
    "delivered": Delivery.PHONE,
    "read": Delivery.READ,
    "played": Delivery.READ,
}


@dataclass(frozen=True)
class Addressed:
    """An event and the number of ours that it is of: `phone_number_id`, "" when it was not told."""

    phone_number_id: str
    event: Event | IdentityChanged | ErrorTold


def is_signed(body: bytes, signature: str, app_secrets: Sequence[str]) -> bool:
    """Return whether a body, as it came, is signed with one of the app's secrets.

    Two secrets are valid while one is replaced by the other. What was parsed and written again has
    other bytes. There is no time in it: repetitions are known by the ids of messages.
    """
    told, is_right = signature.encode("utf-8", "replace"), False
    for secret in filter(None, app_secrets):
        expected = "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
        is_right |= hmac.compare_digest(expected.encode(), told)
    return is_right


def parse_webhook(message: Mapping[str, Any]) -> tuple[Addressed, ...]:
    """Return what one webhook means, in order, whatever its shape is; nothing raises."""
    if message.get("object") != _OBJECT:
        return (Addressed("", Unreadable("no_object")),)
    changes = [
        as_mapping(change)
        for entry in _list(message.get("entry"))
        for change in _list(as_mapping(entry).get("changes"))
    ]
    found = tuple(event for change in changes for event in _read_change(change))
    return found or (Addressed("", Unreadable("no_event")),)


def _read_change(change: Node) -> Iterator[Addressed]:
    field, value = as_text(change.get("field")), as_mapping(change.get("value"))
    number = as_id(find(value, "metadata", "phone_number_id"))
    if field != "messages":
        yield Addressed(number, Ignored(f"field:{field[:40]}") if field else Unreadable("no_field"))
        return
    contacts = [as_mapping(contact) for contact in _list(value.get("contacts"))]
    for message in _list(value.get("messages")):
        yield Addressed(number, _message(as_mapping(message), contacts))
    for status in _list(value.get("statuses")):
        yield Addressed(number, _status(as_mapping(status)))
    for error in _list(value.get("errors")):
        yield Addressed(number, ErrorTold(_code(error)))


def _message(message: Node, contacts: Sequence[Node]) -> Event | IdentityChanged:
    message_id = as_id(message.get("id"))
    if not message_id:
        return Unreadable("no_message_id")
    if message.get("group_id"):
        return Ignored("group")
    addresses = _collect(message.get("from"), message.get("from_user_id"))
    if not addresses:
        return Unreadable("no_chat")
    if message.get("type") == "system":
        return _system(message_id, addresses, as_mapping(message.get("system")))
    return MessageCame(
        message_id=message_id,
        addresses=addresses,
        content=read_content(message),
        sent_at=as_moment(message.get("timestamp")),
        name=_find_name(addresses, contacts),
    )


def _system(message_id: str, addresses: tuple[Address, ...], node: Node) -> IdentityChanged:
    """A change of number, of id, or of the phone's keys: who answers may be somebody else from now on."""
    return IdentityChanged(message_id, addresses, _collect(node.get("wa_id"), node.get("user_id")))


def _status(status: Node) -> Event:
    message_id = as_id(status.get("id"))
    if not message_id:
        return Unreadable("no_message_id")
    delivery = _DELIVERIES.get(as_text(status.get("status")))
    if delivery is None:
        return Ignored("status")
    errors = _list(status.get("errors"))
    reason = _code(errors[0]) if errors and delivery is Delivery.REFUSED else ""
    return DeliveryMoved(message_id, delivery, reason, as_id(status.get("biz_opaque_callback_data")))


def _collect(phone: object, user_id: object) -> tuple[Address, ...]:
    """Return a person's identities, the phone first: a person with a username may come without one."""
    digits, user = as_id(phone), as_id(user_id)
    found = []
    if digits.isdigit() and len(digits) <= _LONGEST_PHONE:
        found.append(Address(AddressKind.PHONE, digits, digits))
    if user:
        found.append(Address(AddressKind.BSUID, user, user))
    return tuple(found)


def _find_name(addresses: tuple[Address, ...], contacts: Sequence[Node]) -> str:
    known = {address.jid for address in addresses}
    for contact in contacts:
        if known & {as_id(contact.get("wa_id")), as_id(contact.get("user_id"))}:
            return as_text(find(contact, "profile", "name"))[:80]
    return ""


def _code(error: object) -> str:
    code = as_int(as_mapping(error).get("code"))
    return str(code)[:40] if code is not None else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
