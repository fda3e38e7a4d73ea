"""The one place where the state of a request changes, and its history is written (R88)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from nfse.actors import Actor
from nfse.events import Event
from nfse.models import InvoiceRequest, RequestEvent
from nfse.services.issuing.telling import tell_move
from nfse.signals import request_moved
from nfse.states import FIRST, State, check_move

MAX_DETAIL = 500


@contextmanager
def locked_request(request_id: int) -> Iterator[InvoiceRequest]:
    """Lock a request for one step, which commits whole or not at all. Opens the transaction."""
    with transaction.atomic():
        yield InvoiceRequest.objects.select_for_update(of=("self",)).get(pk=request_id)


def begin(request: InvoiceRequest, event: Event, *, actor: Actor) -> None:
    """Store a new request in its first state, with the first line of its history, and tell who listens.

    Inside the caller's transaction, which made sure that there is no other for the same yes.
    """
    _require_transaction()
    request.state = FIRST
    request.state_changed_at = request.confirmed_at
    request.save()
    _write(request, "", event, actor, "", None)
    _announce(request, "", event)


def move(
    request: InvoiceRequest,
    to: State,
    event: Event,
    *,
    actor: Actor | None = None,
    detail: str = "",
    data: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Change the state of a locked request, write its history and tell who listens.

    Inside the caller's transaction, which holds the row (`locked_request`). `fields` are saved with it.

    Args:
        actor: who did it; None is Nitro itself.
        detail: a sentence for the accountant, without personal data.

    Raises:
        ForbiddenMove: PRODUCT's table has no such move.
    """
    _require_transaction()
    check_move(request.state, to)
    before = request.state
    fields.setdefault("asks", 0)
    fields.setdefault("absences", 0)
    request.state = to
    request.state_changed_at = timezone.now()
    _save(request, {"state": to, "state_changed_at": request.state_changed_at, **fields})
    _write(request, before, event, actor, detail, data)
    tell_move(request, event)
    _announce(request, before, event)


def record_event(
    request: InvoiceRequest,
    event: Event,
    *,
    actor: Actor | None = None,
    detail: str = "",
    data: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Write a line of history that leaves the state as it is. Inside the caller's transaction."""
    _require_transaction()
    if fields:
        _save(request, fields)
    _write(request, request.state, event, actor, detail, data)


def _save(request: InvoiceRequest, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(request, name, value)
    request.save(update_fields=list(fields))


def _write(
    request: InvoiceRequest,
    before: str,
    event: Event,
    actor: Actor | None,
    detail: str,
    data: dict[str, Any] | None,
) -> None:
    RequestEvent.objects.create(
        firm_id=request.firm_id,
        request=request,
        event=event,
        from_state=before,
        to_state=request.state,
        detail=detail[:MAX_DETAIL],
        data=data or {},
        actor_id=actor.user_id if actor else None,
        actor_phone_id=actor.phone_id if actor else None,
    )


def _announce(request: InvoiceRequest, before: str, event: Event) -> None:
    request_moved.send(
        sender=InvoiceRequest,
        request_id=request.pk,
        firm_id=request.firm_id,
        before=before,
        after=str(request.state),
        event=event,
    )


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a state changes under the lock of its row only")
