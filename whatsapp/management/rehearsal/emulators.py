"""The sandbox in rehearsals: a phone that has written, a SEFIN with our clock, a registry that knows all."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from core.http import ProviderClient, Timeout
from whatsapp.gateways.transports import open_link
from whatsapp.management.rehearsal.letters import Line
from whatsapp.models import Channel
from whatsapp.services.credentials import credentials_of


class Emulators:
    """The control API of the sandbox that the settings point at."""

    def __init__(self) -> None:
        timeout = Timeout(connect=2, read=10)
        self._client = ProviderClient("emulator", settings.SANDBOX_URL, timeout=timeout, max_concurrency=4)

    def prepare(self) -> None:
        """Let the registry know every right CNPJ; webhooks are the rehearsal's to deliver."""
        self._ask("/reset", {"state": True})
        self._ask("/registry", {"known": True})
        self._ask("/evolution/plan", {"webhooks": "never"})

    def set_clock(self, moment: datetime, real: datetime) -> None:
        """Let SEFIN take it to be the moment of the rehearsal."""
        self._ask("/nfse/clock", {"offset_seconds": (moment - real) / timedelta(seconds=1)})

    def connect(self, channel: Channel) -> None:
        """Make the channel's instance and scan its code."""
        open_link(credentials_of(channel)).create("http://127.0.0.1:9/", channel.secret)
        self._ask(f"/evolution/instances/{channel.instance_name}", {"do": "scan", "number": channel.number})

    def write(self, channel: Channel, number: str, line: Line, sent_at: datetime) -> None:
        """Write to the channel, so that it may answer and voice notes can be fetched."""
        kind = {"voice": "audio", "photo": "image", "pdf": "document", "revoke": "delete"}.get(
            line.kind, line.kind
        )
        body: dict[str, Any] = {
            "phone": number,
            "text": line.text,
            "kind": kind,
            "id": line.message_id,
            "at": int(sent_at.timestamp()),
        }
        if line.target_id:
            body["target"] = line.target_id
        self._ask(f"/evolution/instances/{channel.instance_name}/messages", body)

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.request(
            "POST", f"/_control{path}", json=body, idempotent=False, log_path="/_control/rehearsal"
        )
        return dict(answer.json())
