"""Handlers that exist in tests only (settings.QUEUE_EXTRA_HANDLERS). They note in `effects` what they do."""

import os
import signal
import threading
import time
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from core.database import give_back_connections
from queue_worker.errors import AskFirst, GiveUp, RetryLater
from queue_worker.models import WorkItem
from queue_worker.policy import Backoff
from queue_worker.queues import Queue
from queue_worker.registry import handler
from queue_worker.services import enqueue
from queue_worker.tests.effects import note
from queue_worker.work import Work

ECHO = "tests.echo"
LIMITED = "tests.limited"
EFFECT = "tests.effect"
KILLER = "tests.killer"
ANSWERS = "tests.answers"
COMPUTE = "tests.compute"
WINDOW = "tests.window"

LIMIT = 3
SOON = Backoff(first=0.1, factor=1, cap=0.1)

answers: dict[str, Any] = {}
"""What ANSWERS does, by the payload's "answer": a callable that takes the work."""


@handler(ECHO)
def echo(work: Work) -> dict[str, Any]:
    return work.payload


@handler(LIMITED, concurrency_limit=LIMIT)
def limited(work: Work) -> None:
    time.sleep(0.005)


@handler(EFFECT, lease=timedelta(seconds=2), max_attempts=10, backoff=SOON)
def effect(work: Work) -> None:
    """Work for `seconds`, then write the effect and the end of the item in one transaction."""
    holds_connection = connection.connection is not None
    note(work.item_id, "ask" if work.must_ask else "start")
    give_back_connections()  # as core.http does before it waits for somebody outside
    time.sleep(work.payload.get("seconds", 0))
    with transaction.atomic():
        note(work.item_id, "effect")
        work.finish({"holds_connection": holds_connection})


def note_death(item: WorkItem) -> None:
    note(item.pk, "on_dead")


@handler(
    KILLER, queue=Queue.CPU, lease=timedelta(seconds=1), max_attempts=3, backoff=SOON, on_dead=note_death
)
def killer(work: Work) -> None:
    """Kill the process it runs in, as the kernel does when memory is short."""
    note(work.item_id, "start")
    os.kill(os.getpid(), signal.SIGKILL)


@handler(COMPUTE, queue=Queue.CPU)
def compute(work: Work) -> dict[str, Any]:
    return {"pid": os.getpid(), "thread": threading.current_thread().name}


@handler(WINDOW, queue=Queue.CHAT)
def window(work: Work) -> None:
    """Open a window of `seconds` that runs this again, as often as `left` says."""
    left, seconds = work.payload["left"], timedelta(seconds=work.payload["seconds"])
    with transaction.atomic():
        work.finish()
        if left:
            now = timezone.now()
            enqueue(
                kind=WINDOW,
                payload={**work.payload, "left": left - 1},
                dedupe_key=work.payload["key"],
                run_after=now + seconds,
                postpone_until=now + 4 * seconds,
            )


def refuse_twice(item: WorkItem) -> None:
    """An on_dead that fails as often as the payload says."""
    left = answers.get("on_dead_failures", 0)
    if left:
        answers["on_dead_failures"] = left - 1
        raise ConnectionError("o estorno falhou")
    note(item.pk, "on_dead")


@handler(ANSWERS, max_attempts=3, backoff=SOON, on_dead=refuse_twice)
def answer(work: Work) -> dict[str, Any] | None:
    what: dict[str, Any] | None = answers[work.payload["answer"]](work)
    return what


def retry_later(work: Work) -> None:
    raise RetryLater(7, "ocupado")


def give_up(work: Work) -> None:
    raise GiveUp("não existe")


def ask_first(work: Work) -> None:
    raise AskFirst("sem resposta")


def break_down(work: Work) -> None:
    raise ZeroDivisionError("conta errada de dona@nitro.example")


answers |= {"retry_later": retry_later, "give_up": give_up, "ask_first": ask_first, "break_down": break_down}
