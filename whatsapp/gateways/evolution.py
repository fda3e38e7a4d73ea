"""The Evolution API 2.3 over HTTP (contracts/whatsapp/evolution.md 3, 4, 10, 11): messages of one channel."""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from core.errors import Unavailable, Unknown, Unreadable
from core.http import ProviderClient, Response, Timeout
from whatsapp.gateways.evolution_answers import NAME, judge, judge_send, list_messages, read_body
from whatsapp.gateways.transport import (
    Credentials,
    Document,
    FetchedMedia,
    MediaGone,
    Messenger,
    Sent,
    TooManyMessages,
    Window,
)
from whatsapp.transport.events import Event, SendEchoed
from whatsapp.transport.evolution import parse_record, parse_sent
from whatsapp.transport.tolerant import as_mapping, find

CONNECT_SECONDS, SEND_SECONDS, READ_SECONDS, MEDIA_SECONDS, PRESENCE_SECONDS = 5.0, 30.0, 20.0, 60.0, 20.0
PAGE, MOST_PAGES, MOST_RECEIVED_PAGES = 100, 50, 20
ANY_4XX = range(400, 500)
MAX_MEDIA_ANSWER = 24 * 1024 * 1024
_WRONGLY_NESTED = "TypeError"


class EvolutionClient:
    """One question to the instance of a channel. The breaker is the channel's own (DESIGN.md §4)."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def ask(
        self,
        method: str,
        template: str,
        *,
        json: Any = None,
        seconds: float = READ_SECONDS,
        idempotent: bool,
        params: dict[str, str] | None = None,
        key: str = "",
    ) -> Response:
        """Return the answer, also one of 4xx and 5xx. Raises Unavailable and Unknown when there is none."""
        answers: list[Response] = []
        client = ProviderClient(
            NAME,
            settings.EVOLUTION_BASE_URL,
            key=str(self.credentials.channel_id),
            timeout=Timeout(CONNECT_SECONDS, seconds),
            headers={"apikey": key or self.credentials.token},
            max_concurrency=settings.EVOLUTION_CONCURRENCY,
            retry_waits=(),
            max_body_bytes=MAX_MEDIA_ANSWER,
            observe=answers.append,
        )
        try:
            return client.request(
                method,
                template.format(instance=self.credentials.instance_name),
                json=json,
                params=params,
                idempotent=idempotent,
                accept=ANY_4XX,
                log_path=template,
            )
        except (Unavailable, Unknown):
            if answers and answers[-1].status != 429:
                return answers[-1]  # it answered: what the status means is the caller's to say
            raise


class Evolution(Messenger):
    """Messages of one channel."""

    def __init__(self, credentials: Credentials) -> None:
        self._client = EvolutionClient(credentials)

    def send_text(self, address: str, text: str) -> Sent:
        """Send a text. A preview is off, or Evolution would fetch every address in it."""
        body = {"number": address, "text": text, "linkPreview": False}
        return self._send("/message/sendText/{instance}", body)

    def send_document(self, address: str, document: Document, caption: str = "") -> Sent:
        """Send a file as pure base64; the name's ending decides the type that the person sees."""
        body = {
            "number": address,
            "mediatype": "document",
            "fileName": document.name,
            "media": base64.b64encode(document.content).decode("ascii"),
            **({"caption": caption} if caption else {}),
        }
        return self._send("/message/sendMedia/{instance}", body)

    def show_typing(self, address: str, seconds: float) -> None:
        body = {"number": address, "presence": "composing", "delay": int(seconds * 1000)}
        judge(
            self._client.ask(
                "POST",
                "/chat/sendPresence/{instance}",
                json=body,
                seconds=PRESENCE_SECONDS + seconds,
                idempotent=True,
            )
        )

    def list_sent(self, window: Window) -> Iterator[SendEchoed]:
        for record in self._find({"key": {"fromMe": True}, **_between(window)}, MOST_PAGES):
            sent = parse_sent(record)
            if sent is not None and _is_within(sent.sent_at, window):
                yield sent

    def list_received(self, window: Window) -> Iterator[tuple[dict[str, Any], Event]]:
        for record in self._find(_between(window), MOST_RECEIVED_PAGES):
            if find(record, "key", "fromMe") is not True:
                yield record, parse_record(record)

    def fetch_media(self, data: dict[str, Any]) -> FetchedMedia:
        """Ask with the whole message, which needs nothing that Evolution stored; then by its id (case 05)."""
        try:
            return self._fetch_media({"message": data, "convertToMp4": False})
        except MediaGone as error:
            message_id = find(data, "key", "id")
            if _WRONGLY_NESTED not in error.detail or not message_id:
                raise
        return self._fetch_media({"message": {"key": {"id": message_id}}, "convertToMp4": False})

    def _send(self, template: str, body: dict[str, Any]) -> Sent:
        response = self._client.ask("POST", template, json=body, seconds=SEND_SECONDS, idempotent=False)
        judge_send(response)
        sent = parse_sent(as_mapping(read_body(response)))
        if sent is None:
            raise Unknown(detail=f"{response.status} without an id")
        return Sent(sent.message_id)

    def _fetch_media(self, body: dict[str, Any]) -> FetchedMedia:
        response = self._client.ask(
            "POST",
            "/chat/getBase64FromMediaMessage/{instance}",
            json=body,
            seconds=MEDIA_SECONDS,
            idempotent=True,
        )
        if response.status == 400:
            texts = [text[:120] for text in list_messages(response) if isinstance(text, str)]
            raise MediaGone("400", detail="; ".join(texts))
        judge(response)
        answer = as_mapping(read_body(response))
        encoded = answer.get("base64")
        if not isinstance(encoded, str) or not encoded:
            raise MediaGone("empty", detail="201 without a file")
        try:
            content = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise Unreadable(detail="media is not base64") from error
        return FetchedMedia(content, str(answer.get("mimetype") or "")[:100])

    def _find(self, where: dict[str, Any], most_pages: int) -> Iterator[dict[str, Any]]:
        """Return the records of all pages, newest first. `offset` is the size of a page.

        Raises TooManyMessages, with the first page if it says so.
        """
        for page in range(1, most_pages + 1):
            response = self._client.ask(
                "POST",
                "/chat/findMessages/{instance}",
                json={"where": where, "page": page, "offset": PAGE},
                idempotent=True,
            )
            judge(response)
            messages = as_mapping(as_mapping(read_body(response)).get("messages"))
            records = messages.get("records")
            if not isinstance(records, list):
                raise Unreadable(detail="findMessages without records")
            pages = messages.get("pages")
            if isinstance(pages, int) and pages > most_pages:
                break
            yield from (record for record in records if isinstance(record, dict))
            if not isinstance(pages, int) or page >= pages or not records:
                return
        raise TooManyMessages("too_many", detail=f"more than {most_pages} pages")


def _between(window: Window) -> dict[str, Any]:
    """Both ends are needed: with one of them Evolution ignores the filter (11.2)."""
    span = {"gte": _iso(window.since), "lte": _iso(window.until)}
    return {"messageTimestamp": span}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_within(moment: datetime | None, window: Window) -> bool:
    return moment is None or window.since.replace(microsecond=0) <= moment <= window.until
