"""What a killed test run left behind is removed by the next one, and only that."""

import os
import subprocess
import sys

from embedded.pytest_services import remove_orphans


def test_servers_of_a_dead_run_are_stopped_and_deleted(tmp_path):
    home = home_of_a_dead_run(tmp_path)
    server = sleeper(home / "broker")
    (home / "broker/pid").write_text(f"{server.pid}\n")

    remove_orphans(tmp_path)

    assert server.wait(timeout=10) != 0
    assert not home.exists()


def test_a_process_that_only_got_the_same_number_is_left_alone(tmp_path):
    home = home_of_a_dead_run(tmp_path)
    stranger = sleeper(tmp_path)
    (home / "broker/pid").write_text(f"{stranger.pid}\n")

    remove_orphans(tmp_path)

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_living_run_is_left_alone(tmp_path):
    home = tmp_path / f"nitro-tests-{os.getpid()}-abc"
    home.mkdir()
    remove_orphans(tmp_path)
    assert home.exists()


def home_of_a_dead_run(folder):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    home = folder / f"nitro-tests-{dead.pid}-abc"
    (home / "broker").mkdir(parents=True)
    return home


def sleeper(folder):
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=folder)
