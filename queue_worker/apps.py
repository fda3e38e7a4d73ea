from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class QueueWorkerConfig(AppConfig):
    name = "queue_worker"
    verbose_name = "Fila"

    def ready(self) -> None:
        from queue_worker.registry import register_apps

        register_apps()
        for module in settings.QUEUE_EXTRA_HANDLERS:
            import_module(module)
        for module in ("health", "pulse", "receivers"):
            import_module(f"queue_worker.{module}")
