from django.apps import AppConfig

from inbox import sources


class NfseConfig(AppConfig):
    name = "nfse"
    verbose_name = "Notas"

    def ready(self) -> None:
        from nfse import checks, receivers  # noqa: F401 - importing registers them
        from nfse.services.notes.webhook import PLUGNOTAS

        sources.register(PLUGNOTAS)
