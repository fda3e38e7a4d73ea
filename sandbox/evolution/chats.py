"""Sends, presence, media and the look-ups of messages (evolution.md 10, 11)."""

import asyncio
import base64
import binascii
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer, read_json
from sandbox.evolution.answers import CLOSED, Problem, lacks
from sandbox.evolution.contents import as_bytes, as_long
from sandbox.evolution.instances import Reception
from sandbox.evolution.messenger import Messenger, seconds_of
from sandbox.evolution.office import Document, Office
from sandbox.evolution.people import digits_of, make_jid, same_person, stored_key
from sandbox.guard import Endpoint

STEPS = ("SERVER_ACK", "DELIVERY_ACK", "READ")
REACHED = {"read": 3, "delivered": 2, "server": 1, "pending": 0}
MEDIA_KEYS = ("audioMessage", "imageMessage", "videoMessage", "documentMessage", "stickerMessage")
TYPES = {"pdf": "application/pdf", "xml": "application/xml", "png": "image/png", "jpg": "image/jpeg"}
LARGEST_PAGE = 1000


class ChatsApi(Reception):
    def __init__(self, office: Office, messenger: Messenger) -> None:
        super().__init__(office, messenger)

    def routes(self) -> list[Route]:
        listed: list[tuple[str, Endpoint]] = [
            ("/message/sendText/{instance}", self.send_text),
            ("/message/sendMedia/{instance}", self.send_media),
            ("/chat/sendPresence/{instance}", self.send_presence),
            ("/chat/markMessageAsRead/{instance}", self.mark_read),
            ("/chat/findMessages/{instance}", self.find_messages),
            ("/chat/getBase64FromMediaMessage/{instance}", self.fetch_media),
        ]
        return [Route(path, self.guard(endpoint), methods=["POST"]) for path, endpoint in listed]

    async def send_text(self, request: Request) -> Response:
        instance, body = self.enter(request), await read_json(request)
        if not isinstance(body.get("text"), str) or not body["text"]:
            raise lacks("text")
        message = {"conversation": body["text"]}
        sent = await self._send(instance, body, message, "conversation")
        return answer(self._row(instance, sent), 201)

    async def send_media(self, request: Request) -> Response:
        instance, body = self.enter(request), await read_json(request)
        for name in ("mediatype", "media"):
            if not body.get(name):
                raise lacks(name)
        content, name = _read_media(str(body["media"])), str(body.get("fileName", ""))
        if content is not None and not name:
            raise Problem(400, ["For base64 the file name must be informed."])
        kind = f"{body['mediatype']}Message"
        inner = {
            "mimetype": TYPES.get(name.rpartition(".")[2].lower(), "false"),
            "fileName": name,
            "caption": body.get("caption"),
            "fileLength": as_long(len(content or b"")),
            "mediaKey": as_bytes(b"k" * 32),
        }
        sent = await self._send(instance, body, {kind: inner}, kind)
        if content is not None:
            self.office.keep_file(sent, content)
        return answer(self._row(instance, sent), 201)

    async def send_presence(self, request: Request) -> Response:
        instance, body = self.enter(request), await read_json(request)
        for name in ("number", "presence", "delay"):
            if name not in body:
                raise lacks(name)
        self._refuse_when_closed(instance)
        await asyncio.sleep(float(body["delay"]) / 1000)
        return answer({"presence": body["presence"]}, 201)

    async def mark_read(self, request: Request) -> Response:
        self.enter(request)
        return answer({"message": "Read messages", "read": "success"}, 201)

    async def find_messages(self, request: Request) -> Response:
        """Page through the table with its quirks: half a time range and `fromMe: false` filter nothing."""
        instance, body = self.enter(request), await read_json(request)
        where = body.get("where") or {}
        kept = [each for each in self.office.messages if each["instance"] == instance["name"]]
        kept = [each for each in kept if each["is_saved"] and _matches(each, where)]
        kept.sort(key=lambda each: (each["at"], each["n"]), reverse=True)
        size = min(int(body.get("offset") or 50), LARGEST_PAGE)
        page = max(1, int(body.get("page") or 1))
        rows = kept[(page - 1) * size : page * size]
        return answer(
            {
                "messages": {
                    "total": len(kept),
                    "pages": -(-len(kept) // size),
                    "currentPage": page,
                    "records": [self._record(instance, each) for each in rows],
                }
            }
        )

    async def fetch_media(self, request: Request) -> Response:
        instance, body = self.enter(request), await read_json(request)
        asked = body.get("message")
        manner = self.office.plan.media
        if (
            manner == "nested"
            or not isinstance(asked, dict)
            or not (asked.get("key") or asked.get("message"))
        ):
            trouble = "TypeError: Cannot read properties of undefined (reading 'ephemeralMessage')"
            raise Problem(400, [trouble])
        message = self.office.find(instance, str((asked.get("key") or {}).get("id", "")))
        if message is None or manner == "missing":
            raise Problem(400, ["Message not found"])
        if manner == "null":
            return answer(None, 201)
        kind = next((each for each in MEDIA_KEYS if each in message["message"]), "")
        content = self.office.files.get(message["row"])
        if not kind or content is None:
            raise Problem(400, ["The message is not of the media type"])
        inner = message["message"][kind]
        suffix = {"audioMessage": "oga", "imageMessage": "jpeg"}.get(kind, "bin")
        return answer(
            {
                "mediaType": kind,
                "fileName": inner.get("fileName") or f"{message['key']['id']}.{suffix}",
                "size": {"fileLength": as_long(len(content))},
                "mimetype": inner.get("mimetype"),
                "base64": base64.b64encode(content).decode(),
                "buffer": None,
            },
            201,
        )

    # --- Sending -----------------------------------------------------------------------------------

    async def _send(self, instance: Document, body: Document, message: Document, kind: str) -> Document:
        """Give a message to WhatsApp, after the checks and waits of the real thing."""
        address = str(body.get("number") or "")
        if not address:
            raise lacks("number")
        jid = make_jid(address)
        phone = self.office.phone_of(jid)
        if not phone or same_person(phone) in self.office.absent:
            raise Problem(400, [{"jid": jid, "exists": False, "number": digits_of(address)}])
        self._refuse_when_closed(instance)
        await asyncio.sleep(float(body.get("delay") or 0) / 1000 + self.office.plan.send_seconds)
        chosen = str(body.get("messageId") or "") if self.office.plan.version == "2.4.0" else ""
        now = self.office.now()
        sent = self.office.add_message(
            instance,
            phone,
            key={"remoteJid": jid, "fromMe": True, "id": chosen or f"3EB0{secrets.token_hex(9).upper()}"},
            stored=stored_key(self.office.plan.addressing, phone),
            message=message,
            type=kind,
            at=seconds_of(now),
            stamp=now.timestamp(),
            name="Você",
            is_saved=True,
            by="api",
        )
        self.messenger.start(self._tell_of(instance, sent))
        return sent

    def _refuse_when_closed(self, instance: Document) -> None:
        if instance["is_dead"]:
            raise Problem(500, [CLOSED])
        if instance["state"] != "open":
            raise Problem(400, [CLOSED])

    async def _tell_of(self, instance: Document, sent: Document) -> None:
        """Echo the send, then tell how far it came. A chat that we start is refused (463)."""
        plan = self.office.plan
        self.messenger.tell(instance, "send.message", self._row(instance, sent))
        is_start = not self.office.has_written(instance, sent["phone"])
        if plan.statuses == "error" or (plan.starts_refused and is_start):
            await asyncio.sleep(plan.status_seconds)
            self._tell_status(instance, sent, "ERROR")
            return
        for step in STEPS[: REACHED.get(plan.statuses, 0)]:
            await asyncio.sleep(plan.status_seconds)
            self._tell_status(instance, sent, step)

    def _tell_status(self, instance: Document, sent: Document, status: str) -> None:
        sent["statuses"].append(status)
        address = sent["key"]["remoteJid"]
        if self.office.plan.addressing != "pn":
            address = sent["stored"]["remoteJid"]
        self.messenger.tell(
            instance,
            "messages.update",
            {
                "keyId": sent["key"]["id"],
                "remoteJid": address,
                "fromMe": True,
                "participant": "",
                "status": status,
                "instanceId": instance["id"],
                "messageId": sent["row"],
            },
        )

    def _row(self, instance: Document, sent: Document) -> Document:
        return {
            "key": sent["key"],
            "pushName": "Você",
            "status": "PENDING",
            "message": sent["message"],
            "contextInfo": {"mentionedJid": [], "groupMentions": []},
            "messageType": sent["type"],
            "messageTimestamp": sent["at"],
            "instanceId": instance["id"],
            "source": "web",
        }

    def _record(self, instance: Document, message: Document) -> Document:
        return {
            "id": message["row"],
            "key": {**message["key"], **message["stored"]},
            "pushName": message["name"],
            "messageType": message["type"],
            "message": message["message"],
            "messageTimestamp": message["at"],
            "instanceId": instance["id"],
            "source": "web" if message["key"]["fromMe"] else "android",
            "contextInfo": message.get("context"),
            "MessageUpdate": [{"status": status} for status in message["statuses"]],
        }


def _matches(message: Document, where: dict[str, Any]) -> bool:
    key, asked = {**message["key"], **message["stored"]}, where.get("key") or {}
    if asked.get("id") and asked["id"] != key["id"]:
        return False
    if asked.get("fromMe") is True and not key["fromMe"]:
        return False
    addresses = [asked[name] for name in ("remoteJid", "remoteJidAlt") if asked.get(name)]
    known = {key.get("remoteJid"), key.get("remoteJidAlt"), message["key"]["remoteJid"]}
    if addresses and not known & set(addresses):
        return False
    span = where.get("messageTimestamp") or {}
    if span.get("gte") and span.get("lte"):
        return _seconds(span["gte"]) <= message["at"] <= _seconds(span["lte"])
    return True


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError as error:
        raise Problem(500, f"RangeError: Invalid time value {text}") from error


def _read_media(text: str) -> bytes | None:
    """Return the bytes of pure base64; None of a public address. Anything else is refused."""
    parts = urlsplit(text) if text.startswith(("http://", "https://")) else None
    if parts is not None and "." in (parts.hostname or ""):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem(400, ["Owned media must be a url or base64"]) from error
