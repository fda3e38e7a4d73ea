"""A real HTTP server on loopback that answers as a test tells it, with all the ways of strangers."""

import json
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Stranger:
    """Answers each request with the next of `replies`, the last one for ever, and remembers the requests."""

    def __init__(self):
        self.requests = []
        self.replies = [answer()]
        self.released = threading.Event()
        self.lock = threading.Lock()
        self.busy = self.most_busy = 0

    def says(self, *replies):
        self.replies = list(replies)

    def next_reply(self, request):
        with self.lock:
            self.requests.append(request)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def count(self, change):
        with self.lock:
            self.busy += change
            self.most_busy = max(self.busy, self.most_busy)


def answer(status=200, body='{"ok": true}', **headers):
    content = body if isinstance(body, bytes) else body.encode()

    def reply(handler, _stranger):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)

    return reply


def by_path(replies):
    """Answer by method and end of the path: {"POST /nfse": answer(…)}; anything else is 404 and empty."""

    def reply(handler, stranger):
        asked = f"{handler.command} {handler.path}"
        for wanted, found in replies.items():
            method, end = wanted.split(" ")
            if asked.startswith(method) and handler.path.endswith(end):
                return found(handler, stranger)
        return answer(404, "")(handler, stranger)

    return reply


def drop(handler, _stranger):
    """Accept the request and hang up without a word."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def cut(handler, _stranger):
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"half":')
    handler.close_connection = True


def hang(handler, stranger):
    """Say nothing until the test is over."""
    stranger.released.wait(10)
    handler.close_connection = True


def drip(handler, stranger):
    """Send one byte now and then, each within the read time-out."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not stranger.released.wait(0.1):
        handler.wfile.write(b" ")
        handler.wfile.flush()
    handler.close_connection = True


def slow(seconds):
    def reply(handler, stranger):
        stranger.count(+1)
        time.sleep(seconds)
        stranger.count(-1)
        answer()(handler, stranger)

    return reply


@contextmanager
def running_stranger(tls=None):
    """Run a stranger; with a context of the `ssl` module it asks for a client certificate."""
    stranger = Stranger()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def handle_any(self):
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            request = {
                "method": self.command,
                "path": self.path,
                "peer": self.connection.getpeercert(binary_form=True) if tls else None,
                "port": self.client_address[1],
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body,
                "json": json.loads(body) if body.startswith((b"{", b"[")) else None,
            }
            try:
                stranger.next_reply(request)(self, stranger)
            except OSError:
                self.close_connection = True

        do_GET = do_HEAD = do_POST = do_PUT = handle_any  # noqa: N815

        def log_message(self, *_args):
            """Keep the test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    stranger.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    try:
        yield stranger
    finally:
        stranger.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
