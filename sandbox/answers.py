"""Bodies that come, and answers that say where they come from, in every vendor's own shape."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

HEADERS = {"X-Nitro-Sandbox": "true"}


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON with the mark of the sandbox; a vendor's bare list has only the header."""
    if isinstance(body, dict):
        body = {**body, "sandbox": True}
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, {**HEADERS, **(headers or {})}, "application/json; charset=utf-8")


async def read_json(request: Request) -> dict[str, Any]:
    """Return the body's object, {} when it is none."""
    body = await read_any(request)
    return body if isinstance(body, dict) else {}


async def read_any(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError:
        return None
