"""What PlugNotas keeps: certificates, companies and notes, each as a document that survives a restart."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sandbox.plans import VendorPlan
from sandbox.sefin.environments import Clock
from sandbox.sefin.store import Store

PROCESSING, DONE, REFUSED, CANCELLED = "PROCESSANDO", "CONCLUIDO", "REJEITADO", "CANCELADO"
DENIED, STOPPED = "DENEGADO", "INTERROMPIDO"
OUTCOMES = (DONE, REFUSED, DENIED, STOPPED, PROCESSING)
WEBHOOKS = ("once", "twice", "reversed", "never")


@dataclass(frozen=True)
class Plan(VendorPlan):
    """What becomes of a note that is sent now: the city's answer, when, and how it is told."""

    CHOICES = MappingProxyType({"outcome": OUTCOMES, "webhooks": WEBHOOKS})

    outcome: str = DONE
    message: str = ""
    polls: int = 2  # after this many readings …
    seconds: float = 1.0  # … or so much time, whichever is first
    file_polls: int = 0  # how often PDF and XML answer 202 first
    cancels: bool = True  # whether the city accepts the cancellation
    cancel_message: str = "Cancelamento não permitido pela prefeitura: prazo expirado."
    cancel_seconds: float = 0.5
    webhooks: str = "once"
    webhook_seconds: float = 0.0  # how late webhooks are


class Office:
    """Documents by kind and key, written through to the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.load()

    def load(self) -> None:
        """Read everything again and forget the plan, as after a restart or a reset."""
        self.plan = Plan()
        self.certificates = self.store.load("certificate")
        self.companies = self.store.load("company")
        self.webhooks = self.store.load("webhook")
        self.notes = self.store.load("note")
        self._by_integration = {
            (note["prestador"], note["idIntegracao"]): key for key, note in self.notes.items()
        }

    def save_certificate(self, key: str, body: dict[str, Any]) -> None:
        self.certificates[key] = body
        self.store.save("certificate", key, body)

    def discard_certificate(self, key: str) -> None:
        self.certificates.pop(key, None)
        self.store.discard("certificate", key)

    def save_company(self, document: str, body: dict[str, Any]) -> None:
        self.companies[document] = body
        self.store.save("company", document, body)

    def save_webhook(self, owner: str, body: dict[str, Any]) -> None:
        self.webhooks[owner] = body
        self.store.save("webhook", owner, body)

    def save_note(self, note: dict[str, Any]) -> None:
        self.notes[note["id"]] = note
        self._by_integration[note["prestador"], note["idIntegracao"]] = note["id"]
        self.store.save("note", note["id"], note)

    def find_note(self, key: str, document: str | None = None) -> dict[str, Any] | None:
        """Find a note by id or protocol, or by idIntegracao of a company."""
        if document is not None:
            return self.notes.get(self._by_integration.get((document, key), ""))
        if key in self.notes:
            return self.notes[key]
        return next((note for note in self.notes.values() if key in _protocols(note)), None)

    def add_note(self, document: str, body: dict[str, Any]) -> dict[str, Any]:
        """Keep a new note with the plan of this moment."""
        now = self.clock.now()
        service = body["servico"][0]
        config = self.companies[document].get("nfse", {}).get("config", {})
        note = {
            "id": new_id(),
            "idIntegracao": str(body.get("idIntegracao") or new_id()),
            "prestador": document,
            "tomador": str(body.get("tomador", {}).get("cpfCnpj", "")),
            "valorServico": service["valor"]["servico"],
            "situacao": PROCESSING,
            "emissao": now.strftime("%d/%m/%Y"),
            "serie": str(config.get("rps", {}).get("serie", "1")),
            "numero": str(self._next_number(f"rps {document}", config.get("rps", {}).get("numero", 1))),
            "lote": str(self._next_number(f"lote {document}", config.get("rps", {}).get("lote", 1))),
            "producao": bool(config.get("producao")),
            "mensagem": "",
            "protocolo": new_id(),
            "createdAt": now.timestamp(),
            "readings": 0,
            "plan": self.plan.as_json(),
            "body": body,
        }
        self.save_note(note)
        return note

    def _next_number(self, name: str, first: int) -> int:
        """Count on from where the company said to begin."""
        return self.store.next_number(f"plugnotas {name}") + int(first) - 1

    def settle(self, note: dict[str, Any]) -> bool:
        """Let time pass for a note; say whether its state changed."""
        plan, now = note["plan"], self.clock.now()
        if note["situacao"] == PROCESSING and plan["outcome"] != PROCESSING and _is_due(note, now):
            self._conclude(note, now)
            return True
        cancel = note.get("cancel")
        if cancel and cancel["status"] == PROCESSING and now.timestamp() >= cancel["dueAt"]:
            cancel["status"] = DONE if plan["cancels"] else REFUSED
            cancel["mensagem"] = "Nota cancelada" if plan["cancels"] else plan["cancel_message"]
            note["situacao"] = CANCELLED if plan["cancels"] else note["situacao"]
            self.save_note(note)
            return True
        return False

    def _conclude(self, note: dict[str, Any], now: datetime) -> None:
        plan = note["plan"]
        note["situacao"], note["mensagem"] = plan["outcome"], plan["message"]
        if plan["outcome"] == DONE:
            number = self.store.next_number(f"plugnotas nfse {note['prestador']}")
            note["numeroNfse"] = f"{now.year}{number:011d}"
            note["codigoVerificacao"] = secrets.token_hex(4).upper()
            note["protocoloPrefeitura"] = secrets.token_hex(8).upper()
            note["autorizacao"] = now.strftime("%d/%m/%Y")
            note["mensagem"] = plan["message"] or "Autorizado o uso da NFS-e"
            self._cancel_replaced(note)
        elif not plan["message"]:
            note["mensagem"] = USUAL_MESSAGES[plan["outcome"]]
        self.save_note(note)

    def _cancel_replaced(self, note: dict[str, Any]) -> None:
        old = self.notes.get(str(note["body"].get("idNotaSubstituida", "")))
        if note["body"].get("substituicao") and old is not None:
            old["situacao"], old["mensagem"] = CANCELLED, f"Substituída pela nota {note['numeroNfse']}"
            self.save_note(old)


USUAL_MESSAGES = {
    REFUSED: "E160 - Item da lista de serviço inexistente. Verifique o código do serviço no município.",
    DENIED: "Emissão denegada pela prefeitura.",
    STOPPED: "Processamento interrompido após várias tentativas sem resposta da prefeitura.",
}


def new_id() -> str:
    return secrets.token_hex(12)


def _is_due(note: dict[str, Any], now: datetime) -> bool:
    plan = note["plan"]
    waited = now.timestamp() - note["createdAt"]
    return bool(note["readings"] >= plan["polls"] or waited >= plan["seconds"])


def _protocols(note: dict[str, Any]) -> tuple[str, str]:
    return note["protocolo"], note.get("cancel", {}).get("protocolo", "")
