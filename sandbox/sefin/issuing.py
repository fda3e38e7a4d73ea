"""POST /nfse: from the envelope to the note, in one transaction."""

import gzip
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509

from sandbox.pki import Authority
from sandbox.sefin import notes
from sandbox.sefin.book import Book
from sandbox.sefin.cases import Case
from sandbox.sefin.documents import Node, decode, parse
from sandbox.sefin.environments import Clock, Environment, local_stamp
from sandbox.sefin.peers import Peer, read_peer
from sandbox.sefin.problems import Refused
from sandbox.sefin.rules import find_problems
from sandbox.sefin.schema import load_schemas
from sandbox.sefin.signatures import Signer, check, signer_of
from sandbox.sefin.store import Note, Store
from sandbox.sefin.tables import load_tables
from sandbox.world import World
from sandbox.world.numbers import chance

SKIPPED_PERCENT = 5  # note numbers that nobody ever gets (national.md §4.4)


@dataclass
class Sefin:
    """SEFIN's parts: what it knows, what it keeps, what it signs with."""

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

    def issue(self, environment: Environment, payload: object) -> Note:
        """Accept a DPS and make its note. Raises Refused with all reasons."""
        root = parse(decode(payload), "DPS", "DPS")
        case = self._open_case(environment, Node(root))
        with self.store.transaction():
            if problems := find_problems(case):
                raise Refused(*problems)
            number = self._next_number(case)
            key = notes.make_access_key(case, number)
            document = self.store.next_number(f"documents {environment.name}")
            text = notes.write_note(case, root, key, number, document, self.world)
            note = _note_of(case, key, number, self.signer.sign(text, f"NFS{key}"))
            self.store.add_note(note)
        return note

    def _open_case(self, environment: Environment, root: Node) -> Case:
        checked = check(root.element, "infDPS")
        node = root.node("infDPS")
        if node is None:
            raise TypeError("the schema let a DPS without infDPS pass")
        return Case(
            node=node,
            version=str(root.element.get("versao")),
            environment=environment,
            now=self.clock.now(),
            checked=checked,
            signer=self.read_peer(checked.certificate),
            book=self.book,
            tables=load_tables(),
            store=self.store,
        )

    def _next_number(self, case: Case) -> int:
        name = f"numbers {case.environment.name} {case.provider} {case.city}"
        skips = chance(SKIPPED_PERCENT, "skipped", case.environment.name, case.node.element.get("Id"))
        return self.store.next_number(name, 2 if skips else 1)


def _note_of(case: Case, key: str, number: int, xml: bytes) -> Note:
    others = [case.taker, case.text("interm/CNPJ") or case.text("interm/CPF")]
    parties = dict.fromkeys(filter(None, [case.provider, *others]))
    return Note(
        environment=case.environment.name,
        access_key=key,
        dps_id=str(case.node.element.get("Id")),
        number=number,
        issuer=case.provider,
        taker=case.taker,
        city=case.city,
        amount=f"{case.value:.2f}",
        parties=tuple(parties),
        issued_at=local_stamp(case.now),
        xml=gzip.compress(xml, compresslevel=5, mtime=0),
    )
