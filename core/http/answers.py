"""An answer, read up to a limit of bytes and time."""

import json as jsonlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from core.errors import Unreadable


class TooSlow(Exception):
    """The answer dripped in for longer than the time-out."""


@dataclass(frozen=True)
class Response:
    """An answer, of 2xx unless the caller accepts others. Header names in lower case, no body in `repr`."""

    provider: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Return the body read as JSON. Raises Unreadable."""
        try:
            return jsonlib.loads(self.content)
        except ValueError:
            raise Unreadable(detail=f"{self.provider}: {len(self.content)} bytes that are not JSON") from None


def read_body(answer: httpx.Response, limit: int, until: float) -> bytes:
    """Return the whole body, unpacked, as it comes. Raises TooSlow, and Unreadable above `limit` bytes."""
    chunks: list[bytes] = []
    size = 0
    for chunk in answer.iter_bytes():
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise Unreadable(detail=f"answer of more than {limit} bytes")
        if time.monotonic() > until:
            raise TooSlow
    return b"".join(chunks)
