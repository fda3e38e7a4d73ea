"""The OpenAI SDK, spoken through core.http: its promises hold for OpenAI as for every provider.

No call inside a transaction, database connections given back while it waits, one deadline for the whole
answer, concurrency slots, breaker, pause after a 429, log lines without data. The SDK keeps what is OpenAI's
own: bodies, strict schemas, errors. A call has no effect outside: nothing is ever Unknown.

The modules `openai_*` are the only ones that import the SDK (contracts/whatsapp/openai.md).
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import openai
from django.conf import settings

from core.errors import NitroError, ProviderAccountTrouble, ProviderError, Refused, Unavailable, Unreadable
from core.http import CalledInsideTransaction, CircuitOpen, ProviderClient, Response, Timeout
from core.http import report_account_trouble as report_trouble

NAME = "openai"
CONNECT_SECONDS = 3.0
MAX_BODY_BYTES = 2 * 1024 * 1024
ANSWERED = tuple(status for status in range(400, 500) if status not in (408, 429))
QUOTA = "insufficient_quota"
OUR_ACCOUNT = (401, 403, 404)
SHORTEST_TRY_SECONDS = 3.0
CODE_LENGTH = 60
_SKIPPED_HEADERS = frozenset({"host", "content-length", "accept-encoding", "connection", "user-agent"})

Result = TypeVar("Result")


class Purpose(StrEnum):
    READING = "reading"
    TRANSCRIPTION = "transcription"


class Outcome(StrEnum):
    """What became of one call."""

    OK = "ok"
    REFUSAL = "refusal"  # the model declines to answer
    CUT = "cut"  # longer than it may be
    UNREADABLE = "unreadable"  # not the JSON that was asked for
    EMPTY = "empty"
    REFUSED = "refused"  # our request is wrong
    ACCOUNT = "account"  # key, quota or model of ours
    UNAVAILABLE = "unavailable"


class NoAnswer(Unreadable):
    """The model answered nothing that can be used; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(detail=f"openai: {outcome}")


@dataclass(frozen=True)
class CallReport:
    """One call, for the count of usage and cost: no words of anybody."""

    purpose: Purpose
    model: str
    prompt_version: str
    outcome: Outcome
    attempt: int
    milliseconds: int
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    audio_seconds: int = 0
    request_id: str = ""


Observe = Callable[[CallReport], None]


def ignore(_report: CallReport) -> None:
    """Observe nothing."""


@dataclass(frozen=True)
class Call:
    """What is asked, as it is counted."""

    purpose: Purpose
    model: str
    prompt_version: str = ""
    audio_seconds: int = 0


@dataclass
class Answered:
    """An answer of 2xx. `parse` makes the SDK's object of it, and may raise what pydantic raises."""

    body: dict[str, Any] = field(repr=False)
    parse: Callable[[], Any] = field(repr=False)
    request_id: str = ""

    @property
    def usage(self) -> dict[str, Any]:
        return dict(self.body.get("usage") or {})


def ask(
    call: Call,
    send: Callable[[openai.OpenAI, float], Any],
    read: Callable[[Answered], Result],
    observe: Observe = ignore,
) -> Result:
    """Ask, once more when that may help, and return what `read` makes of the answer.

    `send` gets the client and the seconds that are left, and calls a method of `with_raw_response`. All tries
    together take settings.OPENAI_SECONDS at most. `observe` is shown every try, also one that fails.

    Raises CalledInsideTransaction, ProviderAccountTrouble (operators are told), Refused (code "off": switched
    off; "refusal": the model declines), Unavailable, Unreadable.
    """
    if not settings.OPENAI_ENABLED:
        raise Refused("off", detail="OPENAI_ENABLED is false")
    until = time.monotonic() + settings.OPENAI_SECONDS
    try:
        return _try(call, 1, send, read, until, observe)
    except (NoAnswer, Unavailable) as error:
        if not _is_worth_another_try(error, until):
            raise
    return _try(call, 2, send, read, until, observe)


def _try(
    call: Call,
    attempt: int,
    send: Callable[[openai.OpenAI, float], Any],
    read: Callable[[Answered], Result],
    until: float,
    observe: Observe,
) -> Result:
    started = time.monotonic()
    answered = Answered({}, lambda: None)
    outcome = Outcome.UNAVAILABLE
    try:
        answered = _answer(send, until)
        result = read(answered)
        outcome = Outcome.OK
        return result
    except ProviderError as error:
        outcome = outcome_of(error)
        raise
    finally:
        observe(_report(call, attempt, outcome, answered, started))


def _answer(send: Callable[[openai.OpenAI, float], Any], until: float) -> Answered:
    """Send once. A body that is no JSON is a proxy's page: as bad as a 502."""
    try:
        raw = send(client(), max(0.001, until - time.monotonic()))
    except openai.APIConnectionError as error:
        raise _cause_of(error) from error
    except openai.APIStatusError as error:
        raise _judge(error.status_code, error.code) from error
    try:
        body = json.loads(raw.text)
    except ValueError:
        raise Unavailable(detail="openai: no JSON") from None
    if not isinstance(body, dict):
        raise Unavailable(detail="openai: no JSON object")
    return Answered(body, raw.parse, raw.headers.get("x-request-id", "")[:CODE_LENGTH])


def _cause_of(error: openai.APIConnectionError) -> Exception:
    """Return what core.http raised inside the SDK."""
    cause = error.__cause__
    if isinstance(cause, NitroError | CalledInsideTransaction):
        return cause
    return Unavailable(detail=f"openai: {type(cause).__name__}")


def _judge(status: int, code: str | None) -> ProviderError:
    detail = f"openai: HTTP {status} {(code or '')[:CODE_LENGTH]}".strip()
    if status in OUR_ACCOUNT:
        report_trouble(NAME, str(status))
        return ProviderAccountTrouble(code or str(status), detail=detail)
    if status >= 500 or status in (408, 409, 429):
        return Unavailable(detail=detail)
    return Refused(code or str(status), detail=detail)


def outcome_of(error: ProviderError) -> Outcome:
    if isinstance(error, NoAnswer):
        return error.outcome
    if isinstance(error, ProviderAccountTrouble):
        return Outcome.ACCOUNT
    if isinstance(error, Refused):
        return Outcome.REFUSAL if error.code == Outcome.REFUSAL else Outcome.REFUSED
    return Outcome.UNAVAILABLE


def _is_worth_another_try(error: ProviderError, until: float) -> bool:
    """Not against an open circuit, nor when asked to wait, nor when little time is left."""
    waits = isinstance(error, CircuitOpen) or getattr(error, "retry_after", None) is not None
    return not waits and until - time.monotonic() >= min(SHORTEST_TRY_SECONDS, settings.OPENAI_SECONDS / 5)


def _report(call: Call, attempt: int, outcome: Outcome, answered: Answered, started: float) -> CallReport:
    usage = answered.usage
    details = usage.get("input_tokens_details") or {}
    seconds = usage.get("seconds") if usage.get("type") == "duration" else None
    return CallReport(
        purpose=call.purpose,
        model=call.model,
        prompt_version=call.prompt_version,
        outcome=outcome,
        attempt=attempt,
        milliseconds=round((time.monotonic() - started) * 1000),
        tokens_in=int(usage.get("input_tokens") or 0),
        tokens_cached=int(details.get("cached_tokens") or 0),
        tokens_out=int(usage.get("output_tokens") or 0),
        audio_seconds=int(seconds or (call.audio_seconds if outcome is Outcome.OK else 0)),
        request_id=answered.request_id,
    )


def client() -> openai.OpenAI:
    """Return the client of this process. It holds no sockets: those belong to core.http."""
    return _make_client(settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY)


@lru_cache(maxsize=1)
def _make_client(base_url: str, key: str) -> openai.OpenAI:
    return openai.OpenAI(
        api_key=key,
        base_url=base_url,
        timeout=openai.Timeout(15, connect=CONNECT_SECONDS),
        max_retries=0,
        http_client=httpx2.Client(transport=Transport(base_url), trust_env=False),
    )


class Transport(httpx2.BaseTransport):
    """One request of the SDK through core.http. Answers of 4xx come back: the SDK reads their codes."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._base_path = urlsplit(base_url).path.rstrip("/")

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send once, until the whole answer is there or the time-out of the request is over.

        Raises ProviderError and CalledInsideTransaction, which the SDK wraps into an APIConnectionError.
        """
        seconds = float(request.extensions["timeout"]["read"])
        seen: list[Response] = []
        provider = ProviderClient(
            NAME,
            self._base_url,
            timeout=Timeout(connect=CONNECT_SECONDS, read=seconds),
            max_concurrency=settings.OPENAI_CONCURRENCY,
            retry_waits=(),
            max_body_bytes=MAX_BODY_BYTES,
            observe=seen.append,
        )
        headers = {
            name: value for name, value in request.headers.items() if name.lower() not in _SKIPPED_HEADERS
        }
        try:
            answer = provider.request(
                request.method,
                request.url.path.removeprefix(self._base_path),
                content=request.read(),
                headers=headers,
                idempotent=True,
                accept=ANSWERED,
                deadline=time.monotonic() + seconds,
            )
        except Unavailable as error:
            if seen and _is_quota(seen[-1]):
                report_trouble(NAME, QUOTA)
                raise ProviderAccountTrouble(QUOTA, detail="openai: out of quota") from error
            raise
        shown = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
        return httpx2.Response(answer.status, headers=shown, content=answer.content, request=request)


def _is_quota(answer: Response) -> bool:
    """A 429 of an account that has used up its money is no rate limit: waiting does not help."""
    if answer.status != 429:
        return False
    try:
        return bool(answer.json()["error"]["code"] == QUOTA)
    except (Unreadable, KeyError, TypeError):
        return False
