"""Pages of a firm with 2,000 companies and 200,000 notes: whole pages beside their own bare SQL.

Each page is asked as a signed-in owner gets it, of a small firm and of the large one: the same number of
queries, and little time beyond what PostgreSQL takes for the very statements of the page. Time and memory
have limits too: the filters name all 2,000 companies, so that their pages are longer than a small firm's.
"""

import re
import time
import tracemalloc
from collections.abc import Callable

from benchmarks.figures import Figure, alternate

SMALL = {"companies": 30, "takers": 40, "notes": 300}
LARGE = {"companies": 2_000, "takers": 5_000, "notes": 200_000}
PAGES = {
    "notes": "/notas/emitidas/",
    "notes, searched": "/notas/emitidas/?q=Cliente+77",
    "notes, page 500": "/notas/emitidas/?page=500",
    "companies": "/notas/empresas/",
    "takers": "/notas/tomadores/",
    "dashboard": "/notas/",
}
REPEATS = 3
CURSOR = re.compile(r'^DECLARE "\w+" .*?CURSOR .*?FOR ')
GOAL_TIME = 0.05
MOST_BYTES = 4 * 2**20
MOST_SECONDS = 1.0


def run() -> list[Figure]:
    from django.test import Client

    from benchmarks.nfse_rows import fill, make_office

    clients = []
    for number, size in ((11, SMALL), (12, LARGE)):
        office = make_office(number, "plugnotas")
        fill(office, **size)
        client = Client(SERVER_NAME="localhost")
        client.force_login(office.owner)
        clients.append(client)
    figures = []
    for name, address in PAGES.items():
        figures += _measure(name, address, *clients)
    return figures


def _measure(name: str, address: str, small, large) -> list[Figure]:
    few, many = _queries(small, address), _queries(large, address)
    ours, bare = alternate(
        lambda: _seconds(lambda: _get(large, address)), lambda: _seconds(lambda: _run(many))
    )
    return [
        Figure.cost(f"{name}: page beside its SQL", ours=ours, reference=bare, unit="s", goal=GOAL_TIME),
        Figure.cost(f"{name}: page, limit", ours=ours, reference=MOST_SECONDS, unit="s", goal=1),
        Figure.cost(
            f"{name}: large beside small", ours=len(many), reference=len(few), unit="queries", goal=1
        ),
        Figure.cost(
            f"{name}: memory, limit", ours=_peak(large, address), reference=MOST_BYTES, unit="B", goal=1
        ),
    ]


def _get(client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content


def _queries(client, address: str) -> list[str]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    _get(client, address)
    with CaptureQueriesContext(connection) as captured:
        _get(client, address)
    return [CURSOR.sub("", query["sql"]) for query in captured]


def _run(statements: list[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
            if cursor.description:
                cursor.fetchall()


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(REPEATS):
        act()
    return (time.perf_counter() - started) / REPEATS


def _peak(client, address: str) -> int:
    """Bytes that Python holds at most while it makes the page."""
    tracemalloc.start()
    _get(client, address)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
