"""What PlugNotas tells is a hint: the note is asked about sooner, and only that answer counts (N16, R88)."""

import secrets
from typing import Any

from django.conf import settings
from django.db.models.fields.json import KT

from core.crypto import blind_index
from fiscal.enumerations import Gateway
from fiscal.gateways.plugnotas.company import SECRET_HEADER
from inbox.sources import Call, Outcome, Received, Sender, Source, UnknownSender
from nfse.models import InvoiceRequest
from nfse.services.issuing import kinds
from nfse.states import State

MAX_ID = 64
WORK_OF = {
    State.ACCEPTED: kinds.ASK,
    State.IN_DOUBT: kinds.ASK,
    State.ISSUED: kinds.READ,
    State.IN_ANALYSIS: kinds.READ,
    State.CANCELING: kinds.CANCEL,
}
"""In other states nothing is expected of the gateway, or the run that sends will tell."""


def webhook_key() -> str:
    """Return the part of the webhook's address that only this installation and PlugNotas know."""
    return blind_index("plugnotas", "nfse.webhook.key")[:40]


def hear_of_note(*, integration_id: str, provider_id: str) -> bool:
    """Ask about a note now, found by our idIntegracao or the vendor's id; return whether it is ours to ask.

    It belongs to the caller's transaction and believes nothing else. Again, or in the wrong order, is one
    question more at most: work that waits is moved to now, not added.
    """
    request = _find(integration_id, provider_id)
    kind = WORK_OF.get(State(request.state)) if request else None
    if request is None or kind is None:
        return False
    kinds.enqueue_for(request, kind)
    return True


def _authenticate(call: Call) -> Sender:
    secret = settings.PLUGNOTAS_WEBHOOK_SECRET
    given = call.headers.get(SECRET_HEADER, "")
    if not secret or not _is_same(call.address, webhook_key()) or not _is_same(given, secret):
        raise UnknownSender
    return Sender()


def _hear(received: Received) -> Outcome:
    message = received.message
    heard = hear_of_note(integration_id=_id(message, "idIntegracao"), provider_id=_id(message, "id"))
    return Outcome(result={"asked": heard})


def _is_same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())


def _id(message: dict[str, Any], name: str) -> str:
    """Return an id as it may stand in a query: short text without NUL, which PostgreSQL refuses."""
    value = message.get(name)
    return value if isinstance(value, str) and len(value) <= MAX_ID and "\0" not in value else ""


def _find(integration_id: str, provider_id: str) -> InvoiceRequest | None:
    requests = InvoiceRequest.objects.filter(gateway=Gateway.PLUGNOTAS)
    requests = requests.defer("payload_text", "snapshot_data")
    found = requests.filter(integration_id=integration_id).first() if integration_id else None
    if found is None and provider_id:
        by_provider = requests.annotate(provider_id=KT("reference__provider_id"))
        found = by_provider.filter(provider_id=provider_id).first()
    return found


PLUGNOTAS = Source(
    name="plugnotas",
    title="PlugNotas",
    authenticate=_authenticate,
    add_rows=_hear,
    plain_fields=frozenset({"id", "idIntegracao", "situacao"}),
)
"""It signs nothing and numbers no delivery: each is a row, and the note's own work is asked for once."""
