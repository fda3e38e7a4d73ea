"""Senders that exist in tests only, shaped like the real ones, and what they deliver.

LEDGER: a secret header, an id per delivery, and work that reads the delivery later, as a payment provider's.
CHAT: a channel in the address with a secret of its own, no id, rows in the same transaction, as a chat's.
SIGNED: a signature over the raw body.
"""

import hashlib
import hmac
import json
import os
import signal

from django.db import transaction

from inbox import sources
from inbox.services import open_delivery, record_death, record_outcome
from inbox.sources import BadSignature, Call, Outcome, Received, Sender, Source, UnknownSender
from queue_worker.errors import GiveUp
from queue_worker.policy import Backoff, Handler
from queue_worker.registry import register
from queue_worker.services import enqueue
from queue_worker.tests.effects import list_effects, note
from queue_worker.work import Work

SECRET = "segredo de um remetente inventado"
CHANNELS = {"canal-1": "segredo do canal 1", "canal-2": "segredo do canal 2"}
READ_LEDGER = "tests.read_ledger"
ANSWER_CHAT = "tests.answer_chat"


def authenticate(call: Call) -> Sender:
    if call.address or call.headers.get("X-Secret") != SECRET:
        raise UnknownSender
    return Sender()


def authenticate_channel(call: Call) -> Sender:
    if CHANNELS.get(call.address, "") != call.headers.get("X-Secret"):
        raise UnknownSender
    return Sender(call.address)


def sign(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def verify(call: Call, body: bytes) -> None:
    if call.headers.get("X-Signature") != sign(body):
        raise BadSignature


def read_ledger(*, delivery_id: int, work: Work) -> None:
    """Grant what an event says, once per event id, in the transaction that ends the delivery."""
    received = open_delivery(delivery_id=delivery_id)
    if received is None:
        return
    if received.message.get("unknown"):
        raise GiveUp("evento de dona@nitro.example sem pedido")
    with transaction.atomic():
        if received.message.get("livemode"):
            outcome = Outcome("refused", "O evento é de outro ambiente.")
        else:
            outcome = Outcome(result={"granted": grant(received)})
        record_outcome(delivery_id=received.delivery_id, outcome=outcome)
        work.finish()


def grant(received: Received) -> bool:
    if received.message["order"] in list_effects("granted"):
        return False
    note(received.message["order"], "granted")
    return True


def answer_chat(*, message: int) -> None:
    note(message, "answered")


def add_messages(received: Received) -> Outcome:
    """One row and one ordered item per message that is new; the faults of `message` happen on the way."""
    for message in received.message["messages"]:
        if message in list_effects("message"):
            continue
        note(message, "message")
        fault = received.message.get("fault")
        if fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "bug":
            raise KeyError("texto de dona@nitro.example")
        enqueue(
            kind=ANSWER_CHAT,
            payload={"message": message},
            ordering_key=f"{received.account}:1",
            dedupe_key=f"{received.account}:{message}",
        )
    return Outcome(result={"messages": len(received.message["messages"])})


LEDGER = Source(
    name="tests-ledger",
    title="Pagamentos de teste",
    authenticate=authenticate,
    identify=lambda _call, message: str(message.get("id", "")),
    kind=READ_LEDGER,
    headers=("X-Event",),
    plain_fields=frozenset({"id", "type"}),
)
CHAT = Source(
    name="tests-chat",
    title="Conversas de teste",
    authenticate=authenticate_channel,
    add_rows=add_messages,
    body_limit=4 * 1024 * 1024,
)
SIGNED = Source(
    name="tests-signed",
    title="Assinado de teste",
    authenticate=lambda _call: Sender(),
    verify=verify,
    kind=READ_LEDGER,
    identify=lambda call, _message: call.headers.get("X-Delivery", ""),
)
for _source in (LEDGER, CHAT, SIGNED):
    sources.register(_source)
register(
    [
        Handler(READ_LEDGER, read_ledger, max_attempts=2, backoff=Backoff(first=0.01), on_dead=record_death),
        Handler(ANSWER_CHAT, answer_chat),
    ]
)


def deliver(client, message, *, source="tests-ledger", secret=SECRET, **headers):
    """Post a message as its sender does."""
    body = message if isinstance(message, bytes | str) else json.dumps(message)
    if secret is not None:
        headers["X-Secret"] = secret
    return client.post(f"/webhooks/{source}/", body, content_type="application/json", headers=headers)


def deliver_chat(client, message, channel="canal-1"):
    return deliver(client, message, source=f"tests-chat/{channel}", secret=CHANNELS[channel])
