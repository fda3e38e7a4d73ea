"""What a killed test run left behind is removed by the next one, and only that."""

import os
import subprocess
import sys

from embedded.pytest_services import remove_orphans


def test_servers_of_a_dead_run_are_stopped_and_deleted(tmp_path):
    server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    home = tmp_path / f"nitro-tests-{dead.pid}-abc"
    (home / "broker").mkdir(parents=True)
    (home / "broker/pid").write_text(f"{server.pid}\n")

    remove_orphans(tmp_path)

    assert server.wait(timeout=10) != 0
    assert not home.exists()


def test_a_living_run_is_left_alone(tmp_path):
    home = tmp_path / f"nitro-tests-{os.getpid()}-abc"
    home.mkdir()
    remove_orphans(tmp_path)
    assert home.exists()
