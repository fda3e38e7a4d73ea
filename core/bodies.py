"""Reading a request's body under a limit of its own, whatever Django's form limit is (O20)."""

import time
from typing import BinaryIO

from django.http import HttpRequest

from core.errors import NitroError

CHUNK = 64 * 1024
DRAIN_BYTES = 32 * 1024 * 1024
DRAIN_SECONDS = 5.0


class BodyTooLarge(NitroError):
    """The body is longer than the address accepts; what followed was read and thrown away, within bounds."""

    message = "O conteúdo enviado é grande demais."


def read_body(request: HttpRequest, limit: int) -> bytes:
    """Return the whole body, sent with a length or in chunks. Raises BodyTooLarge above `limit` bytes.

    A sender that is still writing when the connection closes sees a broken connection, not our 413: so what
    is too long is read on, up to 32 MB and five seconds.
    """
    stream = _open(request)
    parts, size = [], 0
    while size <= limit and (part := stream.read(min(CHUNK, limit + 1 - size))):
        parts.append(part)
        size += len(part)
    if size > limit:
        drain(stream)
        raise BodyTooLarge
    return b"".join(parts)


def drain(stream: BinaryIO, *, byte_limit: int = DRAIN_BYTES, seconds: float = DRAIN_SECONDS) -> None:
    """Read and throw away what a sender still writes, until it ends or a bound is reached."""
    deadline = time.monotonic() + seconds
    while byte_limit > 0 and time.monotonic() < deadline and (part := stream.read(min(CHUNK, byte_limit))):
        byte_limit -= len(part)


def _open(request: HttpRequest) -> BinaryIO:
    """Django takes a body without Content-Length for an empty one; the server knows where chunks end."""
    stream: BinaryIO = request  # type: ignore[assignment]
    is_chunked = "CONTENT_LENGTH" not in request.META and request.META.get("wsgi.input_terminated")
    return request.META["wsgi.input"] if is_chunked else stream
