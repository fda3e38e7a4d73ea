"""The id that follows one request from the web to its jobs and provider calls."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_ACCEPTED = re.compile(r"[0-9A-Za-z_-]{8,64}", re.ASCII)


def current_request_id() -> str:
    """Return the id of the request or job that runs here, or "" outside of both."""
    return _request_id.get()


def new_request_id() -> str:
    return secrets.token_hex(8)


def clean_request_id(text: str) -> str:
    """Return an id received from outside when it is harmless, else a new one."""
    return text if _ACCEPTED.fullmatch(text) else new_request_id()


@contextmanager
def bind_request_id(request_id: str) -> Iterator[str]:
    """Make `request_id` the current one inside the block. An empty one is replaced by a new one."""
    bound = request_id or new_request_id()
    token = _request_id.set(bound)
    try:
        yield bound
    finally:
        _request_id.reset(token)
