"""CSV of 100,000 leads: against COPY of the same columns, and its memory against that of 10,000.

COPY writes what the tables hold; the product also decides what is shown, formats it for a reader and makes
formulas harmless, in Python. What must hold is that memory does not grow with the file.
"""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import Figure, alternate

ROWS = 100_000
FEW = 10_000
KILOBYTES = 1024


def run() -> list[Figure]:
    from benchmarks.leads_rows import make_account, make_companies, make_search, own

    company_ids = make_companies(ROWS)
    many, few = make_search(make_account(), ROWS), make_search(make_account(), ROWS)
    own(many, company_ids)
    own(few, company_ids[:FEW])
    ours, reference = alternate(lambda: _export(many), lambda: _copy(many), rounds=3)
    return [
        Figure.rate(
            f"CSV of {ROWS:,} leads, beside COPY",
            ours=ROWS / ours,
            reference=ROWS / reference,
            unit="rows/s",
            goal=0.03,
        ),
        Figure.cost(
            f"CSV, memory at {ROWS:,} and {FEW:,} rows",
            ours=_peak_in_process(many),
            reference=_peak_in_process(few),
            unit="MB",
            goal=0.95,
        ),
    ]


def _export(search) -> float:
    from leads.services.exports import export_search

    started = time.perf_counter()
    export = export_search(account_id=search.account_id, user_id=search.created_by_id, search_id=search.pk)
    size = sum(len(chunk) for chunk in export.chunks)
    assert size > export.row_count * 100
    return time.perf_counter() - started


def _copy(search) -> float:
    """Let PostgreSQL write the rows that the export reads, all columns of the same query."""
    from django.db import connection

    from leads.selectors.accesses import list_accesses

    sql, parameters = list_accesses(search.account_id, search.pk).query.sql_with_params()
    started = time.perf_counter()
    with (
        connection.cursor() as cursor,
        cursor.copy(
            f"COPY ({sql}) TO STDOUT WITH (FORMAT csv, DELIMITER ';', FORCE_QUOTE *)", parameters
        ) as copy,
    ):
        for _ in copy:
            pass
    return time.perf_counter() - started


def _peak_in_process(search) -> float:
    """Megabytes of a fresh process at its largest, after the export."""
    output = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_csv", str(search.pk)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(output.stdout)


def _measure(search_id: int) -> None:
    import django

    django.setup()
    from leads.models import Search

    _export(Search.objects.get(pk=search_id))
    print(_peak_kilobytes() / KILOBYTES)


def _peak_kilobytes() -> int:
    """Of this process alone: ru_maxrss would hold what the parent had before it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


if __name__ == "__main__":
    _measure(int(sys.argv[1]))
