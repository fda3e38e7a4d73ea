"""The handlers of the house. Each app declares its own in `<app>/handlers.py`."""

from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured

from queue_worker.errors import UnknownKind
from queue_worker.policy import DEFAULT_LEASE, Backoff, Handle, OnDead, Policy
from queue_worker.queues import LIMITS, Queue

_policies: dict[str, Policy] = {}


def handler(
    kind: str,
    *,
    queue: Queue = Queue.IO,
    lease: timedelta = DEFAULT_LEASE,
    timeout: timedelta | None = None,
    max_attempts: int = 5,
    backoff: Backoff = Backoff(),  # noqa: B008 (frozen)
    concurrency_limit: int | None = None,
    on_dead: OnDead | None = None,
) -> Callable[[Handle], Handle]:
    """Register the decorated function as the handler of `kind` ("app.verb_noun").

    `queue`: which worker runs it (queues.py). `lease`: how long a dead worker keeps the item; it is renewed
    while the worker lives. `timeout`: the handler's deadline, after which the lease is no longer renewed.
    `concurrency_limit`: items of one concurrency_key that may run at once. `on_dead(item)` runs in the
    transaction that makes the item dead: money back, person told.
    """

    def register(handle: Handle) -> Handle:
        if kind in _policies:
            raise ImproperlyConfigured(f"two handlers for {kind}")
        limits = (timeout or LIMITS[queue].usual, max_attempts, backoff)
        _policies[kind] = Policy(kind, handle, queue, lease, *limits, concurrency_limit, on_dead)
        return handle

    return register


def get_policy(kind: str) -> Policy:
    """Return the policy of a kind. Raises UnknownKind."""
    try:
        return _policies[kind]
    except KeyError as error:
        raise UnknownKind(f"no handler is registered for {kind!r}") from error


def list_kinds() -> list[str]:
    """Return every registered kind, sorted."""
    return sorted(_policies)
