"""Notes through both gateways while answers get lost and workers are killed: exactly one note for each yes.

Small by default; `make chaos-nfse` confirms 1,000 through each gateway and prints what it measured.
"""

import os
import time
from collections import Counter
from uuid import uuid4

import pytest

from nfse.models import Invoice, InvoiceRequest
from nfse.services.issuing.confirming import confirm_request
from nfse.services.issuing.preparing import prepare_request
from nfse.states import OPEN, State
from nfse.tests.firms import make_office
from nfse.tests.issuing import Shop, make_shop
from queue_worker.models import WorkItem
from queue_worker.tests.processes import House, Process, open_house, wait_until
from sandbox.testing import Sandbox

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
NOTES = int(os.environ.get("CHAOS_NOTES", "40"))  # through each gateway
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
def house(transactional_db, tmp_path):
    with open_house(tmp_path) as house:
        yield house


def start_io(house: House, name: str, sandbox: Sandbox) -> tuple[str, Process]:
    variables = {"NFSE_WAIT_SCALE": SCALE, **sandbox.settings}
    return f"{name}@test", house.start_worker(name, "io", 12, **variables)


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
    """Kill the worker once so many requests are left and it holds work; return how much it held."""
    held = WorkItem.objects.filter(status="processing", worker=node)
    wait_until(lambda: count_open() <= left and (held.exists() or not count_open()), SECONDS)
    process.kill()
    return held.count()


def test_each_yes_becomes_exactly_one_note(house, sandbox, capsys):
    shops = [make_shop(make_office(1), sandbox, "national"), make_shop(make_office(2), sandbox, "plugnotas")]
    confirm_all(shops)
    break_things(sandbox)
    workers = [start_io(house, "first", sandbox), start_io(house, "second", sandbox)]
    house.start_beat()
    started = time.monotonic()
    house.ring(times=4)

    held = []
    for number, share in enumerate((0.8, 0.4)):
        held.append(kill_at_work(*workers.pop(0), int(NOTES * len(shops) * share)))
        workers.append(start_io(house, f"heir{number}", sandbox))
    wait_until(lambda: not count_open(), SECONDS)
    seconds = time.monotonic() - started

    counts = sandbox.counts()
    sandbox.heal()
    attempts = Counter(InvoiceRequest.objects.values_list("attempts", flat=True))
    with capsys.disabled():
        print(  # noqa: T201
            f"\n  {NOTES} notes x 2 gateways in {seconds:.1f} s; sends of a request: {dict(attempts)};"
            f" adopted: {Invoice.objects.filter(is_adopted=True).count()};"
            f" failed calls: {sum(counts['by_fault'].values())} of {counts['total']};"
            f" work items held by killed workers: {held}"
        )
    assert [shop.count() for shop in shops] == [NOTES, NOTES]
    assert Counter(InvoiceRequest.objects.values_list("state", flat=True)) == {State.ISSUED: 2 * NOTES}
    assert Invoice.objects.count() == 2 * NOTES
    assert sorted(InvoiceRequest.objects.values_list("number", flat=True)) == list(range(1, 2 * NOTES + 1))
    assert sum(counts["by_fault"].values()) > NOTES * 0.2
