"""The chat: webhooks accepted beside a bare view, messages answered beside workers that wait.

BENCH_CHAT_SECONDS: how long messages are answered (300). BENCH_CHAT_RATE: how many come each second (25).
BENCH_CHAT_WEBHOOKS: how many bodies one measurement of accepting them posts (600).
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count

from django.db import connection
from django.db.models import F, Max, Min

from benchmarks.chat.bare_urls import TABLES
from benchmarks.chat.stage import (
    SECRET,
    Stage,
    megabytes_of,
    open_instances,
    processor_seconds_of,
    running,
    set_up,
    web_server,
)
from benchmarks.figures import Figure, alternate
from queue_worker.models import WorkItem
from sandbox.testing import Sandbox, running_sandbox
from whatsapp.models import AiCall, Conversation, InboundMessage, OutboundMessage

SECONDS = float(os.environ.get("BENCH_CHAT_SECONDS", "300"))
RATE = float(os.environ.get("BENCH_CHAT_RATE", "25"))
WEBHOOKS = int(os.environ.get("BENCH_CHAT_WEBHOOKS", "600"))  # of each measurement
CLIENTS, STRANGERS = 8, 200
CHANNELS = 8
OPENAI_SECONDS, SEND_SECONDS = 2.0, 0.2
WINDOW_SECONDS = 2.0
CATCH_UP_SECONDS = 60.0
THREADS = 96
REFERENCE_SECONDS = 20.0
GOAL_ACCEPT, GOAL_RATIO, GOAL_RATE = 0.8, 7, 20
GOAL_WINDOW_ERROR, GOAL_BEYOND, GOAL_MEGABYTES = 0.2, 4.0, 700.0
GOAL_PROCESSOR = 0.1  # two cores for GOAL_RATE messages a second
WORKER = "worker --without-gossip --without-mingle --loglevel WARNING"
_ids = count(1)


def run() -> list[Figure]:
    stage = set_up(people=max(200, round(SECONDS * RATE)), channels=CHANNELS)
    return [_accept(stage), *_answer(stage)]


# --- Webhooks accepted -----------------------------------------------------------------------------
def _accept(stage: Stage) -> Figure:
    """Bodies posted by eight clients at once, to the product and to a view that inserts two rows."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    with web_server() as (port, _), web_server("benchmarks.chat.bare_settings") as (bare, _):
        path = f"/webhooks/whatsapp/{stage.channels[0].key}/"
        ours, reference = alternate(
            lambda: _post_all(port, path, stage), lambda: _post_all(bare, "/webhook/", stage)
        )
    WorkItem.objects.all().delete()
    Conversation.objects.update(done_seq=F("last_seq"), first_unread_at=None)
    return Figure.rate(
        "chat: webhooks accepted, 8 clients",
        ours=ours,
        reference=reference,
        unit="webhooks/s",
        goal=GOAL_ACCEPT,
    )


def _post_all(port: int, path: str, stage: Stage) -> float:
    """Return how many a second were answered 200."""
    bodies = iter([_body(stage, number) for number in range(WEBHOOKS)])
    lock = threading.Lock()

    def post() -> None:
        client = HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": "application/json", "X-Webhook-Secret": SECRET, "Host": "localhost"}
        while True:
            with lock:
                body = next(bodies, None)
            if body is None:
                return
            client.request("POST", path, body, headers)
            response = client.getresponse()
            response.read()
            assert response.status == 200, response.status

    started = time.perf_counter()
    _in_threads([post] * CLIENTS)
    return WEBHOOKS / (time.perf_counter() - started)


def _body(stage: Stage, number: int) -> bytes:
    channel, phone = stage.channels[0], f"55519{60_000_000 + number % STRANGERS:08d}"
    data = {
        "key": {"remoteJid": f"{phone}@s.whatsapp.net", "fromMe": False, "id": f"BENCH{next(_ids):027d}"},
        "pushName": "Pessoa",
        "message": {"conversation": "nota de 1.500,00 para a clínica, manutenção de computadores"},
        "messageType": "conversation",
        "messageTimestamp": int(time.time()),
    }
    envelope = {
        "event": "messages.upsert",
        "instance": channel.instance_name,
        "sender": f"{channel.number}@s.whatsapp.net",
    }
    return json.dumps({**envelope, "data": data}, ensure_ascii=False).encode()


# --- Messages answered -----------------------------------------------------------------------------
def _answer(stage: Stage) -> list[Figure]:
    """People who write one message each that only the model understands."""
    with running_sandbox() as sandbox, _product(stage, sandbox) as pids:
        reference = _measure_waiting(sandbox, stage)
        sandbox.set_openai(seconds=OPENAI_SECONDS)
        sandbox.set_evolution(send_seconds=SEND_SECONDS)
        began, used = _last_id(), processor_seconds_of(pids)
        seconds = _write(sandbox, stage)
        memory = megabytes_of(pids)
        answered = _wait_for_answers(began, len(stage.phones))
        used = processor_seconds_of(pids) - used
        ours = answered / max(seconds, _seconds_to_last(began))
    beyond, errors = _list_delays(began), _list_window_errors()
    model_calls = AiCall.objects.count()
    assert model_calls >= answered * 0.9, f"{model_calls} calls for {answered} answers: not what is measured"
    return [
        Figure.rate(
            "chat: answered, OpenAI 2 s, sends 0.2 s; beside 4 workers that wait",
            ours=ours,
            reference=reference,
            unit="messages/s",
            goal=GOAL_RATIO,
        ),
        Figure.rate(
            f"chat: answered for {SECONDS:.0f} s", ours=ours, reference=GOAL_RATE, unit="messages/s", goal=1
        ),
        Figure.cost(
            "chat: processor time of one message: web, chat worker and beat",
            ours=used / max(1, answered),
            reference=GOAL_PROCESSOR,
            unit="s",
            goal=1,
        ),
        Figure.cost(
            "chat: error of the quiet window, p95",
            ours=max(0.001, _quantile(errors, 0.95)),
            reference=GOAL_WINDOW_ERROR,
            unit="s",
            goal=1,
        ),
        *(
            Figure.cost(
                f"chat: reply beyond OpenAI and window, p{round(share * 100)}",
                ours=max(0.001, _quantile(beyond, share)),
                reference=GOAL_BEYOND,
                unit="s",
                goal=1,
            )
            for share in (0.5, 0.95, 0.99)
        ),
        Figure.cost(
            "chat: memory of web, chat worker and beat",
            ours=memory,
            reference=GOAL_MEGABYTES,
            unit="MB",
            goal=1,
        ),
    ]


@contextmanager
def _product(stage: Stage, sandbox: Sandbox) -> Iterator[list[int]]:
    """Run web, chat worker and beat; give their process ids."""
    variables = {**sandbox.settings, "OPENAI_CONCURRENCY": str(THREADS), "EVOLUTION_CONCURRENCY": "64"}
    chat = f"-m celery -q -A config {WORKER} -n chat@bench -P threads -c {THREADS} -Q chat".split()
    beat = f"-m celery -q -A config beat --loglevel WARNING -s {sandbox.home / 'beat'}".split()
    with (
        web_server(**variables) as (port, web),
        running(*chat, DATABASE_POOL_SIZE="8", **variables) as worker,
        running(*beat, **variables) as clock,
    ):
        open_instances(stage, sandbox, port)
        yield [web, worker, clock]


def _measure_waiting(sandbox: Sandbox, stage: Stage) -> float:
    """Return how many messages a second the predecessor's design answers."""
    sandbox.set_openai(seconds=OPENAI_SECONDS)
    sandbox.set_evolution(send_seconds=SEND_SECONDS)
    command = [
        *(sys.executable, "-m", "benchmarks.chat.waiting_workers", sandbox.openai_url),
        *(sandbox.evolution_url, stage.channels[0].instance_name, str(REFERENCE_SECONDS)),
    ]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _write(sandbox: Sandbox, stage: Stage) -> float:
    """Let each person write once, so many a second; return how long that took."""
    started = time.monotonic()
    for number, phone in enumerate(stage.phones):
        channel = stage.channels[number % len(stage.channels)]
        sandbox.write(channel.instance_name, phone, f"o rapaz foi la e resolveu aquilo da porta {number}")
        time.sleep(max(0.0, started + (number + 1) / RATE - time.monotonic()))
    return time.monotonic() - started


def _last_id() -> int:
    return OutboundMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _sent(began: int):
    return OutboundMessage.objects.filter(pk__gt=began, sent_at__isnull=False)


def _wait_for_answers(began: int, wanted: int) -> int:
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while (answered := _sent(began).count()) < wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    return answered


def _seconds_to_last(began: int) -> float:
    """Return the time from the first message that came to the last answer."""
    answered = _sent(began)
    last = answered.aggregate(at=Max("sent_at"))["at"]
    came = InboundMessage.objects.filter(conversation__in=answered.values("conversation"))
    return float((last - came.aggregate(at=Min("received_at"))["at"]).total_seconds()) if last else 1.0


def _list_delays(began: int) -> list[float]:
    """Return, for each answer, what it took beyond the window, OpenAI and the send itself."""
    sent = dict(_sent(began).values_list("conversation", "sent_at"))
    rows = InboundMessage.objects.filter(conversation__in=sent).order_by("pk")
    received = dict(rows.values_list("conversation", "received_at"))
    spent = WINDOW_SECONDS + OPENAI_SECONDS + SEND_SECONDS
    return [(sent[talk] - received[talk]).total_seconds() - spent for talk in sent]


def _list_window_errors() -> list[float]:
    """Return how late each conversation was begun after its window had ended."""
    rows = WorkItem.objects.filter(kind="whatsapp.converse", attempts=1, claimed_at__isnull=False)
    return [
        (begun - due).total_seconds()
        for begun, due in rows.values_list("claimed_at", "run_after")
        if begun and due
    ]


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values) or [0.0]
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _in_threads(works: list) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
