"""pytest plugin: every test run gets servers of its own and no network outside loopback.

Loaded by `-p` in pytest.ini, before Django reads its settings. With xdist only the controller starts
servers; the workers inherit their addresses, and each has its own database and its own keys in Valkey.
What a killed run left behind is removed by the next one.
"""

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from embedded.servers import Services

PREFIX = "nitro-tests-"
PID_FILES = {
    "postgres/postmaster.pid": signal.SIGQUIT,  # immediate shutdown
    "broker/pid": signal.SIGTERM,
    "cache/pid": signal.SIGTERM,
}

os.environ["NITRO_ENV_FILE"] = os.devnull  # what a developer has set or keeps changes no result
_services: Services | None = None


def remove_orphans(folder: Path) -> None:
    """Stop the servers of runs whose process is gone, and delete their files."""
    for home in folder.glob(f"{PREFIX}*-*"):
        owner = home.name.removeprefix(PREFIX).partition("-")[0]
        if not owner.isdigit() or Path("/proc", owner).exists() or home.stat().st_uid != os.getuid():
            continue
        for name, stop in PID_FILES.items():
            with contextlib.suppress(OSError, ValueError, IndexError):
                pid = int((home / name).read_text().split()[0])
                if Path("/proc", str(pid), "cwd").resolve().is_relative_to(home):  # not a reused number
                    os.kill(pid, stop)
        shutil.rmtree(home, ignore_errors=True)


if "PYTEST_XDIST_WORKER" not in os.environ and "NITRO_TEST_SERVICES" not in os.environ:
    remove_orphans(Path(tempfile.gettempdir()))
    _home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    _services = Services.temporary(_home)
    _services.start()
    os.environ.update(_services.environment(), NITRO_HOME=str(_home))
    os.environ["NITRO_TEST_SERVICES"] = "1"
    # The invented companies of the Simples owe no IBS and CBS whenever the tests run; tests of it set it.
    os.environ["NFSE_IBS_CBS_SIMPLES_FROM"] = "9999-01-01"
    os.environ["DISK_LOW_PERCENT"] = "0"  # how full this machine is changes no result; tests of it set it

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ.update(CACHE_KEY_PREFIX=f"nitro-{_worker}", BROKER_KEY_PREFIX=f"nitro-{_worker}:")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if _services is not None:
        _services.remove()
