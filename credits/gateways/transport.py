"""The HTTP of the Stripe SDK, spoken by core.http: its promises hold for Stripe as for every provider.

No call inside a transaction, idle connections given back, time-outs, concurrency slots, breaker, pause after
a 429, and log lines without data. The SDK keeps what is Stripe's own: forms, idempotency keys, retries.
"""

from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit

import stripe
from django.conf import settings

from core.errors import ProviderError, Unavailable
from core.http import ProviderClient, Timeout

PROVIDER = "stripe"
TIMEOUT = Timeout(connect=3, read=20)
ANSWERED = tuple(status for status in range(400, 500) if status not in (408, 429))


class NotAnswered(stripe.APIConnectionError):
    """core.http has no answer, and says why. A broken connection is tried again, a pause is not."""

    def __init__(self, reason: ProviderError) -> None:
        self.reason = reason
        is_pause = getattr(reason, "retry_after", None) is not None
        super().__init__(str(reason), should_retry=not is_pause)  # type: ignore[no-untyped-call]


class Transport(stripe.HTTPClient):
    """One request through core.http; answers of 4xx come back, since the SDK reads Stripe's code in them."""

    name = "nitro"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Send once. Raises NotAnswered, core.http.CalledInsideTransaction."""
        parts = urlsplit(url)
        base = urlsplit(settings.STRIPE_BASE_URL)
        client = ProviderClient(
            PROVIDER, settings.STRIPE_BASE_URL, timeout=TIMEOUT, max_concurrency=settings.STRIPE_CONCURRENCY
        )
        try:
            answer = client.request(
                method.upper(),
                parts.path.removeprefix(base.path.rstrip("/")),
                content=post_data.encode() if post_data else b"",
                params=parse_qs(parts.query) or None,
                headers=dict(headers or {}),
                idempotent=False,
                accept=ANSWERED,
            )
        except ProviderError as error:
            _raise(error)
        return answer.text, answer.status, answer.headers

    def close(self) -> None:
        """Connections belong to core.http."""


def _raise(error: ProviderError) -> NoReturn:
    raise NotAnswered(error) from error


def as_unavailable(error: stripe.APIConnectionError) -> Unavailable:
    """What a missing answer means where repeating does no harm: reading, or a key from the order."""
    cause = error.reason if isinstance(error, NotAnswered) else None
    retry_after = getattr(cause, "retry_after", None)
    return Unavailable(retry_after=retry_after, detail=getattr(cause, "detail", "") or "stripe: no answer")
