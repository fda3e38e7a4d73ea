"""Serve the sandbox on a loopback port."""

import socket

import uvicorn

from sandbox import READY
from sandbox.app import make_app
from sandbox.wire import CuttableProtocol


def serve(port: int) -> None:
    """Serve until a signal. Port 0 takes a free one; the address is printed when connections are accepted."""
    listener = listen(port)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        make_app(),
        http=CuttableProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
    )
    print(f"{READY}{address}", flush=True)  # noqa: T201 - read by sandbox.testing
    uvicorn.Server(config).run(sockets=[listener])


def listen(port: int) -> socket.socket:
    """Open the loopback port. asyncio turns Nagle's delay off only where the protocol is named."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(512)
    return listener
