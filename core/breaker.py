"""A circuit breaker per provider and process: after failures in a row, stop asking for a while (R59).

Own code because the packages hold a lock while the call runs, which turns 32 threads into one.
"""

import threading
import time
from typing import Literal

from core.errors import Unavailable

State = Literal["closed", "open", "half_open"]


class CircuitOpen(Unavailable):
    """The provider failed several times in a row and is not asked until `retry_after` seconds have passed."""


class Breaker:
    """Opens after `failures` in a row; after `reset_seconds` one call probes whether to close again."""

    def __init__(self, *, failures: int = 5, reset_seconds: float = 30) -> None:
        self._limit = failures
        self._reset_seconds = reset_seconds
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def failures(self) -> int:
        return self._failures

    @property
    def state(self) -> State:
        if self._opened_at is None:
            return "closed"
        return "open" if self._remaining() > 0 else "half_open"

    def admit(self) -> None:
        """Let a call pass or raise CircuitOpen. The caller must then report `succeeded` or `failed`."""
        with self._lock:
            if self._opened_at is None:
                return
            remaining = self._remaining()
            if remaining > 0 or self._probing:
                raise CircuitOpen(retry_after=max(remaining, 1.0), detail="circuit open")
            self._probing = True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0
            self._opened_at = None
            self._probing = False

    def failed(self) -> bool:
        """Count a failure; return whether it opened the circuit."""
        with self._lock:
            self._failures += 1
            opens = self._probing or (self._opened_at is None and self._failures >= self._limit)
            if opens:
                self._opened_at = time.monotonic()
            self._probing = False
            return opens

    def _remaining(self) -> float:
        opened_at = self._opened_at
        return 0.0 if opened_at is None else opened_at + self._reset_seconds - time.monotonic()
