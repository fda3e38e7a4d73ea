"""What Stripe keeps: sessions, payments, refunds, disputes, events: documents that survive a restart."""

import secrets
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sandbox.plans import VendorPlan
from sandbox.sefin.environments import Clock
from sandbox.sefin.store import Store

VERSION = "2026-10-28.endive"
KINDS = ("session", "intent", "charge", "refund", "dispute", "event", "key")
WEBHOOKS = ("once", "twice", "reversed", "held", "never")
REFUNDS = ("succeeded", "pending", "failed")


@dataclass(frozen=True)
class Plan(VendorPlan):
    """How the account is set up, and what becomes of what is done from now on."""

    CHOICES = MappingProxyType({"webhooks": WEBHOOKS, "refunds": REFUNDS})

    methods: str = "card boleto pix"  # those that the account has
    strict_methods: bool = False  # refuse a method that the account lacks, as older parameters did
    webhooks: str = "once"
    webhook_seconds: float = 0.0  # how late webhooks are
    refunds: str = "succeeded"


class Office:
    """Documents by kind and id, written through to the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.load()

    def load(self) -> None:
        """Read everything again and forget the plan, as after a restart or a reset."""
        self.plan = Plan()
        self.documents = {kind: self.store.load_of("stripe", kind) for kind in KINDS}

    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def add(self, kind: str, prefix: str, **fields: Any) -> dict[str, Any]:
        """Make and keep a document with an id of its own."""
        return self.put(kind, {"id": f"{prefix}_{secrets.token_hex(12)}", "created": self.now(), **fields})

    def put(self, kind: str, document: dict[str, Any]) -> dict[str, Any]:
        self.documents[kind][document["id"]] = document
        self.store.save_of("stripe", kind, document["id"], document)
        return document

    def find(self, kind: str, identifier: str) -> dict[str, Any] | None:
        return self.documents[kind].get(identifier)

    def of_intent(self, kind: str, intent_id: str) -> list[dict[str, Any]]:
        """Return the documents of one payment, newest first as Stripe lists them."""
        found = [each for each in self.documents[kind].values() if each.get("payment_intent") == intent_id]
        return found[::-1]

    def made_since(self, kind: str, moment: int) -> list[dict[str, Any]]:
        """Return the documents of all payments made since a Unix time, newest first."""
        return [each for each in self.documents[kind].values() if each["created"] >= moment][::-1]
