"""What a handler sees of the item that it works on."""

import time
from typing import Any
from uuid import UUID

from django.db import transaction

from queue_worker.errors import LeaseLost
from queue_worker.models import WorkItem
from queue_worker.policy import Handler
from queue_worker.services import finish

RENEW_SECONDS = 5.0
RENEWALS_PER_LEASE = 3


class Work:
    """The item in the hands of a handler.

    `payload`: what was enqueued. `attempts`: 1 in the first run. `must_ask`: an earlier run may have done
    something outside: ask before repeating. `deadline`: a value of time.monotonic() at which the work should
    be over; pass it down to core.http. `request_id`: of the request that enqueued the item.
    """

    def __init__(self, item: WorkItem, handler: Handler) -> None:
        if item.lease_owner is None:
            raise LeaseLost(f"item {item.pk} was not claimed")
        self.item_id: int = item.pk
        self.kind: str = item.kind
        self.payload: dict[str, Any] = item.payload
        self.attempts: int = item.attempts
        self.max_attempts: int = item.max_attempts
        self.must_ask: bool = item.must_ask
        self.request_id: str = item.request_id
        self.token: UUID = item.lease_owner
        self.lease_seconds: float = item.lease_length.total_seconds()
        self.started: float = time.monotonic()
        self.deadline: float = self.started + handler.longest_run.total_seconds()
        self.is_finished = False
        self.is_committed = False
        self._ordering_key = item.ordering_key
        self._held_until = self.started + self.lease_seconds
        self._renewed = self.started
        self._lost = False

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(0.0, self.deadline - time.monotonic())

    @property
    def is_held(self) -> bool:
        """Whether the lease is ours, as far as this process knows."""
        return not self._lost and time.monotonic() < self._held_until

    @property
    def renew_at(self) -> float | None:
        """The monotonic time of the next renewal; None when the lease is lost or the deadline has passed."""
        if not self.is_held or self.seconds_left == 0:
            return None
        return self._renewed + min(RENEW_SECONDS, self.lease_seconds / RENEWALS_PER_LEASE)

    def check(self) -> None:
        """Raise LeaseLost when the item is no longer ours. Call it before each effect outside."""
        if not self.is_held:
            raise LeaseLost(f"item {self.item_id} belongs to somebody else")

    def finish(self, result: dict[str, Any] | None = None) -> None:
        """Record success inside the handler's own transaction, with the effects: both or neither.

        Raises LeaseLost (let it pass: the effects roll back), OutsideTransaction.
        """
        finish(item_id=self.item_id, token=self.token, ordering_key=self._ordering_key, result=result)
        self.is_finished = True
        transaction.on_commit(self._note_commit)

    def _note_commit(self) -> None:
        self.is_committed = True

    def note_renewal(self, asked: float, *, held: bool) -> None:
        """Remember the answer to a renewal asked at the monotonic time `asked`."""
        if held:
            self._renewed = asked
            self._held_until = asked + self.lease_seconds
        else:
            self._lost = True

    @property
    def ordering_key(self) -> str | None:
        return self._ordering_key
