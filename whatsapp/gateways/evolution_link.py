"""Instances of the Evolution API: made, linked by QR, restarted, removed (evolution.md 4)."""

from typing import Any

import structlog
from django.conf import settings

from core.errors import ProviderError, Unavailable, Unknown
from core.http import Response
from whatsapp.gateways.evolution import EvolutionClient
from whatsapp.gateways.evolution_answers import judge, read_body
from whatsapp.gateways.transport import Credentials, Linked
from whatsapp.transport.addresses import AddressKind, parse_address
from whatsapp.transport.events import Link, LinkChanged
from whatsapp.transport.tolerant import as_mapping, as_text, find

log = structlog.get_logger(__name__)
CREATE_SECONDS, CONNECT_CALL_SECONDS = 30.0, 20.0
EVENTS = (
    *("MESSAGES_UPSERT", "MESSAGES_EDITED", "MESSAGES_DELETE", "MESSAGES_UPDATE", "SEND_MESSAGE"),
    *("CONNECTION_UPDATE", "QRCODE_UPDATED", "STATUS_INSTANCE", "LOGOUT_INSTANCE"),
)
SETTINGS = {
    "rejectCall": False,
    "groupsIgnore": True,
    "alwaysOnline": False,
    "readMessages": False,
    "readStatus": False,
    "syncFullHistory": False,
}
_LINKS = {"open": Link.OPEN, "connecting": Link.CONNECTING, "close": Link.CLOSED}


class EvolutionLink(Linked):
    """The link of one channel's number. Making and removing needs the server's key, the rest the token."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._client = EvolutionClient(credentials)

    def create(self, webhook_url: str, secret: str) -> str:
        """Make the instance with its webhook. One that is there already gets the webhook anew, and connects.

        After a lost answer the next run finds the name taken, by us: names are ours alone.
        """
        response = self._client.ask(
            "POST",
            "/instance/create",
            json={
                "instanceName": self._credentials.instance_name,
                "integration": "WHATSAPP-BAILEYS",
                "qrcode": True,
                "token": self._credentials.token,
                **SETTINGS,
                "webhook": _webhook(webhook_url, secret),
            },
            seconds=CREATE_SECONDS,
            idempotent=False,
            key=settings.EVOLUTION_API_KEY,
        )
        if response.status == 403:
            self._set_webhook(webhook_url, secret)
            return self.connect()
        if response.status >= 500:
            raise Unknown(detail=f"create: HTTP {response.status}")
        judge(response)
        return _qr(find(read_body(response), "qrcode"))

    def connect(self) -> str:
        response = self._ask("GET", "/instance/connect/{instance}", seconds=CONNECT_CALL_SECONDS)
        judge(response)
        return _qr(_checked(response))

    def ask_link(self, *, with_number: bool = False) -> LinkChanged:
        """Return the instance's own word; "open" may be false for days: health is judged by what arrives."""
        response = self._ask("GET", "/instance/connectionState/{instance}")
        if response.status == 404:
            return LinkChanged(Link.CLOSED, "missing")
        judge(response)
        state = as_text(find(read_body(response), "instance", "state"))
        link = _LINKS.get(state, Link.INTERRUPTED)
        return LinkChanged(link, state, self._find_number() if with_number and link is Link.OPEN else "")

    def _find_number(self) -> str:
        """Return the linked number's digits, "" when not told; the scan's own event may be lost."""
        try:
            return self._ask_number()
        except ProviderError as error:
            log.info("number_not_told", channel_id=self._credentials.channel_id, error=type(error).__name__)
            return ""

    def _ask_number(self) -> str:
        name = self._credentials.instance_name
        response = self._client.ask(
            "GET",
            "/instance/fetchInstances",
            params={"instanceName": name},
            idempotent=True,
            key=settings.EVOLUTION_API_KEY,
        )
        body = read_body(response) if response.status == 200 else None
        rows = body if isinstance(body, list) else []
        owner = parse_address(
            next((find(row, "ownerJid") for row in rows if find(row, "name") == name), None)
        )
        return owner.digits if owner and owner.kind is AddressKind.PHONE else ""

    def restart(self) -> None:
        response = self._ask("POST", "/instance/restart/{instance}", seconds=CONNECT_CALL_SECONDS)
        judge(response)
        _checked(response)

    def log_out(self) -> None:
        """End the link. A 400 says that it had ended already."""
        response = self._ask("DELETE", "/instance/logout/{instance}")
        if response.status not in {400, 404}:
            judge(response)

    def delete(self) -> None:
        """Remove the instance; a failed log-out would leave it, so that comes first (4.2)."""
        self.log_out()
        response = self._ask("DELETE", "/instance/delete/{instance}", key=settings.EVOLUTION_API_KEY)
        if response.status == 400:
            raise Unavailable(detail="delete: HTTP 400")
        if response.status != 404:
            judge(response)

    def _set_webhook(self, webhook_url: str, secret: str) -> None:
        body = {"webhook": _webhook(webhook_url, secret)}
        judge(self._ask("POST", "/webhook/set/{instance}", json=body))

    def _ask(
        self, method: str, template: str, *, json: Any = None, seconds: float = 20.0, key: str = ""
    ) -> Response:
        return self._client.ask(method, template, json=json, seconds=seconds, idempotent=True, key=key)


def _webhook(url: str, secret: str) -> dict[str, Any]:
    return {
        "enabled": True,
        "url": url,
        "byEvents": False,
        "base64": False,
        "headers": {"X-Webhook-Secret": secret},
        "events": list(EVENTS),
    }


def _checked(response: Response) -> Any:
    """Return the body. Connecting and restarting tell a failure with 200. Raises Unavailable."""
    body = as_mapping(read_body(response))
    if body.get("error") is True:
        raise Unavailable(detail="200 with error")
    return body


def _qr(node: Any) -> str:
    picture = as_text(find(node, "base64"))
    return picture if picture.startswith("data:image/png;base64,") else ""
