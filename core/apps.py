from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import checks, crypto  # noqa: F401 - importing registers the checks

        crypto.validate_keys()
