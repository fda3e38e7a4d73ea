"""Notes through both gateways while answers get lost, workers are killed and PostgreSQL restarts: exactly one
note for each yes.

Small by default; `make chaos-nfse` confirms 1,000 through each gateway and prints what it measured.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from embedded.servers import Postgres
from nfse.models import Invoice, InvoiceRequest
from nfse.services.issuing.confirming import confirm_request
from nfse.services.issuing.preparing import prepare_request
from nfse.states import OPEN, State
from nfse.tests.firms import make_office
from nfse.tests.issuing import Shop, make_shop
from queue_worker.models import WorkItem
from queue_worker.tests.processes import House, Process, open_house, wait_until
from sandbox.testing import Sandbox
from tests.support.own_postgres import own_postgres, restart

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
NOTES = int(os.environ.get("CHAOS_NOTES", "40"))  # through each gateway
WORKERS = int(os.environ.get("CHAOS_WORKERS", "2"))  # processes
THREADS = 24 // WORKERS  # of each
SECONDS = float(os.environ.get("CHAOS_SECONDS", "240"))
SCALE = "0.02"  # of the product's waits between questions
# Of a hundred sends about 35 meet one of these, of a hundred questions about 10.
SEND_FAULTS = (
    {"kind": "drop", "rate": 0.10, "seed": 1},
    {"kind": "drop_before", "rate": 0.05, "seed": 2},
    {"kind": "cut", "rate": 0.05, "seed": 3},
    {"kind": "garbage", "after_work": True, "rate": 0.05, "seed": 4},
    {"kind": "status", "status": 503, "after_work": True, "rate": 0.05, "seed": 5},
    {"kind": "status", "status": 502, "rate": 0.05, "seed": 6},
    {"kind": "work_later", "seconds": 0.5, "rate": 0.03, "seed": 7},
)
ASK_FAULTS = ({"kind": "status", "status": 503, "rate": 0.05}, {"kind": "drop", "rate": 0.05, "seed": 8})


@pytest.fixture
def postgres(django_db_blocker) -> Iterator[Postgres]:
    with django_db_blocker.unblock(), own_postgres() as server:
        yield server


@pytest.fixture
def house(postgres, tmp_path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


def start_io(house: House, name: str, sandbox: Sandbox) -> tuple[str, Process]:
    variables = {"NFSE_WAIT_SCALE": SCALE, **sandbox.settings}
    return f"{name}@test", house.start_worker(name, "io", THREADS, **variables)


def break_things(sandbox: Sandbox) -> None:
    for provider, path in (("sefin", "*/nfse"), ("plugnotas", "/nfse")):
        for fault in SEND_FAULTS:
            sandbox.fail(provider, path=path, method="POST", **fault)
        for fault in ASK_FAULTS:
            sandbox.fail(provider, method="GET", **fault)


def confirm_all(shops: list[Shop]) -> None:
    for number in range(NOTES):
        for shop in shops:
            note = shop.note(f"{100 + number}.00")
            seen = prepare_request(**shop.who, note=note)
            confirm_request(**shop.who, note=note, mirror_hash=seen.hash, form_key=uuid4())


def count_open() -> int:
    return InvoiceRequest.objects.filter(state__in=OPEN).count()


def kill_at_work(node: str, process: Process, left: int) -> int:
    """Kill the worker once this many requests are left and it holds work; return how much it held."""
    held = WorkItem.objects.filter(status="processing", worker=node)
    wait_until(lambda: count_open() <= left and (held.exists() or not count_open()), SECONDS)
    process.kill()
    return held.count()


def wait_for_share(share: float) -> None:
    wait_until(lambda: count_open() <= share * 2 * NOTES, SECONDS)


def test_each_yes_becomes_exactly_one_note(house, postgres, sandbox, capsys):
    shops = [make_shop(make_office(1), sandbox, "national"), make_shop(make_office(2), sandbox, "plugnotas")]
    confirm_all(shops)
    break_things(sandbox)
    workers = [start_io(house, f"worker{number}", sandbox) for number in range(WORKERS)]
    house.start_beat()
    started = time.monotonic()
    house.ring(times=2 * WORKERS)

    held = [kill_at_work(*workers.pop(0), int(NOTES * len(shops) * 0.8))]
    workers.append(start_io(house, "heir0", sandbox))
    wait_for_share(0.6)
    away = restart(postgres)
    held.append(kill_at_work(*workers.pop(0), int(NOTES * len(shops) * 0.4)))
    workers.append(start_io(house, "heir1", sandbox))
    wait_until(lambda: not count_open(), SECONDS)
    seconds = time.monotonic() - started

    counts = sandbox.counts()
    sandbox.heal()
    with capsys.disabled():
        show(seconds=seconds, away=away, held=held, counts=counts)
    assert [shop.count() for shop in shops] == [NOTES, NOTES]
    assert Counter(InvoiceRequest.objects.values_list("state", "attention")) == {
        (State.ISSUED, ""): 2 * NOTES
    }
    assert Invoice.objects.count() == 2 * NOTES
    assert sorted(InvoiceRequest.objects.values_list("number", flat=True)) == list(range(1, 2 * NOTES + 1))
    assert len(set(Invoice.objects.values_list("company", "number"))) == 2 * NOTES
    assert not WorkItem.objects.filter(status="dead").exists()
    assert sum(counts["by_fault"].values()) > NOTES * 0.2


def show(*, seconds: float, away: float, held: list[int], counts: dict[str, Any]) -> None:
    """Print what was measured, one line each."""
    attempts = Counter(InvoiceRequest.objects.values_list("attempts", flat=True))
    rows = {
        "notes": f"{NOTES} x 2 gateways, {WORKERS} workers x {THREADS} threads",
        "seconds": f"{seconds:.1f} ({2 * NOTES / seconds:.1f} notes a second)",
        "PostgreSQL away, seconds": round(away, 1),
        "work items held by killed workers": held,
        "sends of a request": dict(sorted(attempts.items())),
        "found after a doubt": Invoice.objects.filter(is_adopted=True).count(),
        "failed calls": f"{sum(counts['by_fault'].values())} of {counts['total']}",
        "work": dict(Counter(WorkItem.objects.values_list("status", flat=True))),
        "most attempts of an item": max(WorkItem.objects.values_list("attempts", flat=True)),
    }
    print("\n" + "\n".join(f"  {name}: {value}" for name, value in rows.items()))  # noqa: T201
