from django.apps import AppConfig


class QueueWorkerConfig(AppConfig):
    name = "queue_worker"
    verbose_name = "Fila"
