"""What a phone sends, in WhatsApp's own shapes, bytes and long numbers as 2.3.7 writes them (8)."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sandbox.voice import make_voice_note

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
PAPER = b"%PDF-1.4\n% sandbox\n%%EOF\n"


@dataclass(frozen=True)
class Said:
    """The content of a message: WhatsApp's object, its kind, the file behind it, and the quote beside it."""

    message: dict[str, Any]
    kind: str
    file: bytes = b""
    context: dict[str, Any] | None = None


def say(kind: str, asked: dict[str, Any], own_jid: str) -> Said:
    """Make a message of a kind from what the control API was asked. Raises KeyError for an unknown kind."""
    quote = _quote(asked, own_jid)
    text = str(asked.get("text", ""))
    if kind == "text":
        return Said({"conversation": text, **_about(text)}, "conversation", context=quote)
    if kind == "ephemeral":
        inner = {"extendedTextMessage": {"text": text, **({"contextInfo": quote} if quote else {})}}
        return Said({"ephemeralMessage": {"message": inner}}, "ephemeralMessage")
    if kind == "button":
        return _button(asked, text, quote)
    return _MAKERS[kind](asked, text)


KINDS = ("text", "ephemeral", "button")


def _audio(asked: dict[str, Any], text: str) -> Said:
    seconds = int(asked.get("seconds", max(1, len(text) // 14)))
    note = make_voice_note(text, seconds)
    body = {
        **_file(note, "audio/ogg; codecs=opus"),
        "seconds": seconds,
        "ptt": True,
        "waveform": as_bytes(b"w" * 16),
    }
    return Said({"audioMessage": body}, "audioMessage", note)


def _image(asked: dict[str, Any], text: str) -> Said:
    body = {
        **_file(PICTURE, "image/png"),
        "height": 1280,
        "width": 960,
        **({"caption": text} if text else {}),
    }
    return Said({"imageMessage": body}, "imageMessage", PICTURE)


def _video(asked: dict[str, Any], text: str) -> Said:
    body = {**_file(PICTURE, "video/mp4"), "seconds": 5, **({"caption": text} if text else {})}
    return Said({"videoMessage": body}, "videoMessage", PICTURE)


def _document(asked: dict[str, Any], text: str) -> Said:
    name = str(asked.get("file_name", "ordem-de-servico.pdf"))
    body = {
        **_file(PAPER, "application/pdf"),
        "title": name,
        "fileName": name,
        "pageCount": 1,
        **({"caption": text} if text else {}),
    }
    return Said({"documentMessage": body}, "documentMessage", PAPER)


def _sticker(asked: dict[str, Any], text: str) -> Said:
    return Said({"stickerMessage": _file(PICTURE, "image/webp")}, "stickerMessage", PICTURE)


def _lottie(asked: dict[str, Any], text: str) -> Said:
    inner = {"stickerMessage": {**_file(PICTURE, "application/was"), "isAnimated": True}}
    return Said({"lottieStickerMessage": {"message": inner}}, "lottieStickerMessage", PICTURE)


def _location(asked: dict[str, Any], text: str) -> Said:
    return Said({"locationMessage": {"degreesLatitude": -30.0, "degreesLongitude": -51.2}}, "locationMessage")


def _contact(asked: dict[str, Any], text: str) -> Said:
    card = {"displayName": text or "Contato Exemplo", "vcard": "BEGIN:VCARD\nVERSION:3.0\nEND:VCARD"}
    return Said({"contactMessage": card}, "contactMessage")


def _poll(asked: dict[str, Any], text: str) -> Said:
    options = [{"optionName": "A"}, {"optionName": "B"}]
    return Said({"pollCreationMessage": {"name": text or "Qual?", "options": options}}, "pollCreationMessage")


def _reaction(asked: dict[str, Any], text: str) -> Said:
    key = {"fromMe": True, "id": str(asked.get("target", ""))}
    return Said({"reactionMessage": {"key": key, "text": text}}, "reactionMessage")


def _hidden_edit(asked: dict[str, Any], text: str) -> Said:
    """What phones send since May 2026: an edit that nobody on the way can read."""
    body = {
        "targetMessageKey": {"fromMe": False, "id": str(asked.get("target", ""))},
        "encPayload": as_bytes(hashlib.sha256(text.encode()).digest()),
        "encIv": as_bytes(b"i" * 12),
        "secretEncType": 2,
    }
    return Said({"secretEncryptedMessage": body}, "secretEncryptedMessage")


def _album(asked: dict[str, Any], text: str) -> Said:
    return Said({"albumMessage": {"expectedImageCount": int(asked.get("count", 2))}}, "albumMessage")


def _album_picture(asked: dict[str, Any], text: str) -> Said:
    inner = _image(asked, text)
    return Said({"associatedChildMessage": {"message": inner.message}}, "associatedChildMessage", inner.file)


def _empty(asked: dict[str, Any], text: str) -> Said:
    return Said({"messageContextInfo": {"deviceListMetadataVersion": 2}}, "unknown")


def _list(asked: dict[str, Any], text: str) -> Said:
    body = {"title": text, "singleSelectReply": {"selectedRowId": str(asked.get("button_id", ""))}}
    return Said({"listResponseMessage": body}, "listResponseMessage")


def _interactive(asked: dict[str, Any], text: str) -> Said:
    chosen = json.dumps({"id": str(asked.get("button_id", "")), "display_text": text})
    body = {
        "body": {"text": text},
        "nativeFlowResponseMessage": {"name": "quick_reply", "paramsJson": chosen},
    }
    return Said({"interactiveResponseMessage": body}, "interactiveResponseMessage")


def _button(asked: dict[str, Any], text: str, quote: dict[str, Any] | None) -> Said:
    body = {"selectedButtonId": str(asked.get("button_id", "")), "selectedDisplayText": text, "type": 1}
    whole = {**body, **({"contextInfo": quote} if quote else {})}
    return Said({"buttonsResponseMessage": whole}, "buttonsResponseMessage", context=quote)


_MAKERS = {
    "audio": _audio,
    "image": _image,
    "video": _video,
    "document": _document,
    "sticker": _sticker,
    "lottie": _lottie,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "reaction": _reaction,
    "hidden_edit": _hidden_edit,
    "album": _album,
    "album_picture": _album_picture,
    "empty": _empty,
    "list": _list,
    "interactive": _interactive,
}
ALL_KINDS = (*KINDS, *_MAKERS)


def as_bytes(value: bytes) -> dict[str, int]:
    """Write bytes as 2.3.3 and later do: an object with numbers for names."""
    return {str(place): byte for place, byte in enumerate(value)}


def as_long(value: int) -> dict[str, Any]:
    return {"low": value & 0xFFFFFFFF, "high": value >> 32, "unsigned": True}


def _file(content: bytes, kind: str) -> dict[str, Any]:
    return {
        "url": "https://mmg.whatsapp.example/fictional.enc",
        "mimetype": kind,
        "fileSha256": as_bytes(hashlib.sha256(content).digest()),
        "fileLength": as_long(len(content)),
        "mediaKey": as_bytes(b"k" * 32),
        "directPath": "/fictional.enc",
    }


def _about(text: str) -> dict[str, Any]:
    return {
        "messageContextInfo": {
            "deviceListMetadataVersion": 2,
            "messageSecret": as_bytes(hashlib.sha256(text.encode()).digest()),
        }
    }


def _quote(asked: dict[str, Any], own_jid: str) -> dict[str, Any] | None:
    quoted = str(asked.get("quoted", ""))
    if not quoted:
        return None
    return {"mentionedJid": [], "groupMentions": [], "stanzaId": quoted, "participant": own_jid}
