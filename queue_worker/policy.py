"""How the work of one kind is run: where, for how long, how often, and what happens when it dies."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from queue_worker.queues import LIMITS, Queue

if TYPE_CHECKING:
    from queue_worker.models import WorkItem
    from queue_worker.work import Work

DEFAULT_LEASE = timedelta(seconds=30)

Handle = Callable[["Work"], dict[str, Any] | None]
OnDead = Callable[["WorkItem"], None]


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
class Policy:
    """The registered handler of one kind and the rules under which it runs (R53)."""

    kind: str
    handle: Handle
    queue: Queue
    lease: timedelta
    timeout: timedelta
    max_attempts: int
    backoff: Backoff
    concurrency_limit: int | None
    on_dead: OnDead | None

    def __post_init__(self) -> None:
        longest = LIMITS[self.queue].longest
        if not timedelta(0) < self.timeout <= longest:
            raise ImproperlyConfigured(f"{self.kind}: work on {self.queue} may take at most {longest}")
        if self.lease < timedelta(seconds=1):
            raise ImproperlyConfigured(f"{self.kind}: a lease has at least one second")
        if self.max_attempts < 1 or (self.concurrency_limit is not None and self.concurrency_limit < 1):
            raise ImproperlyConfigured(f"{self.kind}: max_attempts and concurrency_limit start at 1")
