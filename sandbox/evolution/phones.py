"""What people do on their phones: write, speak, edit, delete; and what the firm types on its own phone."""

import secrets
from typing import Any

from sandbox.evolution.answers import Problem
from sandbox.evolution.contents import ALL_KINDS, Said, say
from sandbox.evolution.messenger import Messenger, seconds_of
from sandbox.evolution.office import Document, Office
from sandbox.evolution.people import GROUP, PERSON, digits_of, hidden_id, same_person, spell_key, stored_key

CHANGES = ("edit", "delete")
LARGEST_TEXT = 200_000


class Phones:
    def __init__(self, office: Office, messenger: Messenger) -> None:
        self.office = office
        self.messenger = messenger

    def act(self, instance: Document, asked: dict[str, Any]) -> Document:
        """Do what one phone does, and return the message. Fields as in docs/sandbox.md."""
        kind = str(asked.get("kind", "text"))
        phone = digits_of(str(asked.get("phone", "")))
        if kind in CHANGES:
            return self._change(instance, asked, kind)
        if kind not in ALL_KINDS:
            raise Problem(400, f"kind: {', '.join((*ALL_KINDS, *CHANGES))}")
        if not 8 <= len(phone) <= 15:
            raise Problem(400, "phone: digits with country and area, 5551987654321")
        said = say(kind, asked, f"{instance['number']}{PERSON}")
        known = self.office.find(instance, str(asked.get("id", "")))
        if known is not None:
            known |= {"message": said.message, "type": said.kind, "is_saved": True}
            return self._tell(instance, known, said, asked)
        return self._tell(instance, self._new(instance, phone, said, asked), said, asked)

    def _new(self, instance: Document, phone: str, said: Said, asked: dict[str, Any]) -> Document:
        now = self.office.now()
        is_from_firm = bool(asked.get("from_firm"))
        if not is_from_firm:
            self.office.note_writer(instance, phone)
        addressing = str(asked.get("addressing", self.office.plan.addressing))
        version = str(asked.get("version", self.office.plan.version))
        key = {
            **spell_key(version, addressing, phone),
            "fromMe": is_from_firm,
            "id": str(asked.get("id") or _new_id()),
            "participant": "",
        }
        if asked.get("group"):
            key |= {"remoteJid": f"120363000000000001{GROUP}", "participant": f"{phone}{PERSON}"}
        if asked.get("broadcast"):
            key |= {"remoteJid": "status@broadcast", "participant": f"{phone}{PERSON}"}
        is_chat = not (asked.get("group") or asked.get("broadcast"))
        stored = stored_key(addressing, phone) if is_chat else {"remoteJid": key["remoteJid"]}
        return self.office.add_message(
            instance,
            phone,
            key=key,
            stored=stored,
            message=said.message,
            type=said.kind,
            context=said.context,
            at=int(asked.get("at") or seconds_of(now)),
            stamp=now.timestamp(),
            name="Você" if is_from_firm else asked.get("name", "Pessoa Exemplo"),
            is_saved=said.kind != "unknown",
            by="firm" if is_from_firm else "person",
        )

    def _tell(self, instance: Document, message: Document, said: Said, asked: dict[str, Any]) -> Document:
        if said.file:
            self.office.keep_file(message, said.file)
        plan, copies = self.office.plan, int(asked.get("copies", 1))
        if plan.lost_rate and self.office.draw(plan.lost_rate):
            return message
        copies += 1 if self.office.draw(plan.duplicate_rate) else 0
        late = plan.inversion_seconds if self.office.draw(plan.inversion_rate) else 0.0
        row = {
            "key": message["key"],
            "pushName": message["name"],
            "status": "DELIVERY_ACK",
            "message": said.message,
            "messageType": said.kind,
            "messageTimestamp": message["at"],
            "instanceId": instance["id"],
            "source": "android",
        }
        if said.context:
            row["contextInfo"] = said.context
        self.messenger.tell(
            instance, "messages.upsert", row, late=late + float(asked.get("late", 0)), copies=copies
        )
        return message

    def _change(self, instance: Document, asked: dict[str, Any], kind: str) -> Document:
        """Edit or delete a message as phones did until May 2026, and as WhatsApp Web still does."""
        target = self.office.find(instance, str(asked.get("target", "")))
        if target is None:
            raise Problem(404, "target: no such message")
        key = {"remoteJid": target["key"]["remoteJid"], "fromMe": False, "id": target["key"]["id"]}
        stamp = str(int(self.office.now().timestamp() * 1000))
        if kind == "delete":
            self.messenger.tell(instance, "messages.edited", {"key": key, "type": "REVOKE"})
            self.messenger.tell(instance, "messages.delete", {**target["key"], "status": "DELETED"})
            return target
        text = str(asked.get("text", ""))
        edited = {"key": key, "type": "MESSAGE_EDIT", "editedMessage": {"conversation": text}}
        self.messenger.tell(instance, "messages.edited", {**edited, "timestampMs": stamp})
        self.messenger.tell(
            instance,
            "messages.update",
            {
                "keyId": key["id"],
                "remoteJid": key["remoteJid"],
                "fromMe": False,
                "participant": "",
                "status": "SERVER_ACK",
                "instanceId": instance["id"],
                "message": {"editedMessage": {"message": {"conversation": text}}},
                "messageId": target["row"],
            },
        )
        return target


def _new_id() -> str:
    return secrets.token_hex(16).upper()


def as_line(message: Document) -> Document:
    """Return a message as a person sees it on the phone."""
    content = message["message"]
    inner = next((each for name, each in content.items() if name.endswith("Message")), {})
    inner = inner if isinstance(inner, dict) else {}
    text = content.get("conversation") or inner.get("caption") or inner.get("text") or ""
    return {
        "n": message["n"],
        "id": message["key"]["id"],
        "from": "channel" if message["key"]["fromMe"] else "person",
        "by": message["by"],
        "kind": message["type"],
        "text": text,
        "file_name": inner.get("fileName", ""),
        "at": message["at"],
        "stamp": message["stamp"],
        "phone": message["phone"],
        "instance": message["instance"],
        "status": message["statuses"][-1] if message["statuses"] else "PENDING",
    }


def describe_person(phone: str) -> Document:
    person = same_person(digits_of(phone))
    return {"phone": person, "hidden_id": hidden_id(person)}
