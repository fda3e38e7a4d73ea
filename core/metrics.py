"""What every process of this machine counts for Prometheus: requests, calls to providers, work (O13).

The counts of all processes lie in files of one folder (settings.METRICS_DIR) and are added up when somebody
asks. Figures of the database are read then: operations/selectors/figures.py.
"""

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterable
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from prometheus_client import CollectorRegistry, Histogram, generate_latest, values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUICK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)

_requests = Histogram(
    "nitro_request_seconds", "Requests by route", ["route", "method", "status"], buckets=QUICK, registry=None
)
_calls = Histogram(
    "nitro_provider_seconds", "Calls to providers", ["provider", "outcome"], buckets=SLOW, registry=None
)
_work = Histogram(
    "nitro_work_seconds",
    "Runs of work by their end",
    ["kind", "outcome"],
    buckets=SLOW,
    registry=None,
)


def count_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count a request under its route, never its address."""
    known = method if method in METHODS else "other"
    _count(_requests, seconds, route=route or "none", method=known, status=str(status))


def count_call(*, provider: str, outcome: str, seconds: float) -> None:
    """Count one attempt to ask a provider."""
    _count(_calls, seconds, provider=provider, outcome=outcome)


def count_work(*, kind: str, outcome: str, seconds: float) -> None:
    """Count one run of a work item."""
    _count(_work, seconds, kind=kind, outcome=outcome)


class Collector(Protocol):
    """What reads figures at the moment somebody asks."""

    def collect(self) -> Iterable[Metric]: ...


def write_metrics(collector: Collector) -> bytes:
    """Return what all processes of this machine counted and what `collector` reads, in Prometheus' words."""
    registry = CollectorRegistry()
    with contextlib.suppress(ValueError):  # nothing was counted yet: there is no folder
        MultiProcessCollector(registry, path=str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]
    registry.register(collector)
    return generate_latest(registry)


def _count(histogram: Histogram, seconds: float, **labels: str) -> None:
    """A folder that cannot be written to costs the count, not what is counted."""
    with contextlib.suppress(OSError):
        _share_values()
        histogram.labels(**labels).observe(seconds)


@cache
def _share_values() -> None:
    """Let the values of this process lie in the common folder, from the first one on."""
    folder = Path(settings.METRICS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    values.ValueClass = values.MultiProcessValue(_slot.number)  # type: ignore[no-untyped-call]


class _Slot:
    """A number that no other living process has. Who comes later goes on with the files of one that ended.

    The usual name of such files, the process id, leaves one set behind for every process that ever was.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._lock = threading.Lock()
        self._file: IO[str] | None = None
        self._number = 0

    def number(self) -> int:
        if self._file is None:
            with self._lock:
                self._take()
        return self._number

    def _take(self) -> None:
        folder = Path(settings.METRICS_DIR)
        for number in count(1):
            if self._file is not None:
                return
            file = (folder / f"{number}.lock").open("w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
            else:
                self._number, self._file = number, file


_slot = _Slot()
os.register_at_fork(after_in_child=_slot.forget)
