"""Handlers that exist in tests only (settings.QUEUE_EXTRA_HANDLERS)."""

from typing import Any

from queue_worker.registry import handler
from queue_worker.work import Work

ECHO = "tests.echo"


@handler(ECHO)
def echo(work: Work) -> dict[str, Any]:
    return work.payload
