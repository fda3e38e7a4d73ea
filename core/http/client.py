"""Asking a provider, and what each way of failing means."""

import random
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from django.db import connections

from core.breaker import CircuitOpen
from core.database import give_back_connections
from core.errors import ProviderError, Refused, Unavailable, Unknown, Unreadable
from core.http.answers import Response, TooSlow, read_body
from core.http.connections import ClientIdentity, refuses_certificate
from core.http.providers import Health, Provider, get_provider
from core.http.reports import note_answer, note_trouble
from core.http.times import Deadline, Timeout, read_retry_after, to_monotonic
from core.metrics import count_call
from core.request_ids import current_request_id

logger = structlog.get_logger(__name__)

RETRY_WAITS = (0.2, 0.6)
"""Seconds before the second and the third try, give or take a half."""

LONGEST_WAIT_SECONDS = 2.0
MAX_BODY_BYTES = 20 * 1024 * 1024
SHOWN_BODY_CHARACTERS = 500
CERTIFICATE_REFUSED = "certificate"
_PLAIN_SEGMENT = re.compile(r"[a-z][a-z_-]{0,24}|v[0-9]{1,2}")


class CalledInsideTransaction(RuntimeError):
    """A provider was called while a database transaction was open: locks would wait for a stranger (R55)."""


@dataclass(frozen=True)
class Uploaded:
    """A file of a multipart form."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class _Call:
    method: str
    path: str
    body: Mapping[str, Any]
    params: Mapping[str, Any] | None
    headers: Mapping[str, str]
    idempotent: bool
    accept: Collection[int]
    log_path: str
    until: float

    def remaining(self) -> float:
        return self.until - time.monotonic()


class ProviderClient:
    """Speaks HTTP/1.1 to one provider. Cheap to build: connections, slots and health belong to the process.

    `base_url` may hold a path; `headers` go with every request; at most `max_concurrency` requests run at
    once in this process. `key` names what fails by itself behind the provider (a WhatsApp channel): breaker
    and pause are then its own, and a dead one stops no other. It is logged: an id, no secret, nothing
    personal, and one of few, because each is remembered while the process lives. `identity` is the client
    certificate: its connections are its own, slots and breaker are shared. `retry_waits` are the seconds
    between tries of an idempotent request. `observe` is shown every answer, also one that becomes an error.
    Safe to share between threads.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        key: str = "",
        timeout: Timeout,
        headers: Mapping[str, str] | None = None,
        max_concurrency: int,
        identity: ClientIdentity | None = None,
        retry_waits: tuple[float, ...] | None = None,
        max_body_bytes: int | None = None,
        observe: Callable[[Response], None] | None = None,
    ) -> None:
        self.name = name
        self.key = key
        self.timeout = timeout
        self._base_url = base_url
        self._headers = {"User-Agent": "Nitro", "Accept": "application/json", **(headers or {})}
        self._max_concurrency = max_concurrency
        self._identity = identity
        self._retry_waits = retry_waits
        self._max_body_bytes = MAX_BODY_BYTES if max_body_bytes is None else max_body_bytes
        self._observe = observe
        self._named = {"provider": name, "key": key} if key else {"provider": name}
        self._reported_name = f"{name}:{key}" if key else name

    def __repr__(self) -> str:
        return f"<ProviderClient {self.name}>"

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, Uploaded] | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool,
        accept: Collection[int] = (),
        log_path: str | None = None,
        deadline: Deadline | None = None,
    ) -> Response:
        """Ask the provider and return its 2xx answer.

        `path` starts with "/" and is relative to the base URL. `content` is sent as it is, instead of `json`;
        `form` and `files` as a multipart form. `idempotent` says that repeating does no harm: it is
        then tried up to three times and never Unknown. `accept` are statuses of 3xx and 4xx (not 408, 429) to
        return instead of raising. `log_path` is the path to log when `path` holds a key or a document
        ("/cnpj/{cnpj}"); without it, segments that are not plain words are hidden. `deadline` shortens the
        time-outs.

        Raises CalledInsideTransaction, Refused (code "certificate": the handshake failed for ours),
        Unavailable (CircuitOpen among them), Unknown, Unreadable (an answer above the limit or badly
        compressed).
        """
        _refuse_inside_transaction()
        give_back_connections()
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError("path must start with one slash")
        call = _Call(
            method=method,
            path=path,
            body=_body(json, content, form, files),
            params=params,
            headers={**self._headers, "X-Request-ID": current_request_id(), **(headers or {})},
            idempotent=idempotent,
            accept=accept,
            log_path=log_path or _template(path),
            until=to_monotonic(deadline),
        )
        waits = RETRY_WAITS if self._retry_waits is None else self._retry_waits
        longest_wait = max(LONGEST_WAIT_SECONDS, *(2 * wait for wait in waits), 0)
        for attempt, usual_wait in enumerate(waits, start=1):
            try:
                return self._attempt(call, attempt)
            except Unavailable as error:
                wait = _wait_before_retry(error, usual_wait)
                if (
                    not idempotent
                    or isinstance(error, CircuitOpen)
                    or wait >= min(longest_wait, call.remaining())
                ):
                    raise
            time.sleep(wait)
        return self._attempt(call, len(waits) + 1)

    def _attempt(self, call: _Call, attempt: int) -> Response:
        provider = get_provider(self.name, self._base_url, self._max_concurrency)
        health = provider.health(self.key)
        self._wait_out_pause(health, call)
        with provider.slot(min(self.timeout.read, call.remaining())):
            if call.remaining() <= 0:
                raise Unavailable(detail=f"{self.name}: no time left")
            health.breaker.admit()
            return self._measured(provider, health, call, attempt)

    def _measured(self, provider: Provider, health: Health, call: _Call, attempt: int) -> Response:
        """Send once, tell the breaker, log one line."""
        started = time.monotonic()
        status, healthy, outcome = 0, True, "error"
        try:
            response = self._send(provider, call)
            status, healthy = response.status, _is_healthy(response.status)
            outcome = "ok" if 200 <= status < 300 else "status"
        except ProviderError as error:
            healthy, outcome = isinstance(error, Unreadable | Refused), type(error).__name__.lower()
            raise
        finally:
            self._report(health, healthy)
            count_call(provider=self.name, outcome=outcome, seconds=time.monotonic() - started)
            logger.info(
                "provider_call",
                **self._named,
                method=call.method,
                path=call.log_path,
                status=status,
                outcome=outcome,
                attempt=attempt,
                ms=round((time.monotonic() - started) * 1000, 1),
            )
        if self._observe is not None:
            self._observe(response)
        return self._judge(health, call, response)

    def _report(self, health: Health, healthy: bool) -> None:
        if healthy:
            health.breaker.succeeded()
        elif health.breaker.failed():
            logger.error("circuit_opened", **self._named)
            note_trouble(self._reported_name, "circuit")

    def _send(self, provider: Provider, call: _Call) -> Response:
        """Send once and read the whole answer, whatever its status.

        Name look-up, connecting and the first handshake prove that nothing was sent; whatever fails later
        may have reached the other side.
        """
        lost = Unavailable if call.idempotent else Unknown
        until = min(call.until, time.monotonic() + self.timeout.connect + self.timeout.read)
        try:
            with (
                provider.connections.borrow(self._identity) as http,
                http.stream(
                    call.method,
                    call.path,
                    **call.body,
                    params=call.params,
                    headers=call.headers,
                    timeout=self._timeouts(call),
                ) as answer,
            ):
                content = read_body(answer, self._max_body_bytes, until)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            if refuses_certificate(error):
                raise Refused(CERTIFICATE_REFUSED, detail=f"{self.name}: certificate refused") from error
            raise Unavailable(detail=f"{self.name}: {type(error).__name__}") from error
        except httpx.DecodingError as error:
            raise Unreadable(detail=f"{self.name}: badly compressed answer") from error
        except (httpx.TransportError, TooSlow) as error:
            raise lost(detail=f"{self.name}: {type(error).__name__}") from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(self.name, answer.status_code, headers, content)

    def _timeouts(self, call: _Call) -> httpx.Timeout:
        remaining = max(0.001, call.remaining())
        return httpx.Timeout(
            min(self.timeout.read, remaining),
            connect=min(self.timeout.connect, remaining),
        )

    def _judge(self, health: Health, call: _Call, response: Response) -> Response:
        """Return a 2xx answer, or raise what the status means."""
        status = response.status
        if 200 <= status < 300:
            note_answer(self._reported_name)
            return response
        detail = f"{self.name}: HTTP {status}"
        retry_after = read_retry_after(response.headers.get("retry-after", ""))
        if status == 429:
            health.pause(retry_after or 0.0)
            raise Unavailable(retry_after=retry_after, detail=detail)
        if status >= 500 or status == 408:
            if call.idempotent:
                raise Unavailable(retry_after=retry_after, detail=detail)
            raise Unknown(detail=detail)
        if status in call.accept:
            return response
        raise Refused(str(status), detail=detail, body=response.text[:SHOWN_BODY_CHARACTERS])

    def _wait_out_pause(self, health: Health, call: _Call) -> None:
        """Sit out a short pause that the provider asked for; a long one belongs to the queue."""
        pause = health.paused_seconds()
        if pause > min(LONGEST_WAIT_SECONDS, call.remaining()):
            raise Unavailable(retry_after=pause, detail=f"{self.name}: asked to pause")
        if pause:
            time.sleep(pause)


def _body(
    json: Any,
    content: bytes | None,
    form: Mapping[str, str] | None,
    files: Mapping[str, Uploaded] | None,
) -> Mapping[str, Any]:
    if content is not None:
        return {"content": content}
    if files is None and form is None:
        return {"json": json}
    uploads = {name: (file.name, file.content, file.content_type) for name, file in (files or {}).items()}
    return {"data": form, "files": uploads or None}


def _is_healthy(status: int) -> bool:
    """Whether the provider works: even a refusal is an answer."""
    return status < 500 and status != 408


def _wait_before_retry(error: Unavailable, usual_seconds: float) -> float:
    if error.retry_after is not None:
        return error.retry_after
    return usual_seconds * random.uniform(0.5, 1.5)


def _template(path: str) -> str:
    """Hide every segment that is not a plain word: it may be a key or somebody's document."""
    return "/".join(part if not part or _PLAIN_SEGMENT.fullmatch(part) else "{}" for part in path.split("/"))


def _refuse_inside_transaction() -> None:
    """Raise CalledInsideTransaction. As for `atomic(durable=True)`, a TestCase's wrapper does not count."""
    for connection in connections.all(initialized_only=True):
        if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise CalledInsideTransaction("commit before calling a provider")
