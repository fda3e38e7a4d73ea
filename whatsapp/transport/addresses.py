"""Addresses of WhatsApp. JIDs are told apart by their suffix alone (contracts/whatsapp/evolution.md 9)."""

from dataclasses import dataclass
from enum import StrEnum


class AddressKind(StrEnum):
    PHONE = "phone"
    LID = "lid"
    """A hidden number: its digits are no phone and are never shown, stored or dialled as one."""
    GROUP = "group"
    BROADCAST = "broadcast"
    BSUID = "bsuid"
    """A person as the Cloud API names it to one business (cloud-api.md 4.2): no phone, kept as received."""
    OTHER = "other"


_SUFFIXES = {
    "s.whatsapp.net": AddressKind.PHONE,
    "c.us": AddressKind.PHONE,
    "lid": AddressKind.LID,
    "g.us": AddressKind.GROUP,
    "broadcast": AddressKind.BROADCAST,
    "newsletter": AddressKind.BROADCAST,
}
_LONGEST = 40


@dataclass(frozen=True)
class Address:
    """One identity. `jid` is what is written to: a JID as received, without the device, or the Cloud API's
    `wa_id` or BSUID. `digits` is what it is known by: what stands before the suffix."""

    kind: AddressKind
    digits: str
    jid: str

    @property
    def is_person(self) -> bool:
        return self.kind in {AddressKind.PHONE, AddressKind.LID, AddressKind.BSUID}


def parse_address(text: object) -> Address | None:
    """Return the address in a field of a webhook, or None when there is none."""
    if not isinstance(text, str) or "@" not in text:
        return None
    name, _, suffix = text.strip().partition("@")
    name = name.partition(":")[0]  # ":12" is the device
    kind = _SUFFIXES.get(suffix, AddressKind.OTHER)
    if kind in {AddressKind.PHONE, AddressKind.LID} and not (name.isascii() and name.isdigit()):
        kind = AddressKind.OTHER
    return Address(kind, name[:_LONGEST], f"{name[:_LONGEST]}@{suffix[:_LONGEST]}")
