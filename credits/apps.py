from django.apps import AppConfig


class CreditsConfig(AppConfig):
    name = "credits"
    verbose_name = "Créditos"

    def ready(self) -> None:
        from credits import receivers

        receivers.connect(self)
