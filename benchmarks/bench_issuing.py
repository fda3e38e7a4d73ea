"""A yes that becomes a stored request, beside bare INSERTs of the same rows in one transaction.

What is ours on top: rights, gates, the company's lock, the mirror once more, all local rules, the number and
the bytes. For the national gateway the reference opens the PFX and signs too (cryptography, signxml).
"""

import time
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count

from benchmarks.figures import Figure, alternate

NOTES = 25
GOAL_STORED = 0.025
GOAL_SIGNED = 0.3
ROWS = ("nfse_invoicerequest", "nfse_requestevent", "queue_worker_workitem")


def run() -> list[Figure]:
    from benchmarks.nfse_rows import make_office

    cents, ids = count(100_00), count(10**9)
    figures = []
    for number, gateway, name, goal in (
        (1, "plugnotas", "confirm, PlugNotas, beside bare INSERTs", GOAL_STORED),
        (2, "national", "confirm, national, beside PFX, signature and INSERTs", GOAL_SIGNED),
    ):
        office = make_office(number, gateway)
        sample = _confirm_one(office, cents)
        sign = _make_signing() if gateway == "national" else None
        ours, reference = alternate(
            lambda office=office: _confirm(office, cents),
            lambda sample=sample, sign=sign: _insert(sample, ids, sign),
        )
        figures.append(
            Figure.rate(name, ours=NOTES / ours, reference=NOTES / reference, unit="notes/s", goal=goal)
        )
    return figures


def _confirm_one(office, cents: Iterator[int]) -> int:
    from nfse.services.issuing.confirming import confirm_request
    from nfse.services.issuing.preparing import prepare_request

    note = office.note(Decimal(next(cents)) / 100)
    mirror = prepare_request(**office.who, note=note)
    assert mirror.can_confirm, mirror.problems
    request = confirm_request(**office.who, note=note, mirror_hash=mirror.hash, form_key=uuid.uuid4())
    return request.pk


def _confirm(office, cents: Iterator[int]) -> float:
    """Seconds for the yeses alone; their mirrors were seen before."""
    from nfse.services.issuing.confirming import confirm_request
    from nfse.services.issuing.preparing import prepare_request

    notes = [office.note(Decimal(next(cents)) / 100) for _ in range(NOTES)]
    seen = [(note, prepare_request(**office.who, note=note).hash) for note in notes]
    started = time.perf_counter()
    for note, mirror_hash in seen:
        confirm_request(**office.who, note=note, mirror_hash=mirror_hash, form_key=uuid.uuid4())
    return time.perf_counter() - started


def _insert(request_id: int, ids: Iterator[int], sign: Callable[[], object] | None) -> float:
    """Seconds for the same rows, their values ready, by plain SQL."""
    from django.db import connection, transaction

    rows = [_read_rows(request_id, next(ids)) for _ in range(NOTES)]
    started = time.perf_counter()
    for of_note in rows:
        if sign:
            sign()
        with transaction.atomic(), connection.cursor() as cursor:
            for table, values in of_note:
                cursor.execute(
                    f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})",
                    list(values.values()),
                )
    return time.perf_counter() - started


def _read_rows(request_id: int, new_id: int) -> list[tuple[str, dict[str, object]]]:
    """The request, its history and its work under new ids."""
    where = ("id = %s", "request_id = %s", "ordering_key = %s")
    keys = (request_id, request_id, f"nfse.request:{request_id}")
    rows = [(table, _read(table, on, key)) for table, on, key in zip(ROWS, where, keys, strict=True)]
    (_, request), (_, event), (_, work) = rows
    request |= {"form_key": uuid.uuid4(), "integration_id": uuid.uuid4().hex, "number": new_id}
    request["dps_id"] = request["dps_id"] and f"DPS{new_id}"
    event["request_id"] = new_id
    work |= {"dedupe_key": f"bench:{new_id}", "ordering_key": f"bench:{new_id}"}
    for row in (request, event, work):
        row["id"] = new_id
    return rows


def _read(table: str, where: str, key: object) -> dict[str, object]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY id LIMIT 1", [key])
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def _make_signing() -> Callable[[], object]:
    """The bare work of a signature: the key out of its PFX, and signxml."""
    from datetime import UTC, datetime

    from benchmarks.bench_dps import bare_sign, make_snapshot
    from benchmarks.nfse_rows import PASSWORD, make_issuer_pfx
    from fiscal.documents.certificates import open_pfx
    from fiscal.documents.dps import build_dps

    data = make_issuer_pfx()
    unsigned = build_dps(make_snapshot(), series=900, number=1, issued_at=datetime.now(UTC))
    return lambda: bare_sign(unsigned, open_pfx(data, PASSWORD))
