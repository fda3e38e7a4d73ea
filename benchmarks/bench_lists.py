"""Pages of leads and searches: what reading them costs over the bare SQL, and that it does not grow."""

import time
from collections.abc import Callable
from typing import Any

from benchmarks.figures import Figure, alternate

SMALL, LARGE = 60, 600
PAGE = 50
REPEATS = 20
MOST_PAGE_QUERIES = 12


def run() -> list[Figure]:
    from benchmarks.leads_rows import make_account, make_companies, make_search, own

    company_ids = make_companies(LARGE)
    few, many = make_account(), make_account()
    small, large = make_search(few, LARGE), make_search(many, LARGE)
    own(small, company_ids[:SMALL])
    own(large, company_ids)
    for _ in range(40):
        make_search(many, 10)
    reads = {
        "leads of a search": _search_page,
        "Minha base": _base_page,
        "Minhas buscas": _searches_page,
    }
    figures = []
    for name, read in reads.items():
        figures += _compare(name, read, few, small, many, large)
    return [*figures, _pages(many, large)]


def _compare(name: str, read: Callable[..., Any], few, small, many, large) -> list[Figure]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as for_few:
        list(read(few, small))
    with CaptureQueriesContext(connection) as for_many:
        list(read(many, large))
    assert not any("enrichment" in query["sql"] for query in for_many)
    sql = for_many[-1]["sql"]
    ours, reference = alternate(
        lambda: _time(lambda: list(read(many, large))), lambda: _time(lambda: _bare(sql))
    )
    return [
        Figure.cost(f"{name}, page of {LARGE} rows", ours=ours, reference=reference, unit="s", goal=0.2),
        Figure.cost(
            f"{name}, queries at {LARGE} and {SMALL} rows",
            ours=len(for_many),
            reference=len(for_few),
            unit="queries",
            goal=1,
        ),
    ]


def _search_page(account, search):
    from leads.selectors.accesses import list_accesses
    from leads.visibility import visible_leads

    return visible_leads(list_accesses(account.pk, search.pk)[:PAGE])


def _base_page(account, _search):
    from leads.selectors.accesses import list_my_base
    from leads.visibility import visible_leads

    return visible_leads(list_my_base(account.pk)[:PAGE])


def _searches_page(account, _search):
    from leads.selectors.searches import list_searches

    return [(search.niche.name, search.city.label) for search in list_searches(account.pk)[:20]]


def _bare(sql: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _time(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    for _ in range(REPEATS):
        act()
    return (time.perf_counter() - started) / REPEATS


def _pages(account, search) -> Figure:
    """The whole page of a search with 600 leads, as a signed-in buyer gets it (O22)."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    client = Client(SERVER_NAME="localhost")
    client.force_login(account.memberships.get().user)
    url = reverse("leads:search", args=[search.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return Figure.cost(
        f"page of a search with {LARGE} leads, limit",
        ours=len(captured),
        reference=MOST_PAGE_QUERIES,
        unit="queries",
        goal=1,
    )
