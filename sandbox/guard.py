"""Who may use the control API: loopback only, and only by a loopback name."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from sandbox.answers import answer

Endpoint = Callable[[Request], Awaitable[Response]]
LOOPBACK_CLIENTS = {"127.0.0.1", "::1"}
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "[::1]"}


def guarded(endpoint: Endpoint) -> Endpoint:
    """Refuse other machines, other host names (DNS rebinding) and forms of other sites."""

    async def check(request: Request) -> Response:
        host = request.headers.get("host", "")
        origin = request.headers.get("origin")
        client = request.client.host if request.client else ""
        foreign = origin is not None and origin != f"http://{host}"
        if client not in LOOPBACK_CLIENTS or host.rsplit(":", 1)[0] not in LOOPBACK_HOSTS or foreign:
            return answer({"message": "the control API answers loopback only"}, 403)
        return await endpoint(request)

    return check
