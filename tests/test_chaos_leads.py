"""Buyers search at once, one call in five fails, workers are killed: nothing stuck, lost, doubled or wrong.

Small by default; `make chaos` runs 8 buyers with 20 searches each and prints what it measured.
"""

import time

import pytest
from django.core.management import call_command

from credits.checks import list_checks
from leads.models import Search
from queue_worker.models import WorkItem
from queue_worker.tests.processes import House, Process, open_house, wait_until
from sandbox.testing import Sandbox
from tests.support import chaos

pytestmark = [pytest.mark.processes]
PAUSE = "0.5"  # seconds of the first wait for a provider that is away; the product's own are longer


@pytest.fixture
def house(transactional_db, tmp_path):
    with open_house(tmp_path) as house:
        yield house


def start_io(house: House, name: str, sandbox: Sandbox) -> tuple[str, Process]:
    variables = {"LEADS_PROVIDER_WAIT_SECONDS": PAUSE, **sandbox.settings}
    return f"{name}@test", house.start_worker(name, "io", 16, **variables)


def kill_at_work(node: str, process: Process, leads: int, seconds: float) -> int:
    """Kill the worker once this many leads are delivered and it holds work; return how much it held."""
    held = WorkItem.objects.filter(status="processing", worker=node)
    wait_until(
        lambda: (chaos.count_delivered() >= leads and held.exists()) or not chaos.list_open_searches(),
        seconds,
    )
    process.kill()
    return held.count()


def test_a_crowd_survives_failing_providers_and_dying_workers(house, sandbox, capsys):
    crowd = chaos.Crowd.from_environment()
    call_command("load_catalogs", verbosity=0)
    for fault in chaos.FAULTS:
        sandbox.fail("*", **fault)
    workers = [start_io(house, "first", sandbox), start_io(house, "second", sandbox)]
    house.start_beat()
    started = time.monotonic()
    accounts = chaos.start_crowd(crowd)
    house.ring(times=2)

    held = []
    for number, share in enumerate((0.2, 0.5)):
        held.append(kill_at_work(*workers.pop(0), int(crowd.wanted * share), crowd.seconds))
        workers.append(start_io(house, f"heir{number}", sandbox))
    wait_until(lambda: not chaos.list_open_searches(), crowd.seconds)
    seconds = time.monotonic() - started
    wait_until(lambda: not WorkItem.objects.filter(status__in=["pending", "processing"]).exists(), 90)

    counts, delivered = sandbox.counts(), chaos.count_delivered()
    with capsys.disabled():
        chaos.show(crowd, seconds=seconds, counts=counts, held=held)
    sandbox.heal()
    assert all(held)
    assert Search.objects.filter(status__in=Search.FINAL).count() == crowd.buyers * crowd.searches
    assert WorkItem.objects.exclude(status="done").count() == 0
    assert [difference.detail for find in list_checks().values() for difference in find()] == []
    assert list(chaos.list_unpaid_differences(accounts)) == []
    assert list(chaos.list_companies_of_other_cities()) == []
    assert list(chaos.list_wrong_deliveries(sandbox)) == []
    assert sum(counts["by_fault"].values()) > counts["total"] * 0.15
    assert delivered > crowd.wanted * 0.5
