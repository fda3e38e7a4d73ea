"""pytest plugin: every test run gets servers of its own and no network outside loopback.

Loaded by `-p` in pytest.ini, before Django reads its settings. With xdist only the controller starts
servers; the workers inherit their addresses, and each has its own database and its own keys in Valkey.
"""

import os
import tempfile
from pathlib import Path

import pytest

from embedded.servers import Services

_services: Services | None = None

if "PYTEST_XDIST_WORKER" not in os.environ and "NITRO_TEST_SERVICES" not in os.environ:
    _services = Services.temporary(Path(tempfile.mkdtemp(prefix="nitro-tests-")))
    _services.start()
    os.environ.update(_services.environment())
    os.environ["NITRO_TEST_SERVICES"] = "1"

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ.update(CACHE_KEY_PREFIX=f"nitro-{_worker}", BROKER_KEY_PREFIX=f"nitro-{_worker}:")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if _services is not None:
        _services.remove()
