"""OpenAI's answers, and the key that every request needs."""

import secrets

from starlette.requests import Request
from starlette.responses import Response

from sandbox.answers import answer
from sandbox.guard import Endpoint

KINDS = {401: "invalid_request_error", 429: "rate_limit_error"}
CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
QUOTA = "insufficient_quota"


class Problem(Exception):
    """A request that OpenAI refuses."""

    def __init__(self, status: int, message: str, code: str = "", param: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param
        self.kind = kind or "invalid_request_error"

    def answer(self) -> Response:
        error = {
            "message": self.message,
            "type": self.kind,
            "code": self.code or None,
            "param": self.param or None,
        }
        return answer({"error": error}, self.status, headers=name_request())


def name_request() -> dict[str, str]:
    """Return the header by which support finds a request."""
    return {"x-request-id": f"req_{secrets.token_hex(8)}"}


def refuse(status: int, message: str) -> Response:
    """Answer a status that a fault of the control API asks for."""
    usual = "invalid_request_error" if status < 500 else "server_error"
    return Problem(status, message, CODES.get(status, ""), kind=KINDS.get(status, usual)).answer()


def reject(_path: str, code: str) -> Response:
    """Refuse with a code, as a fault of the control API asks: insufficient_quota, or a bad request."""
    if code == QUOTA:
        return Problem(429, "You exceeded your current quota.", QUOTA, kind=QUOTA).answer()
    return Problem(400, f"Sandbox: {code}", code, param="input").answer()


def keyed(endpoint: Endpoint) -> Endpoint:
    """Ask for a key, any key, and turn problems into answers."""

    async def check(request: Request) -> Response:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key:
            return Problem(401, "Incorrect API key provided.", "invalid_api_key").answer()
        try:
            return await endpoint(request)
        except Problem as problem:
            return problem.answer()

    return check
