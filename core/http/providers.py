"""What all clients of one provider share in this process: connections, slots, health."""

import atexit
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.breaker import Breaker
from core.errors import Unavailable
from core.http.connections import Connections
from core.http.reports import forget_troubles


class Health:
    """Whether a provider, or what one key of it stands for, works and wants to be asked."""

    def __init__(self) -> None:
        self.breaker = Breaker()
        self._paused_until = 0.0
        self._lock = threading.Lock()

    def pause(self, seconds: float) -> None:
        """Ask nothing for `seconds`, as the provider wished in its 429."""
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def paused_seconds(self) -> float:
        return max(0.0, self._paused_until - time.monotonic())


class Provider:
    """One outside system: how many may ask it at once, and whether it works, as a whole or key by key."""

    def __init__(self, name: str, base_url: str, max_concurrency: int) -> None:
        self.name = name
        self.connections = Connections(base_url, max_concurrency)
        self.slots = threading.BoundedSemaphore(max_concurrency)
        self.healths: dict[str, Health] = {}
        self._lock = threading.Lock()

    def health(self, key: str) -> Health:
        """Return the health of `key`, made when first asked for; that of the whole provider for ""."""
        with self._lock:
            return self.healths.setdefault(key, Health())

    @contextmanager
    def slot(self, seconds: float) -> Iterator[None]:
        """Hold one of the provider's slots. Raises Unavailable when none is free within `seconds`."""
        if not self.slots.acquire(timeout=max(0.0, seconds)):
            raise Unavailable(retry_after=1.0, detail="all slots are busy")
        try:
            yield
        finally:
            self.slots.release()


_providers: dict[tuple[str, str, int], Provider] = {}
_providers_lock = threading.Lock()


def get_provider(name: str, base_url: str, max_concurrency: int) -> Provider:
    """Return the provider of this process, made when first asked for."""
    key = (name, base_url, max_concurrency)
    with _providers_lock:
        if key not in _providers:
            _providers[key] = Provider(name, base_url, max_concurrency)
        return _providers[key]


def close_providers() -> None:
    """Close all connections and forget breakers and pauses: at the end of a process and of a test."""
    with _providers_lock:
        providers = list(_providers.values())
        _providers.clear()
    forget_troubles()
    for provider in providers:
        provider.connections.close()


def _forget_after_fork() -> None:
    """A forked child must not speak on its parent's sockets, nor wait for its parent's lock."""
    global _providers_lock
    _providers_lock = threading.Lock()
    _providers.clear()


os.register_at_fork(after_in_child=_forget_after_fork)
atexit.register(close_providers)
