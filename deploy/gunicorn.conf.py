"""gunicorn, the same in development and on a server. Started as the command `gunicorn`: USR2 needs that."""

import gc
import os
from pathlib import Path
from typing import Any

from embedded import defaults  # reads the environment file

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (a heartbeat on a disk stops when the disk does)

bind = os.environ.get("NITRO_BIND") or f"127.0.0.1:{defaults.WEB_PORT}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
preload_app = True  # processes share what they do not change, and a new one starts at once
timeout = 30
graceful_timeout = 30
max_requests = 2000
max_requests_jitter = 200
limit_request_line = 4094
raw_env = ["NITRO_WEB_PROCESS=true", "DATABASE_WAIT_SECONDS=2"]  # then 503: psycopg waits no less
worker_tmp_dir = str(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None
# One of its own for each unit; by hand none, or two servers of one user would share it.
control_socket = str(Path(os.environ.get("RUNTIME_DIRECTORY", ""), "gunicorn.ctl"))
control_socket_disable = "RUNTIME_DIRECTORY" not in os.environ
accesslog = None
errorlog = "-"
loglevel = "warning"


def when_ready(_server: Any) -> None:
    """Leave what was loaded alone in every garbage collection: pages that nobody writes stay shared."""
    gc.collect()
    gc.freeze()
