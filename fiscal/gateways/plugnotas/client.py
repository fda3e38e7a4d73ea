"""One question to PlugNotas. A 401 is about our key: operators are alerted, no note is at fault (5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings

from core.errors import Unavailable, Unknown, Unreadable
from core.http import ProviderClient, Response, Timeout, Uploaded
from fiscal.gateways.base import GatewayAccountTrouble, Recorder
from fiscal.gateways.exchanges import observe_with

logger = structlog.get_logger(__name__)

NAME = "plugnotas"
CONNECT_SECONDS, CALL_SECONDS, FILE_SECONDS = 8.0, 25.0, 40.0
ANY_4XX = range(400, 500)


@dataclass(frozen=True)
class Answer:
    """An answer of 2xx or 4xx. `body` is None when it is not JSON."""

    status: int
    body: Any
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def error_text(self) -> str:
        """The vendor's sentence; empty when the answer is not the vendor's."""
        error = self.body.get("error") if isinstance(self.body, Mapping) else None
        return str(error.get("message") or "").strip() if isinstance(error, Mapping) else ""

    @property
    def error_data(self) -> Mapping[str, Any]:
        error = self.body.get("error") if isinstance(self.body, Mapping) else None
        data = error.get("data") if isinstance(error, Mapping) else None
        return data if isinstance(data, Mapping) else {}


class PlugNotasClient:
    """Speaks to PlugNotas with the platform's key."""

    def __init__(self, record: Recorder | None = None) -> None:
        self._record = record

    def read(self, operation: str, template: str, *, seconds: float = CALL_SECONDS, **parts: str) -> Answer:
        """Ask; asked again when it fails. Raises Unavailable, Unreadable, GatewayAccountTrouble."""
        return self._checked(
            self._client(operation, seconds).request(
                "GET", template.format(**parts), idempotent=True, accept=ANY_4XX, log_path=template
            )
        )

    def send(
        self,
        operation: str,
        template: str,
        *,
        method: str = "POST",
        json: Any = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, Uploaded] | None = None,
        idempotent: bool = False,
        **parts: str,
    ) -> Answer:
        """Send once (more often when `idempotent`). Raises Unavailable, Unknown, GatewayAccountTrouble."""
        headers = {"Content-Type": "application/json; charset=utf-8"} if content is not None else None
        try:
            response = self._client(operation, CALL_SECONDS).request(
                method,
                template.format(**parts),
                json=json,
                content=content,
                form=form,
                files=files,
                headers=headers,
                idempotent=idempotent,
                accept=ANY_4XX,
                log_path=template,
            )
        except Unreadable as error:
            raise Unknown(detail=error.detail) from error
        return self._checked(response)

    def _client(self, operation: str, seconds: float) -> ProviderClient:
        return ProviderClient(
            NAME,
            settings.PLUGNOTAS_BASE_URL,
            timeout=Timeout(connect=CONNECT_SECONDS, read=seconds),
            headers={"x-api-key": settings.PLUGNOTAS_API_KEY},
            max_concurrency=settings.PLUGNOTAS_CONCURRENCY,
            observe=observe_with(self._record, NAME, operation),
        )

    def _checked(self, response: Response) -> Answer:
        if response.status in {401, 403}:
            logger.error("provider_account_trouble", provider=NAME, status=response.status)
            raise GatewayAccountTrouble(str(response.status), detail=f"{NAME}: HTTP {response.status}")
        if response.status == 413:
            raise Unavailable(detail=f"{NAME}: HTTP 413")
        try:
            body = response.json()
        except Unreadable:
            body = None
        return Answer(response.status, body, response.content)
