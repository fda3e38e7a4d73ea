"""Reading a request's body under a limit of its own, whatever Django's form limit is (O20)."""

import contextlib
import time
from collections.abc import Callable
from typing import BinaryIO, TypeVar

from django.http import HttpRequest

from core.errors import NitroError

View = TypeVar("View", bound=Callable[..., object])
CHUNK = 64 * 1024
DRAIN_BYTES = 32 * 1024 * 1024
DRAIN_SECONDS = 5.0


class BodyTooLarge(NitroError):
    """The body is longer than the address accepts; what followed was read and thrown away, within bounds."""

    message = "O conteúdo enviado é grande demais."


def own_body_limit(view: View) -> View:
    """Mark a view that reads its body with `read_body`, under a limit of its own."""
    view.own_body_limit = True  # type: ignore[attr-defined]
    return view


def refuse_large_body(request: HttpRequest, limit: int) -> None:
    """Raise BodyTooLarge when the body says that it is longer than `limit` bytes; its rest was drained."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > limit:
        drain(_open(request))
        raise BodyTooLarge


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


def drain_body(request: HttpRequest) -> None:
    """Read and throw away what nobody has read of a request's body, up to 32 MB and five seconds."""
    if request.META.get("CONTENT_LENGTH") or request.META.get("wsgi.input_terminated"):
        with contextlib.suppress(OSError):  # the sender has gone
            drain(_open(request))


def _open(request: HttpRequest) -> BinaryIO:
    """Django takes a body without Content-Length for an empty one; the server knows where chunks end."""
    stream: BinaryIO = request  # type: ignore[assignment]
    is_chunked = "CONTENT_LENGTH" not in request.META and request.META.get("wsgi.input_terminated")
    return request.META["wsgi.input"] if is_chunked else stream
