"""The only door to outside systems (DESIGN.md §4): three answers, time-outs, limits; logs hold no data.

    client = ProviderClient("serper", settings.SERPER_BASE_URL, timeout=Timeout(3, 10), max_concurrency=6)
    response = client.request("POST", "/maps", json={"q": "…"}, idempotent=True)

Raises Refused (permanent), Unavailable (certainly not done, or harmless to repeat) or Unknown (sent, no
answer: ask before repeating). Answers of 2xx come back; redirects are refused, never followed.
"""

import atexit
import json as jsonlib
import os
import random
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import structlog
from django.db import connections
from django.utils import timezone

from core.breaker import Breaker, CircuitOpen, State
from core.database import give_back_connections
from core.errors import ProviderError, Refused, Unavailable, Unknown, Unreadable
from core.request_ids import current_request_id

__all__ = [
    "CalledInsideTransaction",
    "CircuitOpen",
    "ProviderClient",
    "ProviderState",
    "Response",
    "Timeout",
    "close_providers",
    "provider_states",
]

logger = structlog.get_logger(__name__)

ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 2.0
MAX_BODY_BYTES = 20 * 1024 * 1024
SHOWN_BODY_CHARACTERS = 500
_PLAIN_SEGMENT = re.compile(r"[a-z][a-z_-]{0,24}|v[0-9]{1,2}")

Deadline = float | datetime
"""When to give up: a value of time.monotonic() or an aware datetime."""


class CalledInsideTransaction(RuntimeError):
    """A provider was called while a database transaction was open: locks would wait for a stranger (R55)."""


@dataclass(frozen=True)
class Timeout:
    """Seconds to wait for the connection, and for the whole answer after it."""

    connect: float
    read: float


@dataclass(frozen=True)
class Response:
    """A 2xx answer. Header names are in lower case; the body stays out of `repr`."""

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


@dataclass(frozen=True)
class ProviderState:
    """What operators see of one provider in this process."""

    name: str
    circuit: State
    failures: int
    busy: int
    max_concurrency: int
    paused_seconds: float


class _Channel:
    """What all clients of one provider share in this process: connections, slots, breaker and pause."""

    def __init__(self, base_url: str, max_concurrency: int) -> None:
        self.http = httpx.Client(
            base_url=base_url,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=max_concurrency, max_keepalive_connections=max_concurrency),
        )
        self.max_concurrency = max_concurrency
        self.slots = threading.BoundedSemaphore(max_concurrency)
        self.breaker = Breaker()
        self.busy = 0
        self._paused_until = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def slot(self, seconds: float) -> Iterator[None]:
        """Hold one of the provider's slots. Raises Unavailable when none is free within `seconds`."""
        if not self.slots.acquire(timeout=max(0.0, seconds)):
            raise Unavailable(retry_after=1.0, detail="all slots are busy")
        with self._lock:
            self.busy += 1
        try:
            yield
        finally:
            with self._lock:
                self.busy -= 1
            self.slots.release()

    def pause(self, seconds: float) -> None:
        """Ask nothing for `seconds`, as the provider wished in its 429."""
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def paused_seconds(self) -> float:
        return max(0.0, self._paused_until - time.monotonic())


@dataclass(frozen=True)
class _Call:
    method: str
    path: str
    json: Any
    params: Mapping[str, Any] | None
    headers: Mapping[str, str]
    idempotent: bool
    log_path: str
    until: float

    def remaining(self) -> float:
        return self.until - time.monotonic()


class ProviderClient:
    """Speaks HTTP to one provider. Cheap to build: connections, slots and breaker belong to the process.

    `base_url` may hold a path; `headers` go with every request; at most `max_concurrency` requests run at
    once in this process. Safe to share between threads.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        timeout: Timeout,
        headers: Mapping[str, str] | None = None,
        max_concurrency: int,
    ) -> None:
        self.name = name
        self.timeout = timeout
        self._base_url = base_url
        self._headers = {"User-Agent": "Nitro", "Accept": "application/json", **(headers or {})}
        self._max_concurrency = max_concurrency

    def __repr__(self) -> str:
        return f"<ProviderClient {self.name}>"

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool,
        log_path: str | None = None,
        deadline: Deadline | None = None,
    ) -> Response:
        """Ask the provider and return its 2xx answer.

        `path` starts with "/" and is relative to the base URL. `idempotent` says that repeating the request
        does no harm: it is then tried up to three times and never Unknown. `log_path` is the path to log when
        `path` holds a key or a document ("/cnpj/{cnpj}"); without it, segments that are not plain words are
        hidden. `deadline` shortens the time-outs.

        Raises CalledInsideTransaction, Refused, Unavailable (CircuitOpen among them), Unknown, Unreadable
        (an answer of more than 20 MB or badly compressed).
        """
        _refuse_inside_transaction()
        give_back_connections()
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError("path must start with one slash")
        call = _Call(
            method=method,
            path=path,
            json=json,
            params=params,
            headers={**self._headers, "X-Request-ID": current_request_id(), **(headers or {})},
            idempotent=idempotent,
            log_path=log_path or _template(path),
            until=_monotonic(deadline),
        )
        for attempt in range(1, ATTEMPTS):
            try:
                return self._attempt(call, attempt)
            except Unavailable as error:
                wait = _wait_before_retry(error, attempt)
                if (
                    not idempotent
                    or isinstance(error, CircuitOpen)
                    or wait >= min(LONGEST_WAIT_SECONDS, call.remaining())
                ):
                    raise
            time.sleep(wait)
        return self._attempt(call, ATTEMPTS)

    def _attempt(self, call: _Call, attempt: int) -> Response:
        channel = _channel(self.name, self._base_url, self._max_concurrency)
        self._wait_out_pause(channel, call)
        with channel.slot(min(self.timeout.read, call.remaining())):
            if call.remaining() <= 0:
                raise Unavailable(detail=f"{self.name}: no time left")
            channel.breaker.admit()
            return self._measured(channel, call, attempt)

    def _measured(self, channel: _Channel, call: _Call, attempt: int) -> Response:
        """Send once, tell the breaker, log one line."""
        started = time.monotonic()
        status, healthy, outcome = 0, True, "error"
        try:
            response = self._send(channel, call)
            status, healthy = response.status, _is_healthy(response.status)
            outcome = "ok" if 200 <= status < 300 else "status"
        except ProviderError as error:
            healthy, outcome = isinstance(error, Unreadable), type(error).__name__.lower()
            raise
        finally:
            self._report(channel, healthy)
            logger.info(
                "provider_call",
                provider=self.name,
                method=call.method,
                path=call.log_path,
                status=status,
                outcome=outcome,
                attempt=attempt,
                ms=round((time.monotonic() - started) * 1000, 1),
            )
        return self._judge(channel, call, response)

    def _report(self, channel: _Channel, healthy: bool) -> None:
        if healthy:
            channel.breaker.succeeded()
        elif channel.breaker.failed():
            logger.error("circuit_opened", provider=self.name)

    def _send(self, channel: _Channel, call: _Call) -> Response:
        """Send once and read the whole answer, whatever its status."""
        lost = Unavailable if call.idempotent else Unknown
        until = min(call.until, time.monotonic() + self.timeout.connect + self.timeout.read)
        try:
            with channel.http.stream(
                call.method,
                call.path,
                json=call.json,
                params=call.params,
                headers=call.headers,
                timeout=self._timeouts(call),
            ) as answer:
                content = _read(answer, until)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable(detail=f"{self.name}: {type(error).__name__}") from error
        except httpx.DecodingError as error:
            raise Unreadable(detail=f"{self.name}: badly compressed answer") from error
        except (httpx.TransportError, _TooSlow) as error:
            raise lost(detail=f"{self.name}: {type(error).__name__}") from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(self.name, answer.status_code, headers, content)

    def _timeouts(self, call: _Call) -> httpx.Timeout:
        remaining = max(0.001, call.remaining())
        return httpx.Timeout(
            min(self.timeout.read, remaining),
            connect=min(self.timeout.connect, remaining),
        )

    def _judge(self, channel: _Channel, call: _Call, response: Response) -> Response:
        """Return a 2xx answer, or raise what the status means."""
        status = response.status
        if 200 <= status < 300:
            return response
        detail = f"{self.name}: HTTP {status}"
        retry_after = _retry_after(response.headers.get("retry-after", ""))
        if status == 429:
            channel.pause(retry_after or 0.0)
            raise Unavailable(retry_after=retry_after, detail=detail)
        if status >= 500 or status == 408:
            if call.idempotent:
                raise Unavailable(retry_after=retry_after, detail=detail)
            raise Unknown(detail=detail)
        raise Refused(str(status), detail=detail, body=response.text[:SHOWN_BODY_CHARACTERS])

    def _wait_out_pause(self, channel: _Channel, call: _Call) -> None:
        """Sit out a short pause that the provider asked for; a long one belongs to the queue."""
        pause = channel.paused_seconds()
        if pause > min(LONGEST_WAIT_SECONDS, call.remaining()):
            raise Unavailable(retry_after=pause, detail=f"{self.name}: asked to pause")
        if pause:
            time.sleep(pause)


class _TooSlow(Exception):
    """The answer dripped in for longer than the time-out."""


def _read(answer: httpx.Response, until: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in answer.iter_bytes():
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise Unreadable(detail=f"answer of more than {MAX_BODY_BYTES} bytes")
        if time.monotonic() > until:
            raise _TooSlow
    return b"".join(chunks)


def _is_healthy(status: int) -> bool:
    """Whether the provider works: even a refusal is an answer."""
    return status < 500 and status != 408


def _wait_before_retry(error: Unavailable, attempt: int) -> float:
    if error.retry_after is not None:
        return error.retry_after
    return FIRST_WAIT_SECONDS * 3.0 ** (attempt - 1) * random.uniform(0.5, 1.5)


def _retry_after(header: str) -> float | None:
    """Return the seconds of a Retry-After header, which holds seconds or a date."""
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment - timezone.now()).total_seconds()) if moment.tzinfo else None


def _monotonic(deadline: Deadline | None) -> float:
    if deadline is None:
        return float("inf")
    if isinstance(deadline, datetime):
        return time.monotonic() + (deadline - timezone.now()).total_seconds()
    return deadline


def _template(path: str) -> str:
    """Hide every segment that is not a plain word: it may be a key or somebody's document."""
    return "/".join(part if not part or _PLAIN_SEGMENT.fullmatch(part) else "{}" for part in path.split("/"))


def _refuse_inside_transaction() -> None:
    """Raise CalledInsideTransaction. As for `atomic(durable=True)`, a TestCase's wrapper does not count."""
    for connection in connections.all(initialized_only=True):
        if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise CalledInsideTransaction("commit before calling a provider")


# --- One channel per provider and process ---------------------------------------------------------------

_channels: dict[tuple[str, str, int], _Channel] = {}
_channels_lock = threading.Lock()


def _channel(name: str, base_url: str, max_concurrency: int) -> _Channel:
    key = (name, base_url, max_concurrency)
    with _channels_lock:
        if key not in _channels:
            _channels[key] = _Channel(base_url, max_concurrency)
        return _channels[key]


def provider_states() -> list[ProviderState]:
    """Return the state of every provider that this process has called, for operators."""
    with _channels_lock:
        channels = list(_channels.items())
    return [
        ProviderState(
            name=name,
            circuit=channel.breaker.state,
            failures=channel.breaker.failures,
            busy=channel.busy,
            max_concurrency=channel.max_concurrency,
            paused_seconds=round(channel.paused_seconds(), 1),
        )
        for (name, _, _), channel in channels
    ]


def close_providers() -> None:
    """Close all connections and forget breakers and pauses: at the end of a process and of a test."""
    with _channels_lock:
        channels = list(_channels.values())
        _channels.clear()
    for channel in channels:
        channel.http.close()


def _forget_after_fork() -> None:
    """A forked child must not speak on its parent's sockets, nor wait for its parent's lock."""
    global _channels_lock
    _channels_lock = threading.Lock()
    _channels.clear()


os.register_at_fork(after_in_child=_forget_after_fork)
atexit.register(close_providers)
