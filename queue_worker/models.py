"""The row is the job (R52): what must be done, who does it until when, and how it ended."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from queue_worker.queues import Queue


class WorkItem(models.Model):
    """One piece of work. Written by `services` only, with statements that the database checks."""

    class Status(models.TextChoices):
        PENDING = "pending", "Na fila"
        PROCESSING = "processing", "Em execução"
        DONE = "done", "Concluído"
        DEAD = "dead", "Falhou de vez"
        CANCELLED = "cancelled", "Cancelado"

    OPEN: ClassVar[tuple[str, ...]] = (Status.PENDING, Status.PROCESSING)

    kind = models.CharField("tipo", max_length=64)
    queue = models.CharField("fila", max_length=8, choices=Queue.choices)
    payload = models.JSONField("dados")
    dedupe_key = models.CharField(max_length=200, null=True)
    ordering_key = models.CharField(max_length=200, null=True)
    concurrency_key = models.CharField(max_length=200, null=True)
    concurrency_limit = models.PositiveSmallIntegerField(null=True)
    concurrency_slot = models.PositiveSmallIntegerField(null=True)
    priority = models.SmallIntegerField("prioridade", default=100, help_text="lower runs first")
    status = models.CharField(
        "estado", max_length=10, choices=Status.choices, default=Status.PENDING, db_default=Status.PENDING
    )
    run_after = models.DateTimeField("executar a partir de", db_default=Now())
    postpone_until = models.DateTimeField(
        "adiável até", null=True, help_text="how far later enqueues of the same key may move run_after"
    )
    attempts = models.PositiveIntegerField(
        "tentativas", default=0, db_default=0, help_text="counted at the claim"
    )
    max_attempts = models.PositiveIntegerField("limite de tentativas")
    must_ask = models.BooleanField("conferir antes", default=False, db_default=False)
    lease_length = models.DurationField()
    lease_owner = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField("último sinal", null=True)
    worker = models.CharField("processo", max_length=120, blank=True, db_default="")
    result = models.JSONField("resultado", null=True)
    last_error = models.TextField("último erro", blank=True, db_default="")
    history = models.JSONField("histórico", default=list, db_default=models.Value([], models.JSONField()))
    request_id = models.CharField("código da requisição", max_length=64, blank=True, db_default="")
    created_at = models.DateTimeField("criado em", db_default=Now())
    claimed_at = models.DateTimeField("iniciado em", null=True)
    finished_at = models.DateTimeField("terminado em", null=True)

    class Meta:
        verbose_name = "trabalho"
        verbose_name_plural = "trabalhos"
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "dedupe_key"],
                condition=Q(status="pending", dedupe_key__isnull=False),
                name="queue_worker_dedupe_pending",
            ),
            models.UniqueConstraint(
                fields=["ordering_key"],
                condition=Q(status="processing", ordering_key__isnull=False),
                name="queue_worker_one_per_ordering",
            ),
            models.UniqueConstraint(
                fields=["kind", "concurrency_key", "concurrency_slot"],
                condition=Q(status="processing", concurrency_key__isnull=False),
                name="queue_worker_slot_unique",
            ),
            models.CheckConstraint(
                condition=Q(queue__in=Queue.values),
                name="queue_worker_queue_known",
            ),
            models.CheckConstraint(
                condition=Q(concurrency_key__isnull=True) | Q(concurrency_limit__gte=1),
                name="queue_worker_key_has_limit",
            ),
            models.CheckConstraint(
                condition=~Q(status="processing")
                | Q(lease_owner__isnull=False, lease_until__isnull=False, claimed_at__isnull=False),
                name="queue_worker_processing_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(status="processing")
                | Q(concurrency_key__isnull=True)
                | Q(concurrency_slot__gte=1),
                name="queue_worker_processing_has_slot",
            ),
        )
        indexes = (
            models.Index(
                fields=["queue", "priority", "run_after", "id"],
                condition=Q(status="pending"),
                name="queue_worker_due",
            ),
            models.Index(
                fields=["ordering_key", "id"],
                condition=Q(status__in=["pending", "processing"], ordering_key__isnull=False),
                name="queue_worker_ordering",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(status="processing"),
                name="queue_worker_lease",
            ),
            models.Index(
                fields=["status", "-finished_at"],
                condition=Q(status__in=["done", "dead", "cancelled"]),
                name="queue_worker_finished",
            ),
            GinIndex(fields=["payload"], opclasses=["jsonb_path_ops"], name="queue_worker_payload"),
        )

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Worker(models.Model):
    """A worker process that says it is alive. One row per node; a silent one is dead (O13)."""

    name = models.CharField("nome", max_length=120, unique=True)
    queues = models.JSONField("filas", default=list)
    threads = models.PositiveSmallIntegerField("execuções simultâneas")
    running = models.PositiveSmallIntegerField("em execução", default=0)
    stuck = models.JSONField("presos", default=list, help_text="items whose lease is gone and that still run")
    troubles = models.JSONField(
        "provedores com problema", default=list, db_default=models.Value([], models.JSONField())
    )
    started_at = models.DateTimeField("no ar desde")
    seen_at = models.DateTimeField("último sinal")

    class Meta:
        verbose_name = "processo"

    def __str__(self) -> str:
        return self.name


class PeriodicRun(models.Model):
    """The last run of one periodic job, and how it ended (O18)."""

    name = models.CharField("nome", max_length=120, unique=True)
    started_at = models.DateTimeField("último início")
    finished_at = models.DateTimeField("último fim", null=True)
    succeeded = models.BooleanField("deu certo", null=True)
    result = models.TextField("resultado", blank=True)

    class Meta:
        verbose_name = "tarefa periódica"
        verbose_name_plural = "tarefas periódicas"

    def __str__(self) -> str:
        return self.name
