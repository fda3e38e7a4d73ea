"""A firm, a channel and people who may ask for notes; the processes that serve them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embedded.servers import free_port
from nfse.models import AuthorizedPhone, Company
from nfse.tests.firms import make_company, make_office
from sandbox.testing import Sandbox
from whatsapp.gateways.evolution_link import EVENTS
from whatsapp.models import Channel
from whatsapp.tests.people import make_channel

ROOT = Path(__file__).resolve().parents[2]
SECRET = "the-secret-of-the-bench"  # noqa: S105 - of channels that live for one run
FIRST_PHONE = 70_000_000
START_SECONDS = 60


@dataclass(frozen=True)
class Stage:
    channels: tuple[Channel, ...]
    phones: tuple[str, ...]


def set_up(people: int, channels: int) -> Stage:
    """Make a firm whose company lets so many phones ask for notes."""
    office = make_office(1)
    company = make_company(office.firm)
    phones = tuple(f"55519{FIRST_PHONE + number:08d}" for number in range(people))
    _authorise(company, phones)
    made = (make_channel(office.firm, number + 1, secret=SECRET) for number in range(channels))
    return Stage(tuple(made), phones)


def _authorise(company: Company, phones: tuple[str, ...]) -> None:
    rows = []
    for place, phone in enumerate(phones):
        row = AuthorizedPhone(firm_id=company.firm_id, company=company, name=f"Pessoa {place}")
        row.number = f"+{phone}"
        rows.append(row)
    AuthorizedPhone.objects.bulk_create(rows)


def open_instances(stage: Stage, sandbox: Sandbox, web_port: int) -> None:
    """Let the emulator tell the web server all that the product asks for: echoes and receipts as well."""
    for channel in stage.channels:
        sandbox.create_instance(
            channel.instance_name,
            channel.token,
            url=f"http://127.0.0.1:{web_port}/webhooks/whatsapp/{channel.key}/",
            headers={"X-Webhook-Secret": SECRET},
            events=[*EVENTS],
        )
        sandbox.instance(channel.instance_name, "scan", number=channel.number)


@contextmanager
def running(*command: str, **variables: str) -> Iterator[int]:
    """Run a process of Python until the block ends; give its id."""
    environment = {**os.environ, "LOG_LEVEL": "ERROR", **variables}
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment) as process:
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def web_server(settings: str = "config.settings", **variables: str) -> Iterator[tuple[int, int]]:
    """Run gunicorn as on a server; give its port and process id."""
    port = free_port()
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    with running(
        *(gunicorn, "--config", "deploy/gunicorn.conf.py", "config.wsgi"),
        NITRO_WEB_PORT=str(port),
        DATABASE_POOL_SIZE="4",
        DJANGO_SETTINGS_MODULE=settings,
        **variables,
    ) as pid:
        _wait_for(port)
        yield port, pid


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on port {port}")


def processor_seconds_of(pids: list[int]) -> float:
    """Return the processor time that processes and their children have used, those that ended among them."""
    ticks = 0
    for pid in _list_families(pids):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))  # user, system; the same of children that ended
    return ticks / os.sysconf("SC_CLK_TCK")


def megabytes_of(pids: list[int]) -> float:
    """Return what processes and their children hold, shared pages divided among them (PSS)."""
    total = 0
    for pid in _list_families(pids):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _list_families(pids: list[int]) -> set[int]:
    families = set(pids)
    for _ in range(3):
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(entry.read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent in families:
                families.add(int(entry.parent.name))
    return families
