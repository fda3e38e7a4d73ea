from django.apps import AppConfig

from credits import checks


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads"

    def ready(self) -> None:
        from leads.selectors.ledger import find_delivery_differences

        checks.register("deliveries", find_delivery_differences)
