"""The engine of a search (docs/leads.md)."""

from leads.services.search_run.run import run_search

__all__ = ["run_search"]
