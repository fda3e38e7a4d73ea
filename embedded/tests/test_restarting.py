"""A process of `make run` that is killed comes back; one that cannot start does not loop for ever."""

import os
import signal
import subprocess
import sys
import time

import pytest

NAP = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"


@pytest.fixture
def pid_file(tmp_path):
    return tmp_path / "pid"


@pytest.fixture
def keeper(pid_file):
    command = [sys.executable, "-m", "embedded.restarting", sys.executable, "-c", NAP, str(pid_file)]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_pid(pid_file, other_than=""):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if pid_file.exists() and pid_file.read_text() not in {"", other_than}:
            return pid_file.read_text()
        time.sleep(0.05)
    raise AssertionError("the command was not started")


def test_what_is_killed_is_started_again(keeper, pid_file):
    first = wait_for_pid(pid_file)

    os.kill(int(first), signal.SIGKILL)

    assert wait_for_pid(pid_file, other_than=first) != first
    assert keeper.poll() is None


def test_a_wanted_stop_is_the_end(keeper, pid_file):
    wait_for_pid(pid_file)

    os.killpg(keeper.pid, signal.SIGTERM)

    assert keeper.wait(timeout=20) == 0


def test_what_cannot_start_is_given_up():
    command = [sys.executable, "-m", "embedded.restarting", sys.executable, "-c", "raise SystemExit(7)"]

    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True)

    assert ended.returncode == 7
    assert ended.stdout.count("starting it again") == 2
