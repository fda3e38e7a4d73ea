"""Phones and hidden ids: how WhatsApp calls people (evolution.md 9)."""

from sandbox.world.numbers import digest

PERSON, HIDDEN, GROUP = "@s.whatsapp.net", "@lid", "@g.us"
LONG, FIRST_AREA, FIRST_SUBSCRIBER = 13, 31, "7"


def digits_of(address: str) -> str:
    """Return the digits of a number or a JID, without the device."""
    return "".join(each for each in address.partition("@")[0].partition(":")[0] if each.isdigit())


def make_jid(number: str) -> str:
    """Return the address that Evolution makes of what is typed: it takes the ninth digit off some (9.1)."""
    if "@" in number:
        return number
    digits = digits_of(number)
    if len(digits) >= 18:
        return f"{digits}{GROUP}"
    is_mobile = len(digits) == LONG and digits.startswith("55") and digits[4] == "9"
    if is_mobile and int(digits[2:4]) >= FIRST_AREA and digits[5] >= FIRST_SUBSCRIBER:
        digits = digits[:4] + digits[5:]
    return f"{digits}{PERSON}"


def same_person(digits: str) -> str:
    """Return the one spelling by which a person is kept: with the ninth digit."""
    if len(digits) == LONG - 1 and digits.startswith("55") and digits[4] in "6789":
        return f"{digits[:4]}9{digits[4:]}"
    return digits


def hidden_id(phone: str) -> str:
    """Return the hidden id of a person: always the same, and never a phone."""
    return f"{900_000_000_000_000 + digest('lid', phone) % 90_000_000_000_000}{HIDDEN}"


def spell_key(version: str, addressing: str, phone: str) -> dict[str, str]:
    """Return the identity of a person in a webhook's key, as this version spells it."""
    jid, lid = f"{phone}{PERSON}", hidden_id(same_person(phone))
    if addressing == "lid_only":
        return {"remoteJid": lid, "addressingMode": "lid"}
    if version == "2.3.4":
        return {"remoteJid": jid, "senderPn": jid, "previousRemoteJid": lid}
    if addressing == "pn":
        return {"remoteJid": jid, "remoteJidAlt": lid, "addressingMode": "pn"}
    if version == "2.3.6":
        return {"remoteJid": lid, "remoteJidAlt": jid, "addressingMode": "lid"}
    if version == "2.4.0":
        return {"remoteJid": jid, "remoteJidAlt": lid, "addressingMode": "pn"}
    return {"remoteJid": jid, "remoteJidAlt": jid, "addressingMode": "lid"}


def stored_key(addressing: str, phone: str) -> dict[str, str]:
    """Return the identity as Evolution's own table keeps it: before it is spelled for webhooks (11.2)."""
    jid, lid = f"{phone}{PERSON}", hidden_id(same_person(phone))
    if addressing == "lid_only":
        return {"remoteJid": lid, "addressingMode": "lid"}
    if addressing == "lid":
        return {"remoteJid": lid, "remoteJidAlt": jid, "addressingMode": "lid"}
    return {"remoteJid": jid, "remoteJidAlt": lid, "addressingMode": "pn"}
