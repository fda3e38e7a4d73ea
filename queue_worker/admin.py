"""Operators look at items here; they act at /operacao/fila/ only, so that each act leaves a line."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from queue_worker.models import PeriodicRun, Worker, WorkItem


class ReadOnlyAdmin(admin.ModelAdmin):
    """Looking is allowed to every operator; rows change through services only."""

    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return self._is_operator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def _is_operator(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff


@admin.register(WorkItem)
class WorkItemAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "status", "attempts", "run_after", "created_at", "finished_at")
    list_filter = ("status", "queue", "kind")
    search_fields = ("=id", "=request_id", "=ordering_key", "=dedupe_key")
    ordering = ("-id",)
    exclude = ("payload", "result")  # shown masked at /operacao/fila/


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ("name", "queues", "threads", "running", "seen_at")
    ordering = ("name",)


@admin.register(PeriodicRun)
class PeriodicRunAdmin(ReadOnlyAdmin):
    list_display = ("name", "started_at", "finished_at", "succeeded", "result")
    ordering = ("name",)
