"""A channel that is linked to the emulated WhatsApp, with real webhooks and a person who wrote to it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.http import close_providers
from nfse.tests.firms import Office, acting
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, run_due
from whatsapp.models import Channel, Conversation, OutboundMessage
from whatsapp.services.channels import create_channel
from whatsapp.services.outbox import put_text
from whatsapp.services.ringing import CONVERSE
from whatsapp.tests.people import ANA

NUMBERS = ("5551900000001", "5551900000002")
LONGEST_SECONDS = 15


def eventually(is_true: Callable[[], Any], what: str = "it") -> Any:
    """Wait for what another process brings about, and return what the condition returned."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        if found := is_true():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen")


@dataclass
class Line:
    """A connected channel at the emulator."""

    sandbox: Any
    channel: Channel

    @property
    def name(self) -> str:
        return self.channel.instance_name

    def hear(self, phone: str = ANA, text: str = "oi", **message: Any) -> Conversation:
        """Let a person write, wait until it has arrived, and let nobody answer by itself."""
        message_id = self.sandbox.write(self.name, phone, text, **message)
        arrived = eventually(lambda: self._find(message_id), "the message's arrival")
        WorkItem.objects.filter(kind=CONVERSE).delete()
        return arrived

    def _find(self, message_id: str) -> Conversation | None:
        rows = Conversation.objects.filter(channel=self.channel)
        return rows.filter(messages__provider_message_id=message_id).first()

    def say(self, talk: Conversation, text: str, **fields: Any) -> OutboundMessage:
        """Put a text into the outbox, as whoever answers does."""
        with transaction.atomic():
            locked = Conversation.objects.select_for_update().get(pk=talk.pk)
            fields.setdefault("dedupe_key", f"test:{talk.pk}:{text}")
            return put_text(conversation=locked, text=text, cause="test", **fields)

    def shown(self, phone: str = ANA) -> list[str]:
        """Return the texts that stand on a person's phone, of our side, in order."""
        return [one["text"] for one in self.sandbox.chat(self.name, phone) if one["from"] != "person"]


def link_channel(sandbox: Any, office: Office, name: str = "Atendimento", number: str = NUMBERS[0]) -> Line:
    """Make a channel as the firm does, scan its QR with a phone, and wait until it is connected."""
    channel = create_channel(actor=acting(office), name=name)
    run_due("io")
    sandbox.instance(channel.instance_name, "scan", number=number)
    eventually(lambda: is_connected(channel), "the connection")
    WorkItem.objects.filter(kind__in=["whatsapp.reconcile_channel", "whatsapp.check_channel"]).delete()
    channel.refresh_from_db()
    return Line(sandbox, channel)


def is_connected(channel: Channel) -> bool:
    return has_become(channel, "connected")


def has_become(channel: Channel, state: str) -> bool:
    """Whether a channel is in this state; events of one second are settled by the work that asks."""
    make_due()
    run_due("io")
    return state_of(channel) == state


def state_of(channel: Channel) -> str:
    return Channel.objects.values_list("state", flat=True).get(pk=channel.pk)


def send_due() -> None:
    """Let the worker of the chat run what is due."""
    run_due("chat")


def pass_time(**span: float) -> None:
    """Let time pass for everything that waits to be sent, and let its work be due; open circuits close."""
    close_providers()
    back = timedelta(**span)
    for name in ("created_at", "first_tried_at", "tried_at", "next_try_at", "unknown_at", "sent_at"):
        for row in OutboundMessage.objects.exclude(**{name: None}):
            OutboundMessage.objects.filter(pk=row.pk).update(**{name: getattr(row, name) - back})
    WorkItem.objects.filter(kind="whatsapp.send", status="pending").update(run_after=timezone.now())
