"""How the Evolution API behaves from now on."""

from dataclasses import dataclass
from types import MappingProxyType

from sandbox.plans import VendorPlan

VERSIONS = ("2.3.4", "2.3.6", "2.3.7", "2.4.0")
ADDRESSING = ("pn", "lid", "lid_only")
WEBHOOKS = ("once", "twice", "held", "never")
STATUSES = ("read", "delivered", "server", "pending", "error")
MEDIA = ("good", "missing", "null", "nested")


@dataclass(frozen=True)
class Plan(VendorPlan):
    CHOICES = MappingProxyType(
        {
            "version": VERSIONS,
            "addressing": ADDRESSING,
            "webhooks": WEBHOOKS,
            "statuses": STATUSES,
            "media": MEDIA,
        }
    )

    version: str = "2.3.7"  # how identities are spelled
    addressing: str = "pn"  # of chats: by phone, by hidden id, by hidden id alone
    webhooks: str = "once"
    webhook_seconds: float = 0.0  # how late they are
    retry_scale: float = 1.0  # of 5, 10, 20… seconds
    attempts: int = 10
    duplicate_rate: float = 0.0  # share of messages that are delivered twice
    inversion_rate: float = 0.0  # share of messages that the next one overtakes
    inversion_seconds: float = 1.0
    lost_rate: float = 0.0  # share of messages that no webhook tells
    send_seconds: float = 0.0  # how long a send takes
    status_seconds: float = 0.0  # between the steps of a delivery
    statuses: str = "delivered"  # how far a message of ours comes
    starts_refused: bool = True  # a chat that we start ends in ERROR (463)
    media: str = "good"
    qr_seconds: float = 45.0
    qr_limit: int = 6
    unlicensed: bool = False
