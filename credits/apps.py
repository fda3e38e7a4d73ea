from django.apps import AppConfig


class CreditsConfig(AppConfig):
    name = "credits"
    verbose_name = "Créditos"

    def ready(self) -> None:
        from credits import receivers, references
        from credits.selectors.orders import name_orders
        from credits.services.stripe_events import STRIPE
        from inbox import sources

        receivers.connect(self)
        references.register("order", name_orders)
        sources.register(STRIPE)
