"""The states of an invoice request, what each is called and may become (PRODUCT 3.3, R88). Pure.

Only `nfse.services.issuing.moving.move` changes a state, and only along these moves.
"""

from collections.abc import Mapping
from types import MappingProxyType

from core.enumerations import Labeled
from core.errors import NitroError


class State(Labeled):
    QUEUED = "queued", "Na fila"
    SENDING = "sending", "Enviando"
    ACCEPTED = "accepted", "Em processamento"
    IN_DOUBT = "in_doubt", "Conferindo"
    ISSUED = "issued", "Emitida"
    REJECTED = "rejected", "Recusada"
    FAILED = "failed", "Falhou"
    WITHDRAWN = "withdrawn", "Retirada"
    CANCELING = "canceling", "Cancelando"
    IN_ANALYSIS = "in_analysis", "Em análise fiscal"
    CANCELED = "canceled", "Cancelada"
    REPLACED = "replaced", "Substituída"


class SetupState(Labeled):
    """How far the registration of a company at PlugNotas is (N22)."""

    NONE = "none", "Não cadastrada"
    PENDING = "pending", "Pendente"
    SENT = "sent", "Enviada"
    ERROR = "error", "Com erro"


MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.QUEUED: frozenset({State.SENDING, State.WITHDRAWN}),
        State.SENDING: frozenset(
            {State.ACCEPTED, State.ISSUED, State.REJECTED, State.IN_DOUBT, State.QUEUED, State.FAILED}
        ),
        State.ACCEPTED: frozenset({State.ISSUED, State.REJECTED, State.IN_DOUBT}),
        State.IN_DOUBT: frozenset({State.ISSUED, State.ACCEPTED, State.REJECTED, State.QUEUED, State.FAILED}),
        State.ISSUED: frozenset({State.CANCELING, State.IN_ANALYSIS, State.CANCELED, State.REPLACED}),
        State.REJECTED: frozenset(),
        State.FAILED: frozenset({State.QUEUED}),
        State.WITHDRAWN: frozenset(),
        State.CANCELING: frozenset({State.CANCELED, State.ISSUED, State.IN_ANALYSIS}),
        State.IN_ANALYSIS: frozenset({State.CANCELED, State.ISSUED}),
        State.CANCELED: frozenset(),
        State.REPLACED: frozenset(),
    }
)

FIRST = State.QUEUED
"""Of every request: it is confirmed and waits to be sent."""
OPEN = frozenset({State.QUEUED, State.SENDING, State.ACCEPTED, State.IN_DOUBT})
"""Somebody must still act: there is a work item, or the sweep makes one."""
ASKING = frozenset({State.ACCEPTED, State.IN_DOUBT})
"""The gateway is asked what became of it."""
UNSETTLED = OPEN | {State.REJECTED, State.FAILED}
"""No note came of it, or not yet: what somebody may have to look at."""
WITH_NOTE = frozenset({State.ISSUED, State.CANCELING, State.IN_ANALYSIS, State.CANCELED, State.REPLACED})
"""A note exists."""
STANDING = frozenset({State.ISSUED, State.CANCELING, State.IN_ANALYSIS})
"""A note exists and still counts."""


class ForbiddenMove(NitroError):
    """The table has no such move: another step was faster, or the code is wrong."""

    message = "A situação desta nota mudou. Recarregue a página e confira."


def check_move(current: str, to: str) -> None:
    """Raise ForbiddenMove unless `current` may become `to`."""
    if State(to) not in MOVES[State(current)]:
        raise ForbiddenMove(detail=f"{current} may not become {to}")
