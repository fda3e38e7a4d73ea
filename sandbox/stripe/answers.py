"""Stripe's answers and forms, and what every request needs."""

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from sandbox.answers import answer

KEYS = ("sk_test_sandbox",)
Endpoint = Callable[[Request], Awaitable[Response]]
_PIECES = re.compile(r"[^\[\]]+")


class Problem(Exception):
    """A request that Stripe refuses."""

    def __init__(self, status: int, code: str, message: str, param: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param = status, code, message, param
        self.kind = kind or "invalid_request_error"

    def answer(self) -> Response:
        error = {"type": self.kind, "message": self.message}
        error |= {name: value for name, value in (("code", self.code), ("param", self.param)) if value}
        return answer({"error": error}, self.status)


def refuse(status: int, message: str) -> Response:
    """Answer a status that a fault of the control API asks for."""
    kinds = {401: "invalid_request_error", 429: "rate_limit_error", 409: "idempotency_error"}
    codes = {429: "rate_limit", 409: "idempotency_key_in_use"}
    return Problem(status, codes.get(status, ""), message, kind=kinds.get(status, "api_error")).answer()


def reject(_path: str, text: str) -> Response:
    """Refuse with a code, as a fault of the control API asks."""
    return Problem(400, text, f"Sandbox: {text}").answer()


def keyed(endpoint: Endpoint) -> Endpoint:
    """Ask for the account's key and turn problems into answers."""

    async def check(request: Request) -> Response:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not any(hmac.compare_digest(key, known) for known in KEYS):
            return Problem(401, "", "Invalid API Key provided").answer()
        try:
            return await endpoint(request)
        except Problem as problem:
            return problem.answer()

    return check


async def read_form(request: Request) -> dict[str, Any]:
    """Return the form's fields: `a[b][0][c]=1` as nested dicts and lists."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl((await request.body()).decode(), keep_blank_values=True):
        pieces = _PIECES.findall(name)
        place = root
        for piece in pieces[:-1]:
            place = place.setdefault(piece, {})
        place[pieces[-1]] = value
    return {name: _as_list(value) for name, value in root.items()}


def _as_list(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    fields = {name: _as_list(each) for name, each in value.items()}
    if fields and all(name.isdigit() for name in fields):
        return [fields[name] for name in sorted(fields, key=int)]
    return fields
