"""Between the socket and the emulators: counts each call and makes it fail when told to."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox import brasilapi, serper, viper
from sandbox.answers import HEADERS
from sandbox.calls import Call, Calls
from sandbox.evolution import answers as evolution_answers
from sandbox.faults import PROVIDERS, Fault, Faults
from sandbox.openai import answers as openai_answers
from sandbox.plugnotas import answers as plugnotas_answers
from sandbox.sefin import refusals as sefin_refusals
from sandbox.stripe import answers as stripe_answers

HTML = b"<!doctype html><title>502 Bad Gateway</title><p>Sandbox do Nitro: falha pedida.</p>"
GARBAGE = b'{"sandbox": true, "places": [{"title": "Pet'
STATUS_BODIES: dict[str, Callable[[int, str], Response]] = {
    "serper": serper.refuse,
    "brasilapi": brasilapi.refuse,
    "viper": viper.refuse,
    "sefin": sefin_refusals.refuse_status,
    "adn": sefin_refusals.refuse_status,
    "parameters": sefin_refusals.refuse_status,
    "plugnotas": plugnotas_answers.refuse,
    "stripe": stripe_answers.refuse,
    "openai": openai_answers.refuse,
    "evolution": evolution_answers.refuse,
}
REJECTIONS: dict[str, Callable[[str, str], Response]] = {
    "sefin": sefin_refusals.reject,
    "adn": sefin_refusals.reject_in_adn,
    "plugnotas": plugnotas_answers.reject,
    "stripe": stripe_answers.reject,
    "openai": openai_answers.reject,
    "evolution": evolution_answers.reject,
}
USUAL_MESSAGES = {
    401: "Unauthorized.",
    403: "Unauthorized.",
    404: "CNPJ não encontrado.",
    429: "Too Many Requests",
}

MOST_CHARACTERS = 200  # of a value that is kept with its call
Ends = tuple[tuple[str, int], tuple[str, int | None]]  # client and server address: two servers share this

_transports: dict[Ends, asyncio.Transport] = {}


class CuttableProtocol(H11Protocol):
    """HTTP over a connection that the sandbox can cut without a reply."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client and self.server:
            _transports[self.client, self.server] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client and self.server:
            _transports.pop((self.client, self.server), None)
        super().connection_lost(exc)


def cut(scope: Scope) -> None:
    """Close the connection of the request at once."""
    transport = _transports.get((tuple(scope["client"]), tuple(scope["server"])))
    if transport is not None:
        transport.abort()


class Wire:
    """ASGI middleware around the emulators."""

    def __init__(
        self,
        app: ASGIApp,
        calls: Calls,
        faults: Faults,
        identify: Callable[[str], tuple[str, str]] | None = None,
    ) -> None:
        self.app = app
        self.calls = calls
        self.faults = faults
        self.identify = identify or _identify
        self.tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        provider, path = self.identify(scope["path"]) if scope["type"] == "http" else ("", "")
        if not provider:
            return await self.app(scope, receive, send)
        body = await _read(receive)
        call = self.calls.begin(provider, scope["method"], path, _describe(scope, body))
        try:
            await self._answer(call, _Exchange(scope, body, send))
        finally:
            self.calls.end(call)
        return None

    async def _answer(self, call: Call, exchange: "_Exchange") -> None:
        fault = self.faults.find(call.provider, call.path, call.method)
        if fault is None:
            return await exchange.run(self.app, call)
        call.fault = fault.kind
        if fault.kind == "drop_before":
            return cut(exchange.scope)
        if fault.kind in ("drop", "cut"):
            return await exchange.run_and_cut(self.app, call, half=fault.kind == "cut")
        if fault.kind == "work_later":
            cut(exchange.scope)
            return self._keep(asyncio.create_task(self._work_unseen(exchange, call, fault.seconds)))
        if fault.kind == "incomplete":
            return await exchange.run_without(self.app, call, fault.field)
        if fault.kind == "late":
            return await self._work_late(exchange, call, fault.seconds)
        if fault.kind == "late_after":
            return await exchange.run_and_wait(self.app, call, fault.seconds)
        if fault.after_work:
            await exchange.collect(self.app, call)
        response = fault_response(call, fault)
        call.status = response.status_code
        return await response(exchange.scope, exchange.receive, exchange.send)

    async def _work_late(self, exchange: "_Exchange", call: Call, seconds: float) -> None:
        """Wait before the work; after a reset nobody wants it any more."""
        generation = self.calls.generation
        await asyncio.sleep(seconds)
        if generation != self.calls.generation:
            return cut(exchange.scope)
        return await exchange.run(self.app, call)

    async def _work_unseen(self, exchange: "_Exchange", call: Call, seconds: float) -> None:
        """Do the work after a while, unless everything was reset meanwhile."""
        generation = self.calls.generation
        await asyncio.sleep(seconds)
        if generation == self.calls.generation:
            await exchange.run_unseen(self.app, call)

    def _keep(self, task: "asyncio.Task[None]") -> None:
        """Hold a task until it is done: the loop itself holds none."""
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


class _Exchange:
    """One request whose body has been read, and the door to answer it."""

    def __init__(self, scope: Scope, body: bytes, send: Send) -> None:
        self.scope = scope
        self.send = send
        self._body: bytes | None = body

    async def receive(self) -> Message:
        if self._body is None:
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def run(self, app: ASGIApp, call: Call) -> None:
        async def send(message: Message) -> None:
            _note(call, message)
            await self.send(message)

        await app(self.scope, self.receive, send)

    async def run_and_wait(self, app: ASGIApp, call: Call, seconds: float) -> None:
        """Wait between the work and the answer."""
        messages = await self.collect(app, call)
        await asyncio.sleep(seconds)
        for message in messages:
            await self.send(message)

    async def run_unseen(self, app: ASGIApp, call: Call) -> None:
        """Do the work for nobody."""
        await self.collect(app, call)
        call.status = None

    async def run_without(self, app: ASGIApp, call: Call, name: str) -> None:
        """Do the work and leave one field out of the answer."""
        start, *parts = await self.collect(app, call)
        body = b"".join(part.get("body", b"") for part in parts)
        fields = json.loads(body or b"{}")
        fields.pop(name, None)
        body = json.dumps(fields, ensure_ascii=False).encode()
        headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
        await self.send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self.send({"type": "http.response.body", "body": body})

    async def collect(self, app: ASGIApp, call: Call) -> list[Message]:
        messages: list[Message] = []

        async def send(message: Message) -> None:
            _note(call, message)
            messages.append(message)

        await app(self.scope, self.receive, send)
        return messages

    async def run_and_cut(self, app: ASGIApp, call: Call, *, half: bool) -> None:
        """Do the work, then say nothing, or only half of the answer."""
        messages = await self.collect(app, call)
        call.status = None
        if half:
            await self.send(messages[0])
            text = messages[1].get("body", b"")
            await self.send({"type": "http.response.body", "body": text[: len(text) // 2], "more_body": True})
            await asyncio.sleep(0)
        cut(self.scope)


def fault_response(call: Call, fault: Fault) -> Response:
    """Build the reply of a fault that answers."""
    if fault.kind == "html":
        return Response(HTML, 200, HEADERS, "text/html; charset=utf-8")
    if fault.kind == "garbage":
        return Response(GARBAGE, 200, HEADERS, "application/json")
    if fault.kind == "reject":
        return REJECTIONS.get(call.provider, sefin_refusals.reject)(call.path, fault.code or fault.message)
    message = fault.message or USUAL_MESSAGES.get(fault.status, "Internal Server Error")
    response = STATUS_BODIES[call.provider](fault.status, message)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault.retry_after
    return response


def _note(call: Call, message: Message) -> None:
    """Keep the status and, from Serper's own counter, what the call cost."""
    if message["type"] == "http.response.start":
        call.status = message["status"]
    elif call.provider == "serper" and call.status == 200:
        _, found, tail = message.get("body", b"").rpartition(b'"credits":')
        call.credits = int(tail[:1]) if found else 1


def _identify(path: str) -> tuple[str, str]:
    """Return the provider, "" if it is none, and the rest of the path."""
    name, _, rest = path.lstrip("/").partition("/")
    return (name, f"/{rest}") if name in PROVIDERS else ("", "")


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _describe(scope: Scope, body: bytes) -> dict[str, Any]:
    """Return what was asked: the query string, or the JSON body."""
    if not body:
        return dict(parse_qsl(scope["query_string"].decode()))
    try:
        asked = json.loads(body)
    except ValueError:
        return {}
    return {name: _shorten(value) for name, value in asked.items()} if isinstance(asked, dict) else {}


def _shorten(value: Any) -> Any:
    """Keep no documents with the calls."""
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        return f"{value[:MOST_CHARACTERS]}… ({len(value)} characters)"
    return value
