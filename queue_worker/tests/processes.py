"""Real workers and beat for tests: `celery` processes on the test database and a broker of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from celery import current_app
from django.db import connection

from embedded.servers import Valkey, free_port
from queue_worker.bell import TASK
from queue_worker.models import Worker

START_SECONDS = 40
WORKER = ["worker", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
POOLS = {"io": ["-P", "threads"], "chat": ["-P", "threads"], "cpu": ["-P", "prefork"]}


class Process:
    """One process group that a test may kill, freeze and wake; its JSON log is kept."""

    def __init__(self, arguments: list[str], variables: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                env={**os.environ, **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def end(self) -> int:
        """Ask it to end (SIGTERM) and return its exit code."""
        os.kill(self._process.pid, signal.SIGTERM)
        return self._process.wait(20)

    def freeze(self) -> None:
        os.killpg(self._process.pid, signal.SIGSTOP)

    def wake(self) -> None:
        os.killpg(self._process.pid, signal.SIGCONT)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log events of that name."""
        lines = self.log.read_text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [event for event in found if event.get("event") == name]


class House:
    """The processes of one test: a broker, workers, beat."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.broker = Valkey(home, "broker", free_port())
        self.processes: list[Process] = []

    def start_worker(self, name: str, queue: str, size: int = 8, **variables: str) -> Process:
        """Start a worker for one queue and wait until it says that it lives."""
        node = f"{name}@test"
        pool = [*POOLS[queue], "-c", str(size)]
        process = self._start(name, [*WORKER, "-n", node, "-Q", queue, *pool], variables)
        try:
            wait_until(lambda: Worker.objects.filter(name=node).exists(), START_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{node} did not start: {process.log.read_text()[-3000:]}") from error
        return process

    def start_web(self, port: int, **variables: str) -> Process:
        """Start the web server on a port and wait until it answers."""
        gunicorn = str(Path(sys.executable).with_name("gunicorn"))
        command = [gunicorn, "--config", "deploy/gunicorn.conf.py", "config.wsgi"]
        more = {"NITRO_WEB_PORT": str(port), "DATABASE_POOL_SIZE": "4", **variables}
        process = Process(command, {**environment_of_children(self.broker), **more}, self.home / "web.log")
        self.processes.append(process)
        wait_until(lambda: is_listening(port), START_SECONDS)
        return process

    def start_beat(self) -> Process:
        arguments = ["beat", "--loglevel", "WARNING", "-s", str(self.home / "beat")]
        return self._start("beat", arguments, {})

    def ring(self, queue: str = "io", times: int = 1) -> None:
        with current_app.connection_for_write(self.broker.url) as broker:
            for _ in range(times):
                current_app.send_task(TASK, args=[queue], queue=queue, connection=broker, retry=False)

    def empty_broker(self) -> None:
        with redis.Redis.from_url(self.broker.url) as client:
            client.flushall()

    def close(self) -> None:
        for process in self.processes:
            process.kill()
        self.broker.stop()

    def _start(self, name: str, arguments: list[str], variables: dict[str, str]) -> Process:
        command = ["-m", "celery", "-A", "config", *arguments]
        environment = {**environment_of_children(self.broker), **variables}
        process = Process(command, environment, self.home / f"{name}.log")
        self.processes.append(process)
        return process


def environment_of_children(broker: Valkey) -> dict[str, str]:
    """The variables by which a child process finds the test database and a broker."""
    database = connection.settings_dict
    return {
        "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{database['PORT']}/{database['NAME']}",
        "BROKER_URL": broker.url,
        "QUEUE_EXTRA_HANDLERS": "queue_worker.tests.handlers",
        "QUEUE_REPAIR_SECONDS": "1",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
    }


@contextmanager
def open_house(home: Path) -> Iterator[House]:
    house = House(home)
    house.broker.start()
    try:
        yield house
    finally:
        house.close()


def is_listening(port: int) -> bool:
    """Whether something takes connections on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_true: Callable[[], object], seconds: float = 40) -> None:
    """Wait for a condition; fail when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(0.05)
