"""Answers that say where they come from, in every vendor's own shape."""

import json
from typing import Any

from starlette.responses import Response

HEADERS = {"X-Nitro-Sandbox": "true"}


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON with the mark of the sandbox; a vendor's bare list has only the header."""
    if isinstance(body, dict):
        body = {**body, "sandbox": True}
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, {**HEADERS, **(headers or {})}, "application/json; charset=utf-8")
