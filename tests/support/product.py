"""The whole product as real processes on a database of its own, for journeys and chaos."""

import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from embedded.servers import POSTGRES_BIN, free_port
from sandbox.testing import Sandbox

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass
class Product:
    """Addresses and processes of one running product."""

    home: Path
    web_port: int
    sandbox_port: int
    sefin_port: int
    database: str
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox of this product, for its control API and its certificates."""
        return Sandbox(self.sandbox_url, f"https://127.0.0.1:{self.sefin_port}", self.home)

    def manage(self, *arguments: str) -> str:
        """Run a management command against this product's database and return what it printed."""
        answer = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if answer.returncode != 0:
            raise AssertionError(f"{arguments} exited {answer.returncode}\n{answer.stdout}\n{answer.stderr}")
        return answer.stdout

    def sql(self, statement: str) -> str:
        """Run SQL in this product's database and return psql's unaligned output."""
        return subprocess.run(
            [str(POSTGRES_BIN / "psql"), "-XAtq", "-c", statement, self.environment["DATABASE_URL"]],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def start(self, name: str, *command: str, **variables: str) -> None:
        """Start one process; its output goes to a file in the home folder."""
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env={**self.environment, **variables},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start_worker(self, name: str, queue: str = "io", concurrency: int = 8) -> None:
        """Start one Celery worker process named `name` on `queue`."""
        pool = "prefork" if queue == "cpu" else "threads"
        self.start(
            name,
            *("celery", "-A", "config", "worker", "-n", f"{name}@{self.database}", "-Q", queue),
            *("-P", pool, "-c", str(concurrency)),
            *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
            DATABASE_POOL_SIZE="0" if queue == "cpu" else "12",
        )

    def kill(self, name: str) -> None:
        """Kill one process and its children without warning, as the kernel would."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def log(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text(errors="replace")

    def wait_for(self, url: str) -> None:
        """Wait until the address answers, or fail with the logs."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        logs = "\n".join(f"--- {name}\n{self.log(name)[-3000:]}" for name in self.processes)
        raise AssertionError(f"{url} did not answer within {START_SECONDS} s\n{logs}")


@contextmanager
def running_product(
    home: Path,
    *,
    name: str,
    web: bool = True,
    workers: bool = True,
    certificates: bool = False,
    past: bool = False,
) -> Iterator[Product]:
    """Make a database, load catalogs and demo data, and start the processes.

    Args:
        home: an empty folder for logs, mail and the sandbox's state.
        name: letters and underscores; names the database and the broker's keys, so that products
            do not meet in the servers of the test run.
        web: start gunicorn.
        workers: start one io worker, one cpu worker and beat.
        certificates: give the demo's companies certificates of the sandbox, so that they issue notes.
        past: give the demo its year of notes and months of searches.
    """
    database = f"nitro_{name}_{os.getpid()}"
    server_url = os.environ["DATABASE_URL"].rpartition("/")[0]
    web_port, sandbox_port, sefin_port = free_port(), free_port(), free_port()
    product = Product(
        home=home,
        web_port=web_port,
        sandbox_port=sandbox_port,
        sefin_port=sefin_port,
        database=database,
        environment={
            **os.environ,
            "DATABASE_URL": f"{server_url}/{database}",
            "BROKER_KEY_PREFIX": f"{database}:",
            "CACHE_KEY_PREFIX": database,
            "NITRO_HOME": str(home),
            "NITRO_WEB_PORT": str(web_port),
            "NITRO_SANDBOX_PORT": str(sandbox_port),
            "NITRO_SEFIN_PORT": str(sefin_port),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
            "WEB_PROCESSES": "1",
        },
    )
    administration = f"{server_url}/postgres"
    _psql(administration, f"CREATE DATABASE {database} TEMPLATE {_template_database(product)}")
    try:
        maker = ("--certificate-maker", f"{sys.executable} -m sandbox.pki make-pfx") if certificates else ()
        teller = ("--past-teller", f"{sys.executable} -m sandbox.past") if past else ()
        product.manage("seed_demo", *maker, *teller)
        product.start("sandbox", "sandbox")
        product.wait_for(product.sandbox_url)
        if workers:
            product.start_worker("io")
            product.start_worker("cpu", queue="cpu", concurrency=1)
            product.start("beat", "celery", "-A", "config", "beat", "-s", str(home / "beat"))
        if web:
            product.start(
                "web",
                "gunicorn",
                "--config",
                "deploy/gunicorn.conf.py",
                "config.wsgi",
                DATABASE_POOL_SIZE="4",
            )
            product.wait_for(product.url)
        yield product
    finally:
        product.stop()
        _psql(administration, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _template_database(product: Product) -> str:
    """Return a database with tables and catalogs, which the first product of a run of the tests makes."""
    server_url, name = os.environ["DATABASE_URL"].rpartition("/")[0], "nitro_template"
    environment = {**product.environment, "DATABASE_URL": f"{server_url}/{name}"}
    with (Path(os.environ["NITRO_HOME"]) / "template.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if lock.read() != name:
            _psql(f"{server_url}/postgres", f"DROP DATABASE IF EXISTS {name}")
            _psql(f"{server_url}/postgres", f"CREATE DATABASE {name} TEMPLATE nitro")
            template = replace(product, environment=environment)
            template.manage("migrate", "--verbosity", "0")
            template.manage("load_catalogs")
            lock.write(name)
    return name


def _psql(url: str, statement: str) -> None:
    subprocess.run(
        [str(POSTGRES_BIN / "psql"), "-XAtq", "-c", statement, url], check=True, capture_output=True
    )
