"""The client of a note: known to the firm, found by the registry, or still to be told (N9, R90)."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nfse.actors import Actor
from nfse.models import InvoiceRequest, Taker
from nfse.selectors.registry import RegistryAnswer, read_registry
from nfse.selectors.takers import find_open_taker, find_taker_by_document
from nfse.services.registry import ask_registry
from nfse.services.takers import (
    TakerData,
    TakerTaken,
    create_taker_in_transaction,
    data_of_record,
)
from nfse.states import STANDING
from registry.models import CnpjRecord
from registry.values import BLOCKING_STATUSES, DOUBTFUL_STATUSES
from whatsapp.conversation.draft import Draft, Trouble
from whatsapp.reading.values import Asked, Reason

MOST_NOTES_READ = 60
HISTORY = timedelta(days=365)
_CPF_LENGTH = 11


@dataclass(frozen=True)
class Client:
    """What is known of the client of a draft now. `status`: the Receita's two digits."""

    name: str = ""
    taker: Taker | None = None
    status: str = ""
    answer: RegistryAnswer | None = None

    @property
    def is_blocked(self) -> bool:
        return self.status in BLOCKING_STATUSES

    @property
    def is_doubtful(self) -> bool:
        return self.status in DOUBTFUL_STATUSES


NOBODY = Client()


def find_client(firm_id: int, draft: Draft) -> tuple[Draft, Client]:
    """Look for the client of a draft among the firm's takers, else ask the registry, whose answer is work.

    Inside the caller's transaction: it may enqueue the look-up of a CNPJ.
    """
    taker = _find_taker(firm_id, draft)
    if taker is not None:
        draft = replace(draft, taker_id=taker.pk, document=taker.document, taker_name=taker.name)
        if len(taker.document) != _CPF_LENGTH and not draft.registry:
            ask_registry(taker.document)  # its status may have changed; a mirror that stands hears of it
        return replace(draft, registry="found"), Client(taker.name, taker, taker.registry_status)
    if not draft.document:
        return draft, NOBODY
    if len(draft.document) == _CPF_LENGTH:
        return draft, Client(draft.taker_name)
    return _ask(replace(draft, taker_id=None))


def save_taker(actor: Actor, draft: Draft, client: Client) -> Taker:
    """Return the firm's row of the client, added if need be. Inside the caller's transaction.

    Raises what `create_taker_in_transaction` raises except TakerTaken.
    """
    if client.taker is not None:
        return client.taker
    record = client.answer.record if client.answer else None
    data = data_of_record(record) if record else TakerData(name=draft.taker_name)
    try:
        return create_taker_in_transaction(
            actor=actor, document=draft.document, data=data, accept_status=draft.accepts_status
        )
    except TakerTaken:
        found = find_taker_by_document(actor.firm_id, draft.document)
        if found is None:
            raise
        return found


def find_usual_description(firm_id: int, company_id: int, taker_id: int | None, now: datetime) -> str:
    """Return what a company described most for a taker in twelve months, the newest of equals (W16)."""
    if taker_id is None:
        return ""
    requests = InvoiceRequest.objects.filter(
        firm_id=firm_id,
        company_id=company_id,
        taker_id=taker_id,
        state__in=STANDING,
        confirmed_at__gt=now - HISTORY,
    )
    newest = requests.only("snapshot_data").order_by("-confirmed_at")[:MOST_NOTES_READ]
    words = [str(request.snapshot_data["service"]["description"]) for request in newest]
    return Counter(words).most_common(1)[0][0] if words else ""


def _find_taker(firm_id: int, draft: Draft) -> Taker | None:
    if draft.taker_id is not None:
        taker = find_open_taker(firm_id, draft.taker_id)
        if taker is not None and (not draft.document or taker.document == draft.document):
            return taker
    return find_taker_by_document(firm_id, draft.document) if draft.document else None


def _ask(draft: Draft) -> tuple[Draft, Client]:
    """Ask once for each document; then the answer comes by itself, or work asks again (row 16d)."""
    answer = read_registry(draft.document) if draft.registry else ask_registry(draft.document)
    if answer is None or answer.is_pending:
        return replace(draft, registry="pending"), Client(answer=answer)
    if answer.record is not None:
        name = answer.record.legal_name or answer.record.trade_name
        draft = replace(draft, registry="found", taker_name=name)
        return draft, Client(name, None, answer.status, answer)
    if answer.state == CnpjRecord.State.NOT_FOUND:
        trouble = Trouble(Asked.TAKER, Reason.DOC_NOT_FOUND, draft.document)
        return replace(draft, registry="not_found").with_trouble(trouble), Client(answer=answer)
    return replace(draft, registry="unknown"), Client(answer=answer)
