"""Conversations while workers are killed, the broker is wiped and PostgreSQL restarts: every message
is processed once, replies keep their order, and there is one note for each yes.

Small by default; `make chaos-chat` has people write 10,000 messages and prints what it measured.
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from embedded.servers import Postgres, free_port
from nfse.models import InvoiceRequest
from nfse.states import OPEN, State
from nfse.tests.firms import make_office, make_phone
from nfse.tests.issuing import Shop, make_shop
from queue_worker.models import WorkItem
from queue_worker.tests.processes import House, Process, open_house, wait_until
from sandbox.testing import Sandbox
from tests.support.chat_crowd import Crowd, Person, make_people
from tests.support.own_postgres import own_postgres, restart
from whatsapp.models import Conversation, InboundMessage, OutboundMessage
from whatsapp.tests.people import make_channel

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
MESSAGES = int(os.environ.get("CHAOS_MESSAGES", "40"))
RATE = float(os.environ.get("CHAOS_RATE", "10"))  # messages a second
CHANNELS = int(os.environ.get("CHAOS_CHANNELS", "2"))
KILL_SECONDS = float(os.environ.get("CHAOS_KILL_SECONDS", "10"))
KILLS = int(os.environ.get("CHAOS_KILLS", "2"))  # at most
OPENAI_SECONDS = float(os.environ.get("CHAOS_OPENAI_SECONDS", "2"))
SECONDS = float(os.environ.get("CHAOS_SECONDS", "240"))
MESSAGES_OF_A_PERSON = 3.2  # on average
THREADS = 32
SECRET = "the-secret-of-the-chaos"  # of every channel here


@pytest.fixture
def postgres(django_db_blocker) -> Iterator[Postgres]:
    with django_db_blocker.unblock(), own_postgres() as server:
        yield server


@pytest.fixture
def house(postgres, tmp_path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


class Disaster:
    """What happens meanwhile: a worker is killed again and again, the broker wiped once, PostgreSQL once."""

    def __init__(self, house: House, postgres: Postgres, variables: dict[str, str]) -> None:
        self.house = house
        self.postgres = postgres
        self.variables = variables
        self.killed = self.held = 0
        self.away = 0.0
        self.worker = self.start()
        self.next_kill = time.monotonic() + KILL_SECONDS

    def start(self) -> tuple[str, Process]:
        name = f"chat{self.killed}"
        return f"{name}@test", self.house.start_worker(name, "chat", THREADS, **self.variables)

    def strike(self) -> None:
        if time.monotonic() < self.next_kill or self.killed >= KILLS:
            return
        node, process = self.worker
        self.held += WorkItem.objects.filter(status="processing", worker=node).count()
        process.kill()
        self.killed += 1
        self.worker = self.start()
        if self.killed == 1:
            self.house.empty_broker()
        if self.killed == 2:
            self.away = restart(self.postgres)
        self.next_kill = time.monotonic() + KILL_SECONDS


def open_channels(shop: Shop, sandbox: Sandbox, web_port: int) -> list[str]:
    """Channels of the firm whose instances tell everything to the web server."""
    names = []
    for number in range(1, CHANNELS + 1):
        channel = make_channel(shop.office.firm, number, secret=SECRET)
        sandbox.create_instance(
            channel.instance_name,
            channel.token,
            url=f"http://127.0.0.1:{web_port}/webhooks/whatsapp/{channel.key}/",
            headers={"X-Webhook-Secret": SECRET},
            events=[],
        )
        sandbox.instance(channel.instance_name, "scan", number=channel.number)
        names.append(channel.instance_name)
    return names


def test_every_message_counts_once_and_every_yes_is_one_note(house, postgres, sandbox, capsys):
    shop = make_shop(make_office(1), sandbox, "national")
    web_port = free_port()
    people = make_people(
        max(6, round(MESSAGES / MESSAGES_OF_A_PERSON)),
        open_channels(shop, sandbox, web_port),
        shop.taker.cnpj,
    )
    for person in people:
        make_phone(shop.company, f"+{person.phone}", name=f"Pessoa {person.number}", can_issue=True)
    sandbox.set_openai(seconds=OPENAI_SECONDS)
    sandbox.set_evolution(
        send_seconds=0.2, duplicate_rate=0.02, inversion_rate=0.02, retry_scale=0.1, attempts=20
    )
    variables = {**sandbox.settings, "NFSE_WAIT_SCALE": "0.05"}
    house.start_web(web_port, **variables)
    house.start_worker("io", "io", 12, **variables)
    house.start_worker("cpu", "cpu", 1, **variables)
    house.start_beat()
    disaster = Disaster(house, postgres, variables)
    crowd = Crowd(sandbox, people, RATE)

    crowd.run(SECONDS, disaster.strike)
    wait_until(lambda: not has_work(), 120)

    with capsys.disabled():
        show(crowd, disaster, sandbox)
    check_messages(crowd)
    check_order(sandbox)
    check_notes(people, shop)
    assert not WorkItem.objects.filter(status="dead").exists()
    assert disaster.away, "too short: PostgreSQL was never restarted"


def has_work() -> bool:
    """Whether anything of these conversations is on its way."""
    waits = OutboundMessage.objects.filter(state__in=("pending", "sending", "unknown")).exists()
    unread = any(talk.done_seq < talk.last_seq for talk in Conversation.objects.all())
    return waits or unread or InvoiceRequest.objects.filter(state__in=OPEN).exists()


def check_messages(crowd: Crowd) -> None:
    """Each message that was written was stored once, and read."""
    stored = Counter(InboundMessage.objects.values_list("provider_message_id", flat=True))
    assert set(crowd.written) <= set(stored), "a message was lost"
    assert set(stored.values()) == {1}
    assert [talk.pk for talk in Conversation.objects.all() if talk.done_seq != talk.last_seq] == []


def check_order(sandbox: Sandbox) -> None:
    """What stands on each phone is what was to be said, in its order, each once."""
    phones: dict[tuple[str, str], list[str]] = defaultdict(list)
    after = 0
    while lines := sandbox.whatsapp_messages(by="api", after=after):
        for line in lines:
            phones[line["instance"], line["phone"]].append(line["id"])
        after = lines[-1]["n"]
    ours: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = OutboundMessage.objects.exclude(state="superseded").select_related("channel", "conversation")
    for row in rows.order_by("conversation", "seq"):
        address = row.conversation.address.partition("@")[0]
        ours[row.channel.instance_name, address].append(row.provider_message_id)
    assert phones == ours


def check_notes(people: list[Person], shop: Shop) -> None:
    """One note for each yes, of the amount that was confirmed."""
    wanted = sorted(Decimal(person.cents) / 100 for person in people if not person.cancels)
    issued = sorted(InvoiceRequest.objects.filter(state=State.ISSUED).values_list("amount", flat=True))
    assert issued == wanted
    assert InvoiceRequest.objects.count() == len(wanted)
    assert shop.count() == len(wanted)


def show(crowd: Crowd, disaster: Disaster, sandbox: Sandbox) -> None:
    """Print what was measured, one line each."""
    seconds = time.monotonic() - crowd.started
    counts = sandbox.counts()
    rows: dict[str, Any] = {
        "people": len(crowd.people),
        "messages written": f"{len(crowd.written)} in {seconds:.0f} s",
        "messages sent": OutboundMessage.objects.exclude(state="superseded").count(),
        "slowest answer, seconds": round(crowd.slowest, 1),
        "workers killed": f"{disaster.killed}, holding {disaster.held} items",
        "PostgreSQL away, seconds": round(disaster.away, 1),
        "notes": dict(Counter(InvoiceRequest.objects.values_list("state", flat=True))),
        "calls": counts["by_provider"],
        "work": dict(Counter(WorkItem.objects.values_list("status", flat=True))),
    }
    print("\n" + "\n".join(f"  {name}: {value}" for name, value in rows.items()))  # noqa: T201
