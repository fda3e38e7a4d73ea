"""pytest plugin: the `sandbox` fixture. One process for each test worker, started when first asked for."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.testing import Sandbox, running_sandbox


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    """The sandbox process. Tests use `sandbox`, which also resets it and points the settings at it."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sandbox_server: Sandbox, settings: Any) -> Sandbox:
    """A sandbox without faults and calls, which the product's settings point at."""
    sandbox_server.reset()
    for name, value in sandbox_server.settings.items():
        setattr(settings, name, value)
    return sandbox_server
