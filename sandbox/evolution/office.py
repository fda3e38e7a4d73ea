"""What the Evolution API keeps: instances, and the messages of each."""

import secrets
import uuid
from collections import deque
from datetime import datetime
from itertools import count
from typing import Any

from sandbox.evolution.people import digits_of, hidden_id, same_person
from sandbox.evolution.plan import Plan
from sandbox.sefin.environments import Clock
from sandbox.sefin.store import Store
from sandbox.world.numbers import digest

KEPT_MESSAGES = 50_000
KEPT_FILES = 200

Document = dict[str, Any]


class Office:
    """Instances survive a restart, as with DATABASE_SAVE_DATA_INSTANCE; messages live in memory."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.messages: deque[Document] = deque(maxlen=KEPT_MESSAGES)
        self.load()

    def load(self) -> None:
        """Read the instances again and forget everything else, as after a restart or a reset."""
        self.plan = Plan()
        self.instances: dict[str, Document] = self.store.load_of("evolution", "instance")
        self.messages.clear()
        self.by_id: dict[tuple[str, str], Document] = {}
        self.files: dict[str, bytes] = {}
        self.absent: set[str] = set()
        self.writers = set(self.store.load_of("evolution", "writer"))
        self.hidden = {hidden_id(each.partition(" ")[2]): each.partition(" ")[2] for each in self.writers}
        self._numbers = count(1)
        self._draws = count(1)

    def now(self) -> datetime:
        return self.clock.now()

    def draw(self, rate: float) -> bool:
        """Decide by the order of questions alone."""
        return rate > 0 and digest("evolution", next(self._draws)) % 10_000 < rate * 10_000

    def save(self, instance: Document) -> Document:
        self.instances[instance["name"]] = instance
        self.store.save_of("evolution", "instance", instance["name"], instance)
        return instance

    def remove(self, instance: Document) -> None:
        self.instances.pop(instance["name"], None)
        self.store.discard_of("evolution", "instance", instance["name"])

    def add_message(self, instance: Document, phone: str, **fields: Any) -> Document:
        """Keep a message of a chat. `n` grows with every message, of all instances."""
        message = {
            "n": next(self._numbers),
            "row": f"cm{secrets.token_hex(11)}",
            "instance": instance["name"],
            "phone": same_person(phone),
            "statuses": [],
            **fields,
        }
        if len(self.messages) == KEPT_MESSAGES:
            oldest = self.messages[0]
            self.by_id.pop((oldest["instance"], oldest["key"]["id"]), None)
        self.messages.append(message)
        self.by_id[instance["name"], message["key"]["id"]] = message
        return message

    def keep_file(self, message: Document, content: bytes) -> None:
        self.files[message["row"]] = content
        while len(self.files) > KEPT_FILES:
            self.files.pop(next(iter(self.files)))

    def forget_chat(self, instance: Document, person: str) -> None:
        kept = [
            each for each in self.messages if (each["instance"], each["phone"]) != (instance["name"], person)
        ]
        self.messages = deque(kept, maxlen=KEPT_MESSAGES)
        self.by_id = {(each["instance"], each["key"]["id"]): each for each in kept}

    def find(self, instance: Document, message_id: str) -> Document | None:
        return self.by_id.get((instance["name"], message_id))

    def chat(self, instance: Document, phone: str) -> list[Document]:
        person = same_person(digits_of(phone))
        return [
            each for each in self.messages if each["instance"] == instance["name"] and each["phone"] == person
        ]

    def note_writer(self, instance: Document, phone: str) -> None:
        """Remember that a person wrote to this number: such a chat may be answered."""
        person = same_person(phone)
        key = f"{instance['name']} {person}"
        if key not in self.writers:
            self.writers.add(key)
            self.hidden[hidden_id(person)] = person
            self.store.save_of("evolution", "writer", key, {})

    def has_written(self, instance: Document, phone: str) -> bool:
        return f"{instance['name']} {same_person(phone)}" in self.writers

    def phone_of(self, address: str) -> str:
        """Return whose address it is: a hidden id belongs to somebody who wrote before."""
        return self.hidden.get(address, "") if address.endswith("@lid") else digits_of(address)


def new_instance(name: str, token: str) -> Document:
    return {
        "name": name,
        "id": str(uuid.uuid4()),
        "token": token or secrets.token_hex(16),
        "state": "close",
        "number": "",
        "qr_count": 0,
        "qr_code": "",
        "is_dead": False,
        "webhook": None,
        "settings": {},
    }
