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
from queue_worker.policy import Backoff, Handler
from queue_worker.queues import Queue
from queue_worker.registry import register
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


def echo(**payload: Any) -> dict[str, Any]:
    return payload


def limited() -> None:
    time.sleep(0.005)


def effect(*, seconds: float = 0, work: Work) -> None:
    """Work for `seconds`, then write the effect and the end of the item in one transaction."""
    holds_connection = connection.connection is not None
    note(work.item_id, "ask" if work.must_ask else "start")
    give_back_connections()  # as core.http does before it waits for somebody outside
    time.sleep(seconds)
    with transaction.atomic():
        note(work.item_id, "effect")
        work.finish({"holds_connection": holds_connection})


def note_death(*, item: WorkItem) -> None:
    note(item.pk, "on_dead")


def killer(*, work: Work) -> None:
    """Kill the process it runs in, as the kernel does when memory is short."""
    note(work.item_id, "start")
    os.kill(os.getpid(), signal.SIGKILL)


def compute() -> dict[str, Any]:
    return {"pid": os.getpid(), "thread": threading.current_thread().name}


def window(*, key: str, left: int, seconds: float, work: Work) -> None:
    """Open a window of `seconds` that runs this again, as often as `left` says."""
    with transaction.atomic():
        work.finish()
        if left:
            now = timezone.now()
            enqueue(
                kind=WINDOW,
                payload={**work.payload, "left": left - 1},
                dedupe_key=key,
                run_after=now + timedelta(seconds=seconds),
                postpone_until=now + timedelta(seconds=4 * seconds),
            )


def refuse_twice(*, item: WorkItem) -> None:
    """An on_dead that fails as often as the payload says."""
    left = answers.get("on_dead_failures", 0)
    if left:
        answers["on_dead_failures"] = left - 1
        raise ConnectionError("o estorno falhou")
    note(item.pk, "on_dead")


def give_answer(*, answer: str, work: Work, **_more: Any) -> Any:
    return answers[answer](work)


def retry_later(work: Work) -> None:
    raise RetryLater(7, "ocupado")


def give_up(work: Work) -> None:
    raise GiveUp("não existe")


def ask_first(work: Work) -> None:
    raise AskFirst("sem resposta")


def break_down(work: Work) -> None:
    raise ZeroDivisionError("conta errada de dona@nitro.example")


answers |= {"retry_later": retry_later, "give_up": give_up, "ask_first": ask_first, "break_down": break_down}

register(
    (
        Handler(ECHO, echo),
        Handler(LIMITED, limited, concurrency_limit=LIMIT),
        Handler(EFFECT, effect, lease=timedelta(seconds=2), max_attempts=10, backoff=SOON),
        Handler(
            KILLER,
            killer,
            queue=Queue.CPU,
            lease=timedelta(seconds=1),
            max_attempts=3,
            backoff=SOON,
            on_dead=note_death,
        ),
        Handler(COMPUTE, compute, queue=Queue.CPU),
        Handler(WINDOW, window, queue=Queue.CHAT),
        Handler(ANSWERS, give_answer, max_attempts=3, backoff=SOON, on_dead=refuse_twice),
    )
)
