"""The errors of the Evolution API, whose `message` has four shapes, and the order of its guards."""

import hmac
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.answers import answer
from sandbox.guard import Endpoint

GLOBAL_KEY = "sandbox"
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    500: "Internal Server Error",
}
CLOSED = "Error: Connection Closed"
TIMED_OUT = "Error: Timed Out"


class Problem(Exception):
    """A request that the API does not fulfil; `message` is text, or a list of texts, lists or objects."""

    def __init__(self, status: int, message: Any) -> None:
        super().__init__(str(message))
        self.status, self.message = status, message

    def answer(self) -> Response:
        title = TITLES.get(self.status, "Error")
        body = {"status": self.status, "error": title, "response": {"message": self.message}}
        return answer(body, self.status)


def lacks(name: str) -> Problem:
    """Return the error of a body without a property: a list in a list."""
    return Problem(400, [[f'instance requires property "{name}"']])


def missing(instance: str) -> Problem:
    return Problem(404, [f'The "{instance}" instance does not exist'])


def refuse(status: int, message: str) -> Response:
    """Answer a status that a fault of the control API asks for."""
    return Problem(status, [message] if status in (400, 403, 404) else message).answer()


def reject(_path: str, code: str) -> Response:
    """Answer 400 with a text, as for whatever goes wrong inside a send: it tells nothing of what was done."""
    return Problem(400, [f"Error: {code}"]).answer()


def unlicensed() -> Response:
    """Answer as 2.4.0 does until somebody activates it."""
    return answer(
        {
            "error": "service not activated",
            "code": "LICENSE_REQUIRED",
            "register_url": "https://evolution.example/register",
            "message": "Activate this service to use it.",
        },
        503,
    )


def may_use(request: Request, token: str = "") -> bool:
    key = request.headers.get("apikey", "")
    return any(hmac.compare_digest(key, known) for known in (GLOBAL_KEY, token) if known)


def answering(endpoint: Endpoint) -> Endpoint:
    """Turn problems into answers."""

    async def act(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Problem as problem:
            return problem.answer()

    return act
