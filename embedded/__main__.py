"""`python -m embedded services|run|stop`: the commands behind `make services`, `make run` and `make stop`."""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from honcho.manager import Manager

from embedded import defaults
from embedded.servers import PortTaken, Services, port_is_open

PYTHON = sys.executable
GUNICORN = Path(PYTHON).with_name("gunicorn")
PID_FILE = defaults.HOME / "run.pid"
FIRST_PAGE_SECONDS = 120
WANTED_STOPS = {128 + signal.SIGINT, 128 + signal.SIGTERM}  # as honcho tells them
CERTIFICATE_MAKER = shlex.join([PYTHON, "-m", "sandbox.pki", "make-pfx"])
PAST_TELLER = shlex.join([PYTHON, "-m", "sandbox.past"])

# Nothing is pickled here, so that Celery's warning to root does not apply.
WORKER = f'{PYTHON} -W "ignore:You\'re running the worker" -m celery -q -A config worker'
CELERY = f"{WORKER} --without-gossip --without-mingle"
PROCESSES = {
    "sandbox": (
        f"{PYTHON} -m sandbox",
        {
            "SANDBOX_STRIPE_ENDPOINT": f"http://127.0.0.1:{defaults.WEB_PORT}/webhooks/stripe/",
            "SANDBOX_STRANGERS": "1",  # whoever tries the chat out names any client
        },
    ),
    "web": (f"{GUNICORN} --config deploy/gunicorn.conf.py config.wsgi", {"DATABASE_POOL_SIZE": "4"}),
    "io": (f"{CELERY} -n io@%h -P threads -c 32 -Q io", {"DATABASE_POOL_SIZE": "12"}),
    "chat": (f"{CELERY} -n chat@%h -P threads -c 32 -Q chat", {"DATABASE_POOL_SIZE": "8"}),
    "cpu": (f"{CELERY} -n cpu@%h -P prefork -c 2 -Q cpu", {}),
    "beat": (f"{PYTHON} -m celery -q -A config beat -s {defaults.HOME / 'beat'}", {}),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m embedded", description=__doc__)
    parser.add_argument("command", choices=["services", "run", "stop"])
    command = parser.parse_args().command
    try:
        return {"services": start_services, "run": run, "stop": stop}[command]()
    except PortTaken as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def start_services() -> int:
    """Start the servers that no variable points elsewhere, in the background."""
    services = Services.for_development()
    for variable, server in (
        ("DATABASE_URL", services.postgres),
        ("BROKER_URL", services.broker),
        ("CACHE_URL", services.cache),
    ):
        if variable not in os.environ:
            server.start()
    return 0


def stop() -> int:
    """Stop `make run`, wherever it runs, and the servers."""
    if PID_FILE.exists():
        _end_run(int(PID_FILE.read_text()))
    Services.for_development().stop()
    return 0


def run() -> int:
    """Start the whole product in the foreground until Ctrl-C; print the address and the demo sign-ins."""
    started = time.monotonic()
    for what, port, variable in (
        ("the web server", defaults.WEB_PORT, "NITRO_WEB_PORT"),
        ("the sandbox", defaults.SANDBOX_PORT, "NITRO_SANDBOX_PORT"),
        ("the sandbox's SEFIN", defaults.SEFIN_PORT, "NITRO_SEFIN_PORT"),
    ):
        if port_is_open(port):
            raise PortTaken(what, port, variable)
    start_services()
    subprocess.run([PYTHON, "-m", "sandbox.pki", "set-up"], check=True, stdout=subprocess.DEVNULL)
    _manage("migrate", "--verbosity", "0")
    _manage("load_catalogs")
    programs = ("--certificate-maker", CERTIFICATE_MAKER, "--past-teller", PAST_TELLER)
    _manage("seed_demo", *programs, stdout=subprocess.DEVNULL)
    PID_FILE.write_text(str(os.getpid()))
    manager = Manager()
    for name, (command, variables) in PROCESSES.items():
        kept = f"exec {PYTHON} -m embedded.restarting {command}"
        manager.add_process(name, kept, env={**os.environ, **variables, "PYTHONUNBUFFERED": "1"})
    threading.Thread(target=_announce, args=(started,), daemon=True).start()
    try:
        manager.loop()
    finally:
        PID_FILE.unlink(missing_ok=True)
        Services.for_development().stop()
    return 0 if manager.returncode in WANTED_STOPS else int(manager.returncode or 0)


def _manage(*arguments: str, stdout: int | None = None) -> None:
    subprocess.run([PYTHON, "manage.py", *arguments], check=True, stdout=stdout)


def _announce(started: float) -> None:
    address = f"http://127.0.0.1:{defaults.WEB_PORT}/"
    while time.monotonic() - started < FIRST_PAGE_SECONDS:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            break
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    else:
        print(
            f"Nitro did not answer at {address} within {FIRST_PAGE_SECONDS} s; see the log above.", flush=True
        )
        return
    seconds = time.monotonic() - started
    signs_in = subprocess.run(
        [PYTHON, "manage.py", "seed_demo", "--show"], capture_output=True, text=True
    ).stdout
    print(
        f"\nNitro is ready in {seconds:.1f} s: {address}\n{signs_in}Stop with Ctrl-C or `make stop`.\n",
        flush=True,
    )


def _end_run(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        PID_FILE.unlink(missing_ok=True)
        return
    deadline = time.monotonic() + 30
    while PID_FILE.exists() and time.monotonic() < deadline:
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
