"""The Caddyfile through a running Caddy. `make test-deploy` installs it."""

import json
import os
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from embedded.servers import free_port, port_is_open

CADDYFILE = Path(__file__).resolve().parents[1] / "caddy" / "Caddyfile"
HASHED = "app.0123456789ab.js"


class Upstream(BaseHTTPRequestHandler):
    """Answers with what it was asked; /refuse/ before it has read the body, as a page that drains it."""

    def do_GET(self):
        self._answer()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer()

    def _answer(self):
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(404 if self.path == "/refuse/" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Frame-Options", "DENY")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A Caddy with our Caddyfile in front of an upstream; yields its address and its log."""
    home = tmp_path_factory.mktemp("caddy")
    static = home / "static"
    static.mkdir()
    (static / HASHED).write_text("let a" * 1000)
    (static / "plain.js").write_text("let b")
    with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as upstream:
        threading.Thread(target=upstream.serve_forever, args=(0.05,), daemon=True).start()
        port = free_port()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "NITRO_DOMAIN": f"http://127.0.0.1:{port}",
            "NITRO_EMAIL": "ola@nitro.example",
            "NITRO_STATIC": str(static),
            "NITRO_ROOT": str(home),
            "NITRO_FIRST": f"127.0.0.1:{upstream.server_port}",
            "NITRO_CADDY_ADMIN": f"unix/{home}/admin.sock",
        }
        with (home / "log").open("wb") as log:
            caddy = subprocess.Popen(
                [shutil.which("caddy"), "run", "--config", CADDYFILE, "--adapter", "caddyfile"],
                env=environment,
                stderr=log,
            )
        try:
            deadline = time.monotonic() + 30
            while not port_is_open(port):
                assert time.monotonic() < deadline, (home / "log").read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", home / "log"
        finally:
            caddy.terminate()
            caddy.wait()
            upstream.shutdown()


def ask(address, **headers):
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@pytest.mark.parametrize("path", ["/metrics", "/metrics/x", "/.env", "/.git/config", "/static/../.env"])
def test_what_nobody_outside_may_ask_is_not_found_and_never_reaches_nitro(site, path):
    status, _, body = ask(site[0] + path)

    assert (status, body) == (404, b"")


def test_pages_reach_nitro_with_the_callers_address_and_without_what_he_says_of_it(site):
    lies = {"Forwarded": "for=10.0.0.1", "X-Real-Ip": "10.0.0.1", "X-Forwarded-For": "10.0.0.1"}

    status, headers, body = ask(site[0] + "/entrar/?a=1", **lies)

    told = json.loads(body)
    sent = {name.title(): value for name, value in told["headers"].items()}
    assert (status, told["path"]) == (200, "/entrar/?a=1")
    assert sent["X-Forwarded-For"] == "127.0.0.1"
    assert not {"Forwarded", "X-Real-Ip"} & set(sent)
    assert "Server" not in headers
    assert headers.get_all("X-Frame-Options") == ["DENY"]


def test_only_a_file_that_is_there_by_its_hashed_name_never_changes(site):
    def cached(name):
        status, headers, _ = ask(f"{site[0]}/static/{name}")
        return status, headers["Cache-Control"]

    assert cached(HASHED) == (200, "public, max-age=31536000, immutable")
    assert cached("plain.js") == (200, "public, max-age=60")
    assert cached("gone.0123456789ab.js") == (404, None)


def test_static_files_are_compressed_and_not_sniffed(site):
    _, headers, _ = ask(f"{site[0]}/static/{HASHED}", **{"Accept-Encoding": "gzip"})

    assert (headers["Content-Encoding"], headers["X-Content-Type-Options"]) == ("gzip", "nosniff")


def test_a_refused_upload_shows_the_page_every_time(site):
    request = urllib.request.Request(f"{site[0]}/refuse/", data=b"x" * 3_000_000, method="POST")
    for _ in range(30):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        with refused.value as answer:
            assert answer.code == 404


def test_the_log_holds_no_address_and_no_header(site):
    ask(site[0] + "/senha/nova/segredo/", Referer="https://nitro.example/segredo/", Cookie="a=segredo")
    deadline = time.monotonic() + 10
    while "handled request" not in site[1].read_text() and time.monotonic() < deadline:
        time.sleep(0.05)

    log = site[1].read_text()
    assert "handled request" in log
    assert "segredo" not in log
