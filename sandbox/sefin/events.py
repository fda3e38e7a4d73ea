"""Registering events of notes: requests of who issued, and what cities and takers do (national.md §9)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from lxml import etree

from sandbox.sefin.documents import Node, decode, pack, parse
from sandbox.sefin.environments import BY_NAME, SAO_PAULO, Environment, local_stamp
from sandbox.sefin.event_documents import CITY_DOCUMENT, OF_OTHERS, Facts, write_event, write_request
from sandbox.sefin.note_state import ASK_ANALYSIS, CANCEL, REPLACE, allows
from sandbox.sefin.office import Sefin
from sandbox.sefin.peers import Peer
from sandbox.sefin.problems import Problem, Refused, refuse
from sandbox.sefin.signatures import check
from sandbox.sefin.store import Event, Note

OF_ISSUERS = (CANCEL, ASK_ANALYSIS)
UNDONE = {"305103": "305102", "205208": "203206"}  # what an event undoes, unless it is said
BLOCKED = {CANCEL: "E0840", ASK_ANALYSIS: "E0848"}
CITY_SYSTEM, NATIONAL_SYSTEM, NATIONAL_ENVIRONMENT = "1", "2", "3"


class NoSuchNote(LookupError):
    """There is no note with that key."""


@dataclass
class Request:
    """A request for an event before the judges."""

    environment: Environment
    root: etree._Element
    node: Node  # infPedReg
    key: str  # of the path
    code: str
    note: Note | None
    peer: Peer
    now: datetime

    @property
    def author(self) -> str:
        return self.node.text("CNPJAutor") or self.node.text("CPFAutor")


class Registrar:
    """Where events of notes are registered."""

    def __init__(self, sefin: Sefin) -> None:
        self.sefin = sefin

    def register(self, environment: Environment, key: str, payload: object, peer: Peer) -> Event:
        """Register a request of who issued the note. Raises Refused with all reasons."""
        root = parse(decode(payload), "pedRegEvento", "pedRegEvento")
        node = Node(root).node("infPedReg")
        if node is None:
            raise refuse("E1242")
        code = next(str(etree.QName(each).localname)[1:] for each in node.element if _is_event(each))
        note = self.sefin.store.find_note(environment.name, key)
        request = Request(environment, root, node, key, code, note, peer, self.sefin.clock.now())
        with self.sefin.store.transaction():
            if codes := list(dict.fromkeys(self._find_problems(request))):
                raise Refused(*(Problem(each) for each in codes))
            if note is None:
                raise refuse("E1831")
            return self._add(environment, note, code, etree.tostring(root, encoding="unicode"), {})

    def _find_problems(self, request: Request) -> Iterator[str]:
        if request.node.element.get("Id") != f"PRE{request.node.text('chNFSe')}{request.code}":
            yield "E1827"
        if request.node.text("tpAmb") != request.environment.tp_amb:
            yield "E1845"
        if request.author[:8] != request.peer.document[:8]:
            yield "E0812"
        yield from self._find_signature_problems(request)
        note = request.note
        if note is None or request.node.text("chNFSe") != request.key:
            yield "E0831" if request.key[7:8] == CITY_SYSTEM else "E1831"
        elif request.code not in OF_ISSUERS or request.author != note.issuer:
            yield "E0813"
        else:
            yield from self._find_obstacles(request, note)

    def _find_signature_problems(self, request: Request) -> Iterator[str]:
        checked = check(request.root, "infPedReg")
        if not checked.present:
            yield "E1989"
            return
        if not checked.valid:
            yield "E1980"
        signer = self.sefin.read_peer(checked.certificate)
        if signer is None:
            return
        if not signer.is_valid_at(request.now):
            yield "E1983"
        if signer.document[:8] != request.author[:8]:
            yield "E1991"

    def _find_obstacles(self, request: Request, note: Note) -> Iterator[str]:
        """Say what the note's events and the city's rules have against it."""
        events = self.sefin.store.list_events(note.environment, note.access_key)
        if any(event.code == request.code for event in events):
            yield "E0802"
        if not allows(request.code, events):
            yield BLOCKED[request.code]
        elif request.code == CANCEL:
            yield from self._find_city_limits(note, request.now)

    def _find_city_limits(self, note: Note, now: datetime) -> Iterator[str]:
        city = self.sefin.book.city(note.city)
        issued = datetime.fromisoformat(note.issued_at).replace(tzinfo=SAO_PAULO)
        if city.cancel_days is not None and now > issued + timedelta(days=city.cancel_days):
            yield "E0822"
        if city.cancel_limit is not None and Decimal(note.amount) > Decimal(city.cancel_limit):
            yield "E0823"
        if not city.cancels_without_taker and not note.taker:
            yield "E0824"
        if self.sefin.book.taxpayer(note.issuer).taxes_collected:
            yield "E0827"

    def add_by_others(self, environment_name: str, key: str, code: str, facts: Facts) -> Event:
        """Register what a city or a taker does to a note. Raises NoSuchNote or KeyError."""
        if code not in OF_OTHERS:
            raise KeyError(code)
        environment = BY_NAME[environment_name]
        note = self.sefin.store.find_note(environment.name, key)
        if note is None:
            raise NoSuchNote(key)
        facts = replace(facts, refers_to=facts.refers_to or f"{key}{UNDONE.get(code, '')}")
        with self.sefin.store.transaction():
            return self._add_unsigned(environment, note, code, self._author(note, code), facts)

    def put_in_place_of(
        self, environment: Environment, old: Note, new_key: str, reason: str, reason_code: str
    ) -> None:
        """Register that a new note took the place of an old one; inside the transaction that issues it."""
        reason = reason or "Substituição pela nota nova"
        facts = Facts(reason=reason, replaced_by=new_key, reason_code=reason_code)
        self._add_unsigned(environment, old, REPLACE, CITY_DOCUMENT, facts)

    def _author(self, note: Note, code: str) -> str:
        if code.startswith("202"):
            return note.issuer
        if code.startswith(("203", "204")) and len(note.taker) in (11, 14):
            return note.taker
        return CITY_DOCUMENT

    def _add_unsigned(
        self, environment: Environment, note: Note, code: str, author: str, facts: Facts
    ) -> Event:
        now = self.sefin.clock.now()
        request = write_request(environment, note.access_key, code, author, now, facts)
        details = {"locks": facts.locks} if code == "305102" else {}
        details |= {"unlocks": facts.refers_to} if code == "305103" else {}
        return self._add(environment, note, code, request, details)

    def _add(
        self, environment: Environment, note: Note, code: str, request: str, details: dict[str, str]
    ) -> Event:
        now, store = self.sefin.clock.now(), self.sefin.store
        same = [event for event in store.list_events(note.environment, note.access_key) if event.code == code]
        sequence = len(same) + 1
        generator = CITY_SYSTEM if code[0] in "13" and code in OF_OTHERS else NATIONAL_SYSTEM
        document = store.next_number(f"documents {environment.name}")
        identifier, xml = write_event(request, note.access_key, code, sequence, now, document, generator)
        event = Event(
            environment=environment.name,
            access_key=note.access_key,
            code=code,
            sequence=sequence,
            received_at=local_stamp(now),
            xml=pack(self.sefin.signer.sign(xml, identifier)),
            details={**details, "id": f"{note.access_key}{code}"},
        )
        store.add_event(note, event)
        return event


def _is_event(element: etree._Element) -> bool:
    name = str(etree.QName(element).localname)
    return name[0] == "e" and name[1:].isdigit()
