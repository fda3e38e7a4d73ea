"""One question to SEFIN or ADN, with the time-outs, tries and limits of the contract (1.3)."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from core.errors import Refused, Unknown, Unreadable
from core.http import CERTIFICATE_REFUSED, ClientIdentity, ProviderClient, Response, Timeout
from fiscal.gateways.base import CertificateRejected, Recorder
from fiscal.gateways.exchanges import observe_with

SEFIN, ADN, PARAMETERS = "sefin", "adn", "adn_parameters"
CONNECT_SECONDS, SEND_SECONDS, READ_SECONDS = 10.0, 60.0, 30.0
RETRY_WAITS = (2.0, 5.0)
MAX_BODY_BYTES = 8 * 1024 * 1024
ANY_4XX = range(400, 500)


@dataclass(frozen=True)
class Answer:
    """An answer of 2xx or 4xx. `body` is None when it is not JSON; `location` is the header."""

    status: int
    body: Any
    location: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class NationalClient:
    """Speaks to one national service as one company."""

    def __init__(
        self, service: str, base_url: str, identity: ClientIdentity, record: Recorder | None = None
    ) -> None:
        self.service = service
        self._base_url = base_url
        self._identity = identity
        self._record = record

    def read(self, operation: str, template: str, *, method: str = "GET", **parts: str) -> Answer:
        """Ask, twice more when it fails. Raises Unavailable, CertificateRejected (in the handshake)."""
        try:
            response = self._client(operation, READ_SECONDS).request(
                method, template.format(**parts), idempotent=True, accept=ANY_4XX, log_path=template
            )
        except Refused as error:
            raise _named(error) from error
        return _decoded(response)

    def send(self, operation: str, template: str, body: dict[str, str], **parts: str) -> Answer:
        """Send once. Raises Unavailable (nothing was sent), Unknown, CertificateRejected (handshake)."""
        try:
            response = self._client(operation, SEND_SECONDS).request(
                "POST",
                template.format(**parts),
                json=body,
                idempotent=False,
                accept=ANY_4XX,
                log_path=template,
            )
        except Unreadable as error:  # too long or badly packed: it was sent
            raise Unknown(detail=error.detail) from error
        except Refused as error:
            raise _named(error) from error
        return _decoded(response)

    def _client(self, operation: str, seconds: float) -> ProviderClient:
        return ProviderClient(
            self.service,
            self._base_url,
            timeout=Timeout(connect=CONNECT_SECONDS, read=seconds),
            headers={"Accept-Encoding": "identity"},
            max_concurrency=settings.SEFIN_CONCURRENCY,
            identity=self._identity,
            retry_waits=RETRY_WAITS,
            max_body_bytes=MAX_BODY_BYTES,
            observe=observe_with(self._record, self.service, operation),
        )


def _named(error: Refused) -> Refused:
    """A handshake that ended for our certificate; what is left are redirects, which nobody should answer."""
    if error.code == CERTIFICATE_REFUSED:
        return CertificateRejected(error.code, detail=error.detail)
    return error


def _decoded(response: Response) -> Answer:
    try:
        body = response.json() if response.content else None
    except Unreadable:
        body = None
    return Answer(response.status, body, response.headers.get("location", ""))
