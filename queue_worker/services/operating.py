"""What operators do to single items (O7). Each act leaves a line in the item's history."""

from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from core.errors import NitroError
from queue_worker.bell import ring_on_commit
from queue_worker.models import WorkItem
from queue_worker.registry import get_handler
from queue_worker.services.recording import HISTORY_LENGTH, kill, make_pending

log = structlog.get_logger(__name__)


class NotDead(NitroError):
    """Only a dead or cancelled item is queued again."""

    message = "Este trabalho não está parado: só o que falhou de vez ou foi cancelado volta para a fila."


class NotPending(NitroError):
    """Only a waiting item is cancelled."""

    message = "Este trabalho não está mais na fila: só o que ainda espera pode ser cancelado."


def requeue(*, item_id: int, actor_id: int) -> WorkItem:
    """Let a dead or cancelled item run again from its first attempt; it asks first what was done before.

    Raises WorkItem.DoesNotExist, NotDead, UnknownKind. `on_dead` has run by then: handlers must bear that.
    """
    with transaction.atomic(durable=True):
        item = WorkItem.objects.select_for_update().get(pk=item_id)
        if item.status not in (WorkItem.Status.DEAD, WorkItem.Status.CANCELLED):
            raise NotDead
        _note(item, "requeued", actor_id)
        item.attempts, item.max_attempts = 0, get_handler(item.kind).max_attempts
        item.must_ask = True
        item.run_after = timezone.now()
        make_pending(item)
        ring_on_commit(item.queue)
    return item


def cancel(*, item_id: int, actor_id: int) -> WorkItem:
    """Give up a waiting item; its `on_dead` runs, so that money goes back and people are told (O7).

    Raises WorkItem.DoesNotExist, NotPending, OnDeadFailed (nothing is changed).
    """
    with transaction.atomic(durable=True):
        item = WorkItem.objects.select_for_update().get(pk=item_id)
        if item.status != WorkItem.Status.PENDING:
            raise NotPending
        _note(item, "cancelled", actor_id)
        kill(item, WorkItem.Status.CANCELLED)
    return item


def _note(item: WorkItem, outcome: str, actor_id: int) -> None:
    line: dict[str, Any] = {"outcome": outcome, "actor_id": actor_id, "ended_at": timezone.now().isoformat()}
    item.history = [*item.history, line][-HISTORY_LENGTH:]
    log.info(f"work_{outcome}", item_id=item.pk, kind=item.kind, actor_id=actor_id)
