"""PlugNotas' answers, and what every request needs."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.answers import answer

KEY = "sandbox"
Endpoint = Callable[[Request], Awaitable[Response]]


def refuse(status: int, message: str, data: dict[str, Any] | None = None) -> Response:
    """Answer an error in the vendor's shape."""
    return answer({"error": {"message": message, **({"data": data} if data else {})}}, status)


def reject(path: str, text: str) -> Response:
    """Reject the body, as a fault of the control API asks."""
    return refuse(400, "Falha na validação do JSON de NFSe", {"fields": {"servico[0]": text}})


def keyed(endpoint: Endpoint) -> Endpoint:
    """Ask for the account's key."""

    async def check(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("x-api-key", ""), KEY):
            return refuse(401, "Token inválido")
        return await endpoint(request)

    return check
