"""Phones of the emulator: they scan a channel's QR, write to it and show what it answers (W22).

For trying the chat out where the Evolution API is the emulator; there is nothing like it on a real server.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from core.http import ProviderClient, Timeout

NAME = "emulator"
TIMEOUT = Timeout(connect=2, read=10)
MAX_CONCURRENCY = 4


@dataclass(frozen=True)
class PhoneLine:
    """One line on the phone. `number` grows with each message."""

    number: int
    is_from_channel: bool
    kind: str
    text: str
    file_name: str
    at: datetime
    status: str


def is_emulated() -> bool:
    """Whether channels of this machine live in the emulator: outside production only."""
    return not settings.PRODUCTION and str(settings.EVOLUTION_BASE_URL).startswith(settings.SANDBOX_URL)


def scan_code(instance_name: str) -> None:
    """Connect a channel as a phone does that scans its QR. Raises as core.http."""
    _ask("POST", instance_name, "", {"do": "scan"})


def write_as_phone(instance_name: str, phone: str, text: str, kind: str = "text") -> None:
    """Write to a channel. `phone`: digits. Raises as core.http."""
    _ask("POST", instance_name, "/messages", {"phone": phone, "text": text, "kind": kind})


def read_phone(instance_name: str, phone: str, *, after: int = 0) -> list[PhoneLine]:
    """Return what stands on the phone, oldest first. Raises as core.http."""
    answer = _ask("GET", instance_name, f"/chats/{phone}", None, {"after": after})
    return [
        PhoneLine(
            number=int(line["n"]),
            is_from_channel=line["from"] == "channel",
            kind=str(line["kind"]),
            text=str(line["text"]),
            file_name=str(line["file_name"]),
            at=datetime.fromtimestamp(int(line["at"]), UTC),
            status=str(line["status"]),
        )
        for line in answer["messages"]
    ]


def clear_phone(instance_name: str, phone: str) -> None:
    """Empty the chat on the phone; what Nitro has stays. Raises as core.http."""
    _ask("DELETE", instance_name, f"/chats/{phone}", None)


def _ask(
    method: str, instance_name: str, path: str, body: Any, params: dict[str, Any] | None = None
) -> dict[str, Any]:
    client = ProviderClient(NAME, settings.SANDBOX_URL, timeout=TIMEOUT, max_concurrency=MAX_CONCURRENCY)
    response = client.request(
        method,
        f"/_control/evolution/instances/{instance_name}{path}",
        json=body,
        params=params,
        idempotent=False,
        log_path="/_control/evolution/instances/{instance}",
    )
    return dict(response.json())
