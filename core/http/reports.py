"""Which providers do not work for this process, and since when. Workers tell it with their heartbeat."""

import threading
import time
from typing import Literal, TypedDict

import structlog

logger = structlog.get_logger("nitro.http")
Kind = Literal["circuit", "account"]


class Trouble(TypedDict):
    """`kind`: it failed several times in a row, or it refuses our account. `since`: seconds since 1970."""

    name: str
    kind: Kind
    since: float


_troubles: dict[str, Trouble] = {}
_lock = threading.Lock()


def report_account_trouble(name: str, status: str) -> None:
    """Note that a provider refuses our account: out of credit, or our key is wrong."""
    logger.error("provider_account_trouble", provider=name, status=status)
    note_trouble(name, "account")


def note_trouble(name: str, kind: Kind) -> None:
    """Note that a provider does not work; it is over with its next good answer."""
    with _lock:
        since = _troubles[name]["since"] if name in _troubles else time.time()
        _troubles[name] = Trouble(name=name, kind=kind, since=since)


def note_answer(name: str) -> None:
    """Note that a provider did what was asked."""
    if name in _troubles:
        with _lock:
            _troubles.pop(name, None)


def list_troubles() -> list[Trouble]:
    """Return what does not work for this process, by name."""
    with _lock:
        return [_troubles[name] for name in sorted(_troubles)]


def forget_troubles() -> None:
    """Forget everything: at the end of a test."""
    with _lock:
        _troubles.clear()
