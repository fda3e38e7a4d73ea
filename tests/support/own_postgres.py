"""A PostgreSQL of one test's own, which the test may restart. The other tests' server is shared."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from embedded.pytest_services import PREFIX
from embedded.servers import Postgres, free_port


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """Start a server, migrate its database and let Django's connection lead there until the end.

    What a killed run leaves behind is removed by the next one, as its folder has the usual name.
    """
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    server = Postgres(home, free_port(), durable=False)
    usual = dict(connection.settings_dict)
    connection.close()
    try:
        server.start()
        connection.settings_dict.update(PORT=str(server.port), NAME="nitro")
        call_command("migrate", verbosity=0)
        yield server
    finally:
        connection.close()
        connection.settings_dict.update(usual)
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def restart(server: Postgres) -> float:
    """Stop and start a server, whatever its clients are doing; return the seconds that it was away."""
    started = time.monotonic()
    connection.close()
    server.stop()
    server.start()
    return time.monotonic() - started
