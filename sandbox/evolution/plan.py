"""How the Evolution API behaves from now on."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

VERSIONS = ("2.3.4", "2.3.6", "2.3.7", "2.4.0")
ADDRESSING = ("pn", "lid", "lid_only")
WEBHOOKS = ("once", "twice", "held", "never")
STATUSES = ("read", "delivered", "server", "pending", "error")
MEDIA = ("good", "missing", "null", "nested")


class BadPlan(ValueError):
    """The plan that was asked for makes no sense."""


@dataclass(frozen=True)
class Plan:
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

    def change(self, changes: dict[str, Any]) -> "Plan":
        """Return the plan with some fields changed. Raises BadPlan."""
        known = {each.name: type(getattr(self, each.name)) for each in fields(self)}
        if unknown := set(changes) - set(known):
            raise BadPlan(f"unknown fields: {', '.join(sorted(unknown))}")
        try:
            plan = replace(self, **{name: known[name](value) for name, value in changes.items()})
        except (TypeError, ValueError) as error:
            raise BadPlan(str(error)) from error
        for name, allowed in (
            ("version", VERSIONS),
            ("addressing", ADDRESSING),
            ("webhooks", WEBHOOKS),
            ("statuses", STATUSES),
            ("media", MEDIA),
        ):
            if getattr(plan, name) not in allowed:
                raise BadPlan(f"{name}: {', '.join(allowed)}")
        return plan

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
