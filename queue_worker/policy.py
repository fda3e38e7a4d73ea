"""How the work of one kind is run: by which use case, where, for how long, how often, and how it dies."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from queue_worker.queues import LIMITS, Queue

if TYPE_CHECKING:
    from queue_worker.models import WorkItem
    from queue_worker.work import Work

DEFAULT_LEASE = timedelta(seconds=30)


@dataclass(frozen=True)
class Backoff:
    """Exponential waiting, in seconds: first, first × factor, … up to cap; the last half is jitter."""

    first: float = 2
    factor: float = 2
    cap: float = 300

    def seconds(self, attempts: int) -> float:
        """Return the wait after that many attempts, spread at random over [half, whole]."""
        exponent = min(max(attempts - 1, 0), 64)
        whole = min(self.cap, self.first * self.factor**exponent)
        return whole * random.uniform(0.5, 1)


@dataclass(frozen=True)
class Handler:
    """One line of an app's table HANDLERS: the use case that does the work of a kind, and its rules (R53).

    kind: "app.verb_noun". run: a use case whose keyword arguments are the names in the payload; it is also
    given `work` (Work) and `now` if it takes them, and returns what JSON can hold, as the item's result.
    queue: which worker runs it (queues.py). lease: how long a dead worker keeps the item; it is renewed while
    the worker lives. timeout: the deadline, after which the lease is no longer renewed; None: the queue's
    usual one. concurrency_limit: items of one concurrency_key that may run at once. on_dead: called with
    what it takes of the payload and with `item` (WorkItem) if it takes it, in the transaction that makes the
    item dead: money back, person told.
    """

    kind: str
    run: Callable[..., Any]
    queue: Queue = Queue.IO
    lease: timedelta = DEFAULT_LEASE
    timeout: timedelta | None = None
    max_attempts: int = 5
    backoff: Backoff = Backoff()
    concurrency_limit: int | None = None
    on_dead: Callable[..., object] | None = None

    def __post_init__(self) -> None:
        longest = LIMITS[self.queue].longest
        if not timedelta(0) < self.longest_run <= longest:
            raise ImproperlyConfigured(f"{self.kind}: work on {self.queue} may take at most {longest}")
        if self.lease < timedelta(seconds=1):
            raise ImproperlyConfigured(f"{self.kind}: a lease has at least one second")
        if self.max_attempts < 1 or (self.concurrency_limit is not None and self.concurrency_limit < 1):
            raise ImproperlyConfigured(f"{self.kind}: max_attempts and concurrency_limit start at 1")

    @property
    def longest_run(self) -> timedelta:
        """How long one run may take."""
        return self.timeout or LIMITS[self.queue].usual

    def handle(self, work: "Work") -> Any:
        """Run the use case with what stands in the payload, and return its result."""
        return call(self.run, work.payload, work=work, now=timezone.now())

    def end(self, item: "WorkItem") -> None:
        """Do what follows from the death of an item."""
        if self.on_dead is not None:
            call(self.on_dead, {}, item=item, **item.payload)


def call(function: Callable[..., Any], payload: Mapping[str, Any], **offered: Any) -> Any:
    """Call a function with all of the payload as keyword arguments, and with what it takes of `offered`."""
    names = _names_of_parameters(function)
    return function(**payload, **{name: value for name, value in offered.items() if name in names})


@cache
def _names_of_parameters(function: Callable[..., Any]) -> frozenset[str]:
    return frozenset(signature(function).parameters)
