"""Hearing a signal for as long as a test needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.dispatch import Signal


@contextmanager
def hearing(signal: Signal) -> Iterator[list[dict[str, Any]]]:
    """Collect what a signal says, one dict of its arguments per send."""
    heard: list[dict[str, Any]] = []

    def hear(signal: Signal, sender: object, **said: Any) -> None:
        heard.append(said)

    signal.connect(hear)
    try:
        yield heard
    finally:
        signal.disconnect(hear)
