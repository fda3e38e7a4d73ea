"""Serve the sandbox on two loopback ports: plain HTTP, and mutual TLS for SEFIN."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from embedded import defaults
from sandbox import READY
from sandbox.app import make_apps
from sandbox.pki import set_up
from sandbox.tls import PeerProtocol, make_context
from sandbox.wire import CuttableProtocol


class Leader(uvicorn.Server):
    """The server that gets the signals, and passes them on."""

    def __init__(self, config: uvicorn.Config, follower: "Follower") -> None:
        super().__init__(config)
        self.follower = follower

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.follower.handle_exit(sig, frame)


class Follower(uvicorn.Server):
    """A server beside another one in the same loop: it takes no signals itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(port: int, sefin_port: int) -> None:
    """Serve until a signal. Port 0 takes a free one; the addresses are printed when one may connect."""
    listener, sefin_listener = listen(port), listen(sefin_port)
    authority = set_up()
    context = make_context(authority)
    apps = make_apps(authority, defaults.HOME / "sandbox" / "state.sqlite3")
    apps.warm_up()
    follower = Follower(_config(apps.sefin, PeerProtocol, context))
    leader = Leader(_config(apps.plain, CuttableProtocol), follower)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    sefin_address = f"https://127.0.0.1:{sefin_listener.getsockname()[1]}"
    print(f"{READY}{address} {sefin_address}", flush=True)  # noqa: T201 - read by sandbox.testing
    asyncio.run(_serve_both(leader, [listener], follower, [sefin_listener]))


def _config(
    app: Starlette, protocol: type[CuttableProtocol], context: ssl.SSLContext | None = None
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol,
        ssl_context_factory=(lambda *_: context) if context else None,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
    )


async def _serve_both(
    leader: Leader, sockets: list[socket.socket], follower: Follower, others: list[socket.socket]
) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        await asyncio.gather(leader.serve(sockets), follower.serve(others))


def listen(port: int) -> socket.socket:
    """Open the loopback port. asyncio turns Nagle's delay off only where the protocol is named."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(512)
    return listener
