"""Serper, with something happening on the way: a worker killed, a buyer who cancels.

Named in LEADS_SEARCH_PROVIDERS like any provider. `happenings` says what happens before a page is asked.
"""

from collections.abc import Callable

from django.db import connection

from leads.gateways.base import PlacePage, PlaceQuery
from leads.gateways.serper import SerperProvider

PATH = f"{__name__}.EventfulProvider"
happenings: dict[int, Callable[[], None]] = {}
"""Page number → what happens once, before that page is asked for, in a thread of the run."""


class Killed(BaseException):
    """The worker process is gone: nothing catches this, nothing is recorded."""


def kill() -> None:
    raise Killed


class EventfulProvider(SerperProvider):
    def search(self, query: PlaceQuery, page: int) -> PlacePage:
        happening = happenings.pop(page, None)
        if happening:
            try:
                happening()
            finally:
                connection.close()
        return super().search(query, page)
