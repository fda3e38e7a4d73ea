"""A product apart: servers, database and sandbox of its own, in which dialogs are rehearsed by another clock.

Nothing of it touches the database of the product: the cluster lies in NITRO_HOME/rehearsal, is filled with
migrations and catalogs once, and each rehearsal works on a copy that is dropped afterwards.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded import defaults
from embedded.servers import Postgres, Services, Valkey, free_port

HOME = defaults.HOME / "rehearsal"
FILLED = "filled"
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")


@contextmanager
def open_theatre() -> Iterator[dict[str, str]]:
    """Yield the environment of a process that rehearses. One at a time; another one waits."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        services = Services(
            Postgres(HOME, free_port(), durable=False),
            Valkey(HOME, "broker", free_port()),
            Valkey(HOME, "cache", free_port()),
        )
        services.stop()  # of a rehearsal that was killed
        services.start()
        try:
            yield from _prepare(services)
        finally:
            services.stop()


def _prepare(services: Services) -> Iterator[dict[str, str]]:
    environment = _environment(services, services.postgres.url())
    _fill(services, environment)
    name = f"stage_{os.getpid()}"
    services.postgres.psql(f"CREATE DATABASE {name} TEMPLATE nitro")
    try:
        with _sandbox(environment) as ports:
            yield {**environment, **ports, "DATABASE_URL": services.postgres.url(name)}
    finally:
        services.postgres.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _environment(services: Services, database: str) -> dict[str, str]:
    """Return what a process needs to know; nothing that somebody has set for the product is in it."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {
        **kept,
        **services.environment(),
        "DATABASE_URL": database,
        "NITRO_HOME": str(HOME),
        "NITRO_ENV_FILE": os.devnull,
        "SANDBOX_STRANGERS": "1",
        "NFSE_IBS_CBS_SIMPLES_FROM": "9999-01-01",  # the invented companies owe none of it
        "LOG_LEVEL": os.environ.get("REHEARSAL_LOG_LEVEL", "CRITICAL"),
        "PYTHONUNBUFFERED": "1",
    }


def _fill(services: Services, environment: dict[str, str]) -> None:
    """Migrate and load the catalogs, once for each state of the migrations."""
    mark, wanted = HOME / FILLED, _fingerprint()
    if mark.exists() and mark.read_text() == wanted:
        return
    mark.unlink(missing_ok=True)
    services.postgres.psql("DROP DATABASE IF EXISTS nitro WITH (FORCE)")
    services.postgres.start()
    for command in (["migrate", "--verbosity", "0"], ["load_catalogs"]):
        arguments = [sys.executable, "manage.py", *command]
        subprocess.run(arguments, check=True, env=environment, cwd=defaults.ROOT, stdout=subprocess.DEVNULL)
    mark.write_text(wanted)


def _fingerprint() -> str:
    files = sorted(defaults.ROOT.glob("*/migrations/*.py"))
    content = b"".join(path.name.encode() + path.read_bytes() for path in files)
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _sandbox(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    ports = {"NITRO_SANDBOX_PORT": str(free_port()), "NITRO_SEFIN_PORT": str(free_port())}
    command = [sys.executable, "-m", "sandbox", "--port", ports["NITRO_SANDBOX_PORT"]]
    command += ["--sefin-port", ports["NITRO_SEFIN_PORT"]]
    shared = {**environment, **ports}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=shared, cwd=defaults.ROOT
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError("the sandbox did not start")
            yield ports
        finally:
            process.terminate()
            process.wait(10)


def make_certificate(document: str, holder: str, password: str) -> bytes:
    """Return an A1 of the sandbox's authority, made once and kept; it is valid for any rehearsal."""
    file = Path(os.environ.get("NITRO_HOME", HOME)) / "certificates" / f"{document}.pfx"
    if not file.exists():
        arguments = [
            sys.executable,
            "-m",
            "sandbox.pki",
            "make-pfx",
            "--document",
            document,
            "--holder",
            holder,
        ]
        arguments += ["--password", password, "--out", str(file)]
        arguments += ["--valid-from", "2020-01-01", "--valid-until", "2040-01-01"]
        subprocess.run(arguments, check=True, cwd=defaults.ROOT, timeout=60)
    return file.read_bytes()
