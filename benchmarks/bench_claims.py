"""The queue's claim and record beside a bare SKIP LOCKED claim and update in raw psycopg."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.conf import settings
from django.db import connection, transaction

from benchmarks.figures import Figure, alternate
from queue_worker import runner
from queue_worker.models import WorkItem
from queue_worker.policy import Handler
from queue_worker.registry import register
from queue_worker.services import claim, enqueue, record_done

ITEMS = 400
ROUNDS = 11
KIND = "benchmarks.nothing"
GOAL_ALONE = 0.25  # order, limits, lease and fence for at most the price of four bare claims
GOAL_CROWD = 0.25
GOAL_RUNS = 0.2  # with lease keeper, logs, request id

BARE_TABLE = """
CREATE TABLE IF NOT EXISTS bench_bare_queue (
    id bigserial PRIMARY KEY, status text NOT NULL DEFAULT 'pending', payload jsonb NOT NULL);
CREATE INDEX IF NOT EXISTS bench_bare_due ON bench_bare_queue (id) WHERE status = 'pending';
TRUNCATE bench_bare_queue
"""
BARE_FILL = (
    "INSERT INTO bench_bare_queue (payload) SELECT jsonb_build_object('n', n) FROM generate_series(1, %s) n"
)
BARE_CLAIM = """
UPDATE bench_bare_queue SET status = 'processing' WHERE id = (
    SELECT id FROM bench_bare_queue WHERE status = 'pending' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, payload
"""
BARE_DONE = "UPDATE bench_bare_queue SET status = 'done' WHERE id = %s"


def do_nothing(*, n: int) -> None:
    """What remains is the queue itself."""


register([Handler(KIND, do_nothing)])


def run() -> list[Figure]:
    figures = []
    for name, step, threads, goal in (
        ("claims: claim + record, 1 thread", _claim_and_record, 1, GOAL_ALONE),
        ("claims: claim + record, 8 threads", _claim_and_record, 8, GOAL_CROWD),
        ("claims: whole run of an item, 1 thread", _run_one, 1, GOAL_RUNS),
    ):
        ours, reference = alternate(
            lambda s=step, t=threads: _measure(s, t), lambda t=threads: _measure_bare(t)
        )
        figures.append(Figure.rate(name, ours=ours, reference=reference, unit="items/s", goal=goal))
    _empty()
    return figures


def _measure(step: Callable[[], bool], threads: int) -> float:
    _empty()
    with transaction.atomic():
        for number in range(ITEMS):
            enqueue(kind=KIND, payload={"n": number})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE queue_worker_workitem")

    def work() -> None:
        try:
            while step():
                pass
        finally:
            connection.close()

    seconds = _time(work, threads)
    assert WorkItem.objects.filter(kind=KIND, status="done").count() == ITEMS
    return ITEMS / seconds


def _claim_and_record() -> bool:
    item = claim(queue="io", worker="bench")
    if item is None or item.lease_owner is None:
        return False
    return record_done(item_id=item.pk, token=item.lease_owner, ordering_key=None, result=None)


def _run_one() -> bool:
    item = claim(queue="io", worker="bench")
    return item is not None and runner.run(item) == "done"


def _measure_bare(threads: int) -> float:
    with _connect() as bare:
        bare.execute(BARE_TABLE)
        bare.execute(BARE_FILL, [ITEMS])
        bare.execute("ANALYZE bench_bare_queue")

    def work() -> None:
        with _connect() as bare:
            while (row := bare.execute(BARE_CLAIM).fetchone()) is not None:
                bare.execute(BARE_DONE, [row[0]])

    return ITEMS / _time(work, threads)


def _time(work: Callable[[], None], threads: int) -> float:
    with ThreadPoolExecutor(threads) as pool:
        started = time.perf_counter()
        for future in [pool.submit(work) for _ in range(threads)]:
            future.result()
        return time.perf_counter() - started


def _connect() -> psycopg.Connection:
    database = settings.DATABASES["default"]
    return psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        dbname=database["NAME"],
        autocommit=True,
    )


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE queue_worker_workitem")
