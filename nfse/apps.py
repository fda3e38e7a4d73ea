from django.apps import AppConfig


class NfseConfig(AppConfig):
    name = "nfse"
    verbose_name = "Notas"

    def ready(self) -> None:
        from nfse import checks, receivers  # noqa: F401 - importing registers them
