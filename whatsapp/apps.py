from django.apps import AppConfig

from inbox import sources


class WhatsappConfig(AppConfig):
    name = "whatsapp"
    verbose_name = "WhatsApp"

    def ready(self) -> None:
        from whatsapp import checks, receivers  # noqa: F401 - importing registers them
        from whatsapp.services.webhook import WHATSAPP

        sources.register(WHATSAPP)
