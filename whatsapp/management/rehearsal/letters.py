"""What the Evolution API would tell of a person's messages: bodies of the webhook, as in contract 2.3.7."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SECONDS_OF_AUDIO = 12
Content = tuple[dict[str, Any], str]
"""The `message` of a body, and its type."""


@dataclass(frozen=True)
class Line:
    """One message of a person. `kind`: text, audio (the text is its transcript), sticker, image, edit…"""

    text: str = ""
    kind: str = "text"
    message_id: str = ""
    quoted_id: str = ""
    button_id: str = ""
    target_id: str = ""


def new_id() -> str:
    """Return an id as WhatsApp makes them."""
    return uuid.uuid4().hex.upper()


def body_of(line: Line, *, instance: str, number: str, sent_at: datetime, name: str = "") -> dict[str, Any]:
    """Return the body of `messages.upsert` for a line."""
    jid = f"{number}@s.whatsapp.net"
    message, kind = _content(line, jid)
    return {
        "event": "messages.upsert",
        "instance": instance,
        "data": {
            "key": {
                "remoteJid": jid,
                "fromMe": False,
                "id": line.message_id,
                "participant": "",
                "addressingMode": "pn",
            },
            "pushName": name,
            "status": "DELIVERY_ACK",
            "message": message,
            "messageType": kind,
            "messageTimestamp": int(sent_at.timestamp()),
            "source": "android",
        },
    }


def _content(line: Line, jid: str) -> Content:
    if line.button_id:
        reply = {"selectedButtonId": line.button_id, "selectedDisplayText": line.text or "Sim"}
        return {"buttonsResponseMessage": reply}, "buttonsResponseMessage"
    if line.kind == "text" and line.quoted_id:
        info = {"stanzaId": line.quoted_id, "quotedMessage": {"conversation": "…"}}
        return {"extendedTextMessage": {"text": line.text, "contextInfo": info}}, "extendedTextMessage"
    if line.kind in _CHANGES:
        return _CHANGES[line.kind](line, {"id": line.target_id, "fromMe": False, "remoteJid": jid})
    return _WRITERS.get(line.kind, _write_text)(line)


def _write_text(line: Line) -> Content:
    return {"conversation": line.text}, "conversation"


def _write_audio(_line: Line) -> Content:
    audio = {
        "mimetype": "audio/ogg; codecs=opus",
        "seconds": SECONDS_OF_AUDIO,
        "ptt": True,
        "fileLength": "9000",
    }
    return {"audioMessage": audio}, "audioMessage"


def _write_file(kind: str, mime: str) -> Callable[[Line], Content]:
    def write(line: Line) -> Content:
        content = {"mimetype": mime, "fileLength": "20000"} | ({"caption": line.text} if line.text else {})
        return {kind: content}, kind

    return write


def _write_edit(line: Line, key: dict[str, Any]) -> Content:
    edited = {"type": 14, "key": key, "editedMessage": {"conversation": line.text}}
    return {"protocolMessage": edited}, "protocolMessage"


def _write_hidden_edit(_line: Line, key: dict[str, Any]) -> Content:
    return {"secretEncryptedMessage": {"targetMessageKey": key, "secretEncType": 2}}, "secretEncryptedMessage"


def _write_deletion(_line: Line, key: dict[str, Any]) -> Content:
    return {"protocolMessage": {"type": 0, "key": key}}, "protocolMessage"


_CHANGES: dict[str, Callable[[Line, dict[str, Any]], Content]] = {
    "edit": _write_edit,
    "hidden_edit": _write_hidden_edit,
    "delete": _write_deletion,
    "revoke": _write_deletion,
}


def _write_reaction(line: Line) -> Content:
    return {
        "reactionMessage": {"key": {"id": line.target_id, "fromMe": True}, "text": line.text}
    }, "reactionMessage"


_WRITERS: dict[str, Callable[[Line], Content]] = {
    "audio": _write_audio,
    "voice": _write_audio,
    "image": _write_file("imageMessage", "image/jpeg"),
    "photo": _write_file("imageMessage", "image/jpeg"),
    "video": _write_file("videoMessage", "video/mp4"),
    "document": _write_file("documentMessage", "application/pdf"),
    "pdf": _write_file("documentMessage", "application/pdf"),
    "sticker": _write_file("stickerMessage", "image/webp"),
    "reaction": _write_reaction,
    "location": lambda _line: (
        {"locationMessage": {"degreesLatitude": -30.0, "degreesLongitude": -51.2}},
        "locationMessage",
    ),
    "contact": lambda _line: (
        {"contactMessage": {"displayName": "Contato", "vcard": "BEGIN:VCARD\nEND:VCARD"}},
        "contactMessage",
    ),
    "poll": lambda _line: (
        {"pollCreationMessage": {"name": "Enquete", "options": []}},
        "pollCreationMessage",
    ),
}
