"""Signed deliveries of Stripe: who may call, and what a delivery is about (contracts/leads/stripe.md §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe

TOLERANCE_SECONDS = 300
HEADER = "stripe-signature"
TYPES = ("checkout.session.", "charge.refunded", "charge.dispute.", "refund.")
SESSION_TYPES = "checkout.session."


class NotSigned(Exception):
    """The signature is missing, old, from the future, or not that of this body."""


@dataclass(frozen=True)
class Event:
    """What an event is about; its copy of the object is not believed. Either id may be ""."""

    type: str
    is_live: bool
    session_id: str
    payment_intent_id: str

    @property
    def concerns_payments(self) -> bool:
        return self.type.startswith(TYPES)


def verify(body: bytes, header: str | None, secret: str, now: datetime) -> None:
    """Check the signature of a raw body, as received. Raises NotSigned.

    The SDK refuses what is older than 5 minutes and accepts any time in the future, so that is checked here.
    """
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError) as error:
        raise NotSigned from error
    if _read_time(header or "") - now.timestamp() > TOLERANCE_SECONDS:
        raise NotSigned


def read_event(message: Mapping[str, Any]) -> Event:
    """Return what an event is about, "" for whatever is missing: the sender may change its shapes."""
    kind = message.get("type")
    data = message.get("data")
    about = data.get("object") if isinstance(data, Mapping) else None
    about = about if isinstance(about, Mapping) else {}
    is_session = isinstance(kind, str) and kind.startswith(SESSION_TYPES)
    return Event(
        type=kind if isinstance(kind, str) else "",
        is_live=message.get("livemode") is True,
        session_id=_text(about.get("id")) if is_session else "",
        payment_intent_id=_text(about.get("payment_intent")),
    )


def _read_time(header: str) -> int:
    for item in header.split(","):
        name, _, value = item.partition("=")
        if name == "t" and value.isascii() and value.isdigit():
            return int(value)
    return 0


def _text(value: Any) -> str:
    """An id as it may stand in a query and in an address."""
    is_id = isinstance(value, str) and len(value) <= 255 and value.isascii() and value.isprintable()
    return value if is_id and "/" not in value else ""
