"""The bell never slows whoever rings it, and rings in the end (contracts/whatsapp/celery-redis.md §3)."""

import json
import os
import signal
import subprocess
import sys

import pytest
import redis
from django.conf import settings

from embedded.servers import Valkey, free_port
from queue_worker.models import WorkItem
from queue_worker.tests.processes import environment_of_children, wait_until

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]

WRITER = """
import json, sys, threading, time
import django
django.setup()
from queue_worker import bell
from queue_worker.tests.support import put_one

def write():
    times = []
    for _ in range(20):
        started = time.perf_counter()
        put_one("tests.echo")
        times.append(time.perf_counter() - started)
    print(json.dumps(max(times[1:])), flush=True)

thread = threading.Thread(target=write)
thread.start()
thread.join()
sys.stdin.readline()
print(json.dumps(bell.flush(15)), flush=True)
"""


@pytest.fixture
def broker(tmp_path):
    broker = Valkey(tmp_path, "broker", free_port())
    yield broker
    broker.stop()


@pytest.fixture
def writer(broker):
    """A process that writes 20 items, one transaction each, and prints the slowest; then rings in peace."""
    environment = {
        **os.environ,
        **environment_of_children(broker),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "ERROR",
    }
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def waiting_bells(broker):
    with redis.Redis.from_url(broker.url) as client:
        return client.llen(settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] + "io")


def check_slowest(process):
    assert json.loads(process.stdout.readline()) < 1
    assert WorkItem.objects.filter(status="pending").count() == 20


def rings_in_the_end(process):
    process.stdin.write("\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_a_dead_broker_slows_nobody_and_gets_its_bell_later(broker, writer):
    process = writer()
    check_slowest(process)

    broker.start()

    assert rings_in_the_end(process)
    assert 1 <= waiting_bells(broker) <= 2


def test_a_frozen_broker_slows_nobody_and_gets_its_bell_later(broker, writer):
    broker.start()
    os.kill(broker._pid(), signal.SIGSTOP)
    process = writer()
    check_slowest(process)

    os.kill(broker._pid(), signal.SIGCONT)

    assert rings_in_the_end(process)
    wait_until(lambda: waiting_bells(broker) >= 1)
