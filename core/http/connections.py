"""Pooled connections of one provider: one pool, and one more for each client certificate in use."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

MAX_POOLS = 16
IDLE_SECONDS = 60.0


@dataclass(frozen=True)
class ClientIdentity:
    """Who we are to a provider that asks for a certificate (mutual TLS).

    `fingerprint` names the certificate: no two certificates ever share a connection. `make_context` builds
    the context that holds the key; it is called when a pool is opened, not at each request.
    """

    fingerprint: str
    make_context: Callable[[], ssl.SSLContext] = field(repr=False)


@dataclass
class _Pool:
    client: httpx.Client
    users: int = 0
    idle_since: float = 0.0


class Connections:
    """HTTP/1.1 pools by certificate. Those of certificates are closed when unused, or when there are many."""

    def __init__(self, base_url: str, max_connections: int) -> None:
        self._base_url = base_url
        self._max_connections = max_connections
        self._pools: dict[str, _Pool] = {}
        self._closed = False
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self, identity: ClientIdentity | None) -> Iterator[httpx.Client]:
        """Lend the client of this identity; several threads may hold it at once."""
        pool = self._take(identity)
        try:
            yield pool.client
        finally:
            self._give_back(pool)

    def close(self) -> None:
        """Close every pool. A call that a slow thread still makes opens one of its own and closes it."""
        with self._lock:
            self._closed = True
            pools = list(self._pools.values())
            self._pools.clear()
        for pool in pools:
            pool.client.close()

    def __len__(self) -> int:
        return len(self._pools)

    def _take(self, identity: ClientIdentity | None) -> _Pool:
        key = identity.fingerprint if identity else ""
        with self._lock:
            pool = self._pools.get(key)
            if pool is not None:
                pool.users += 1
                return pool
        made = self._open(identity)  # outside the lock: opening a key takes a while
        with self._lock:
            pool = self._pools.setdefault(key, made)
            pool.users += 1
        if pool is not made:
            made.client.close()
        return pool

    def _open(self, identity: ClientIdentity | None) -> _Pool:
        return _Pool(
            httpx.Client(
                base_url=self._base_url,
                verify=identity.make_context() if identity else True,
                http2=False,
                follow_redirects=False,
                trust_env=False,
                limits=httpx.Limits(
                    max_connections=self._max_connections, max_keepalive_connections=self._max_connections
                ),
            )
        )

    def _give_back(self, pool: _Pool) -> None:
        with self._lock:
            pool.users -= 1
            pool.idle_since = time.monotonic()
            if self._closed and not pool.users:
                self._pools = {key: each for key, each in self._pools.items() if each is not pool}
                spare = [pool]
            else:
                spare = self._remove_spare()
        for each in spare:
            each.client.close()

    def _remove_spare(self) -> list[_Pool]:
        """Take out the idle pools of certificates that are old, or the oldest ones above the limit."""
        idle = sorted(
            (key for key, pool in self._pools.items() if key and not pool.users),
            key=lambda key: self._pools[key].idle_since,
        )
        too_many = len(self._pools) - MAX_POOLS
        oldest = time.monotonic() - IDLE_SECONDS
        return [
            self._pools.pop(key)
            for place, key in enumerate(idle)
            if place < too_many or self._pools[key].idle_since < oldest
        ]


CERTIFICATE_ALERTS = (
    "ALERT_BAD_CERTIFICATE",
    "ALERT_CERTIFICATE_EXPIRED",
    "ALERT_CERTIFICATE_REVOKED",
    "ALERT_CERTIFICATE_UNKNOWN",
    "ALERT_CERTIFICATE_REQUIRED",
    "ALERT_UNSUPPORTED_CERTIFICATE",
    "ALERT_UNKNOWN_CA",
)


def refuses_certificate(error: BaseException) -> bool:
    """Return whether the other side ended a handshake because of our certificate."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLError):
            return any(alert in (getattr(found, "reason", "") or "") for alert in CERTIFICATE_ALERTS)
        found = found.__cause__ or found.__context__
    return False
