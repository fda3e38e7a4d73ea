"""The figures of the database and of Redis that Prometheus asks for, read at that moment (O13)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django_redis import get_redis_connection
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis.exceptions import RedisError

from core.disks import list_disks
from credits.models import LedgerEntry, Wallet
from nfse.models import InvoiceRequest
from operations.selectors.machine import list_reports
from queue_worker.health import WORKER_SECONDS
from queue_worker.queues import Queue
from queue_worker.selectors import find_oldest_due_seconds, list_kind_summaries, list_live_workers
from whatsapp.models import AiCall, OutboundMessage, Session

BROKER_SECONDS = 1
LEDGER_SECONDS = 300  # summing every entry is not for each question
RECENT = timedelta(days=1)
MILLIONTH = 1_000_000


class Figures:
    """Everything below, asked one after another. What is away tells so and hides nothing else."""

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("nitro_up", "Whether this part answered", labels=["part"])
        for part, readers in PARTS.items():
            try:
                yield from [metric for read in readers for metric in read()]
            except (DatabaseError, InterfaceError, RedisError, OSError):
                up.add_metric([part], 0)
            else:
                up.add_metric([part], 1)
        yield up


def read_queue() -> Iterator[Metric]:
    items = GaugeMetricFamily("nitro_work_items", "Open and dead work", labels=["kind", "state"])
    for summary in list_kind_summaries():
        for state in ("waiting", "running", "failed", "dead"):
            items.add_metric([summary.kind, state], getattr(summary, state))
    ages = GaugeMetricFamily("nitro_oldest_due_seconds", "Age of the oldest due work", labels=["queue"])
    for queue in Queue.values:
        ages.add_metric([queue], find_oldest_due_seconds(queue) or 0)
    workers = GaugeMetricFamily("nitro_workers", "Living workers, and beat", labels=["queue"])
    live = [worker.queues or ["beat"] for worker in list_live_workers(seconds=WORKER_SECONDS)]
    for queue in [*Queue.values, "beat"]:
        workers.add_metric([queue], sum(queue in queues for queues in live))
    yield from (items, ages, workers)


def read_business() -> Iterator[Metric]:
    yield _by("nitro_invoices", "Invoices by state", InvoiceRequest.objects.all(), "state")
    yield _by("nitro_chat_sessions", "Chat sessions by state", Session.objects.all(), "state")
    yield _by("nitro_chat_messages", "Messages to send by state", OutboundMessage.objects.all(), "state")
    yield GaugeMetricFamily("nitro_ledger_drift", "Credits that no entry explains", value=_ledger_drift())
    frozen = Wallet.objects.filter(frozen_at__isnull=False).count()
    yield GaugeMetricFamily("nitro_wallets_frozen", "Wallets stopped by check_ledger", value=frozen)


def read_ai() -> Iterator[Metric]:
    recent = AiCall.objects.filter(at__gte=timezone.now() - RECENT)
    yield _by("nitro_ai_calls_day", "Calls of the model in 24 hours", recent, "outcome")
    sums = recent.aggregate(tokens_in=Sum("tokens_in"), tokens_out=Sum("tokens_out"), cost=Sum("cost"))
    tokens = GaugeMetricFamily("nitro_ai_tokens_day", "Tokens in 24 hours", labels=["way"])
    tokens.add_metric(["in"], sums["tokens_in"] or 0)
    tokens.add_metric(["out"], sums["tokens_out"] or 0)
    yield tokens
    dollars = (sums["cost"] or 0) / MILLIONTH
    yield GaugeMetricFamily("nitro_ai_dollars_day", "Cost in 24 hours, US dollars", value=dollars)


def read_machine() -> Iterator[Metric]:
    """Ages instead of moments: an alert is one comparison."""
    now = timezone.now()
    reported = GaugeMetricFamily(
        "nitro_machine_good_seconds", "Seconds since this last went well", labels=["subject"]
    )
    left = GaugeMetricFamily("nitro_machine_left_seconds", "Seconds until this ends", labels=["subject"])
    for subject, report in list_reports().items():
        if report.succeeded_at:
            reported.add_metric([subject], (now - report.succeeded_at).total_seconds())
        if report.ends_at:
            left.add_metric([subject], (report.ends_at - now).total_seconds())
    free = GaugeMetricFamily("nitro_disk_free_percent", "Free room", labels=["path"])
    for disk in list_disks():
        free.add_metric([disk.path], disk.free_percent)
    yield from (reported, left, free)


def read_connections() -> Iterator[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'none'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        rows = cursor.fetchall()
    metric = GaugeMetricFamily("nitro_database_connections", "Connections by state", labels=["state"])
    for state, count in rows:
        metric.add_metric([state], count)
    yield metric


def read_cache() -> Iterator[Metric]:
    yield from _read_redis("cache", get_redis_connection("default").info())


def read_broker() -> Iterator[Metric]:
    with redis.Redis.from_url(
        settings.BROKER_URL, socket_connect_timeout=BROKER_SECONDS, socket_timeout=BROKER_SECONDS
    ) as broker:
        yield from _read_redis("broker", broker.info())


PARTS: dict[str, tuple[Callable[[], Iterator[Metric]], ...]] = {
    "database": (read_queue, read_business, read_ai, read_machine, read_connections),
    "cache": (read_cache,),
    "broker": (read_broker,),
}


def _read_redis(name: str, info: dict[str, Any]) -> Iterator[Metric]:
    for figure, text in (
        ("keyspace_hits", "Keys found"),
        ("keyspace_misses", "Keys looked for in vain"),
        ("evicted_keys", "Keys thrown out for room"),
    ):
        yield CounterMetricFamily(f"nitro_{name}_{figure}", text, value=info[figure])
    yield GaugeMetricFamily(f"nitro_{name}_memory_bytes", "Memory in use", value=info["used_memory"])
    yield GaugeMetricFamily(f"nitro_{name}_memory_limit_bytes", "Its limit", value=info["maxmemory"])


def _by(name: str, text: str, rows: QuerySet, column: str) -> Metric:
    metric = GaugeMetricFamily(name, text, labels=[column])
    for value, count in rows.order_by().values_list(column).annotate(Count("pk")):
        metric.add_metric([value], count)
    return metric


def _ledger_drift() -> int:
    """Return by how much all balances differ from all entries; may be five minutes old."""
    drift = cache.get_or_set("operations.ledger_drift", _sum_ledger, LEDGER_SECONDS)
    return int(drift or 0)


def _sum_ledger() -> int:
    balances = Wallet.objects.aggregate(sum=Sum("balance"))["sum"] or 0
    entries = LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"] or 0
    return int(abs(balances - entries))
