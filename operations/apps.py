from importlib import import_module

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = "Operação"

    def ready(self) -> None:
        import_module("operations.health")
