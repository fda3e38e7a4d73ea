from django.apps import AppConfig

from credits import checks, references
from registry import common_words


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads"

    def ready(self) -> None:
        from leads.selectors.ledger import find_delivery_differences
        from leads.selectors.references import name_searches
        from leads.selectors.searches import SEARCH_REFERENCE
        from leads.vocabulary import indexed_out_words

        common_words.register(indexed_out_words)
        checks.register("deliveries", find_delivery_differences)
        references.register(SEARCH_REFERENCE, name_searches)
