"""Pages of the lead buyer: fetch what is the account's, read the form, make one call, answer."""

from leads.views.base import my_base
from leads.views.catalog import search_cities, search_niches
from leads.views.companies import company
from leads.views.dashboard import dashboard
from leads.views.exports import export_base, export_search
from leads.views.searches import (
    archive_search,
    cancel_search,
    repeat_search,
    search,
    search_status,
    searches,
    start_search,
)

__all__ = [
    "archive_search",
    "cancel_search",
    "company",
    "dashboard",
    "export_base",
    "export_search",
    "my_base",
    "repeat_search",
    "search",
    "search_cities",
    "search_niches",
    "search_status",
    "searches",
    "start_search",
]
