"""SEFIN's parts: what it knows, what it keeps, what it signs with."""

from dataclasses import dataclass
from functools import cached_property

from cryptography import x509

from sandbox.pki import Authority
from sandbox.sefin.book import Book
from sandbox.sefin.environments import Clock
from sandbox.sefin.peers import Peer, read_peer
from sandbox.sefin.schema import load_schemas
from sandbox.sefin.signatures import Signer, signer_of
from sandbox.sefin.store import Store
from sandbox.sefin.tables import load_tables
from sandbox.world import World


@dataclass
class Sefin:
    """What the operations of both environments share."""

    authority: Authority
    store: Store
    book: Book
    world: World
    clock: Clock

    @cached_property
    def ca(self) -> x509.Certificate:
        return self.authority.load("ca").certificate

    @property
    def signer(self) -> Signer:
        return signer_of(self.authority)

    def warm_up(self) -> None:
        """Read schemas, tables and keys before the first request."""
        load_tables()
        load_schemas()
        _ = self.ca, self.signer

    def read_peer(self, der: bytes) -> Peer | None:
        return read_peer(der, self.ca)
