"""A new release takes over behind a running Caddy without one failed request, or changes nothing."""

import os
import subprocess
import sys
import threading
import time
from http.client import HTTPException
from pathlib import Path

import pytest

from deploy.tests.test_caddy import CADDYFILE, ask
from embedded.servers import free_port, port_is_open

DEPLOY = Path(__file__).resolve().parents[1]
APP = """
import time
def application(environ, start_response):
    if {slow} and environ["PATH_INFO"] == "/slow/":
        time.sleep(1.5)
    status = "{status}" if environ["PATH_INFO"] == "/health/ready" else "200 OK"
    start_response(status, [("Content-Type", "text/plain")])
    return [b"{name}"]
"""
SYSTEMCTL = """#!/bin/sh
echo "$*" >>{home}/systemctl
case "$1 $2" in
"start nitro-web@"*)
    port=${{2#nitro-web@}}
    cd {home}/web-$port || exit 1
    nohup {gunicorn} --bind 127.0.0.1:$port --worker-class gthread --threads 8 --pid {home}/pid-$port \\
        --no-control-socket app:application >>{home}/web.log 2>&1 &
    ;;
"stop nitro-web@"*)
    pid={home}/pid-${{2#nitro-web@}}
    [ ! -f $pid ] || kill -TERM $(cat $pid)
    ;;
esac
"""


class Site:
    """A server's folders, and the Caddy in front of what switch.sh starts."""

    def __init__(self, home):
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        systemctl = home / "systemctl.sh"
        gunicorn = Path(sys.executable).with_name("gunicorn")
        systemctl.write_text(SYSTEMCTL.format(home=home, gunicorn=gunicorn))
        systemctl.chmod(0o755)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "NITRO_ROOT": str(home),
            "NITRO_STATIC": str(home / "static"),
            "NITRO_SYSTEMCTL": str(systemctl),
            "NITRO_DRAIN_SECONDS": "1",
            "NITRO_START_SECONDS": "5",
            "NITRO_DOMAIN": self.url,
            "NITRO_EMAIL": "ola@nitro.example",
            "NITRO_CADDY_ADMIN": f"unix/{home}/admin.sock",
        }

    def release(self, name, *, status="200 OK", migrates=True, starts=True):
        folder = self.home / "releases" / name
        python = folder / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(f"#!/bin/sh\nexit {0 if migrates else 1}\n")
        python.chmod(0o755)
        app = APP.format(name=name, status=status, slow=True)
        (folder / "app.py").write_text(app if starts else "raise RuntimeError")
        (folder / "staticfiles").mkdir()
        (folder / "staticfiles" / f"{name}.0123456789ab.js").write_text(name)
        return folder

    def switch(self, *arguments):
        return subprocess.run(
            [str(DEPLOY / "switch.sh"), *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def serves(self):
        return ask(self.url + "/")[2].decode()


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    with (tmp_path / "caddy.log").open("wb") as log:
        caddy = subprocess.Popen(
            ["caddy", "run", "--config", CADDYFILE, "--adapter", "caddyfile"],
            env=site.environment,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 30
        while not port_is_open(site.port):
            assert time.monotonic() < deadline, (tmp_path / "caddy.log").read_text()
            time.sleep(0.1)
        first = site.switch(site.release("v1"))
        assert first.returncode == 0, first.stderr + first.stdout
        yield site
    finally:
        for port in (8001, 8002):
            subprocess.run([site.environment["NITRO_SYSTEMCTL"], "stop", f"nitro-web@{port}"])
        caddy.terminate()
        caddy.wait()


def test_nobody_sees_a_failed_or_late_request_while_a_release_takes_over(site):
    seen, stop = [], threading.Event()

    def keep_asking(path):
        while not stop.is_set():
            started = time.monotonic()
            try:
                status, _, body = ask(site.url + path)
            except (OSError, HTTPException) as error:
                status, body = repr(error), b""
            seen.append((status, body.decode(), time.monotonic() - started))

    threads = [threading.Thread(target=keep_asking, args=(path,)) for path in ("/", "/a/", "/slow/")]
    for thread in threads:
        thread.start()
    done = site.switch(site.release("v2"))
    stop.set()
    for thread in threads:
        thread.join()

    assert done.returncode == 0, done.stderr
    assert {status for status, _, _ in seen} == {200}
    assert {body for _, body, _ in seen} == {"v1", "v2"}
    assert max(seconds for _, _, seconds in seen) < 1.5 + 2
    assert site.serves() == "v2"
    assert (site.home / "current").resolve().name == "v2"


def test_the_workers_follow_after_the_switch_and_the_former_web_ends_last(site):
    (site.home / "systemctl").unlink()

    site.switch(site.release("v2"))

    told = (site.home / "systemctl").read_text().splitlines()
    order = [
        "start nitro-web@8001",
        "restart nitro-io nitro-chat nitro-cpu nitro-beat",
        "stop nitro-web@8002",
    ]
    assert [told.index(command) for command in order] == sorted(map(told.index, order))
    assert told[-1] == "stop nitro-web@8002"


@pytest.mark.parametrize(
    "fault", [{"starts": False}, {"status": "503 Service Unavailable"}, {"migrates": False}], ids=str
)
def test_a_release_that_is_not_ready_never_serves(site, fault):
    done = site.switch(site.release("v2", **fault))

    assert done.returncode != 0
    assert "serves on" in done.stderr
    assert site.serves() == "v1"
    assert (site.home / "current").resolve().name == "v1"


def test_the_release_before_comes_back_without_its_migrations(site):
    site.switch(site.release("v2"))
    (site.home / "releases" / "v1" / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")

    done = site.switch("--back")

    assert done.returncode == 0, done.stderr
    assert site.serves() == "v1"
    assert (site.home / "previous").resolve().name == "v2"


def test_static_files_of_both_releases_are_there(site):
    site.switch(site.release("v2"))

    for name in ("v1", "v2"):
        assert ask(f"{site.url}/static/{name}.0123456789ab.js")[0] == 200
