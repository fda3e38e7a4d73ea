import json
import os
import signal
import subprocess
import sys
import threading

import pytest


@pytest.mark.processes
def test_a_celery_worker_logs_json_events_like_the_web():
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-P", "solo", "-Q", "nobody-rings"]
    environment = {**os.environ, "LOG_FORMAT": "json", "LOG_LEVEL": "INFO"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    worker = subprocess.Popen(command, env=environment, **pipes)
    patience = threading.Timer(60, worker.kill)
    patience.start()
    try:
        lines = (line for line in worker.stdout if line.startswith("{"))
        event = next(event for event in map(json.loads, lines) if " ready." in event["event"])
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=30)
        patience.cancel()

    assert (event["level"], event["logger"]) == ("info", "celery.apps.worker")
