"""Mutual TLS: uvicorn does not say who is at the other end, so the protocol puts it into the scope."""

import asyncio
import ssl

from starlette.types import Receive, Scope, Send

from sandbox.pki import Authority
from sandbox.wire import CuttableProtocol

PEER = "nitro.peer"  # scope["extensions"][PEER]["certificate"]: DER of the client certificate
NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME: an expired certificate is refused by code, not by TLS


class PeerProtocol(CuttableProtocol):
    """HTTP over mutual TLS."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        certificate = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        app = self.app

        async def with_peer(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[PEER] = {"certificate": certificate or b""}
            await app(scope, receive, send)

        self.app = with_peer


def make_context(authority: Authority) -> ssl.SSLContext:
    """Build the server's side: TLS 1.2 as the real service has, and a client certificate of a known root."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(authority.server_file, authority.server_key_file)
    context.load_verify_locations(authority.trusted_file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= NO_CHECK_TIME
    return context
