"""`python -m sandbox.past`: what the outside world did on days that are over, for who fills a demo.

Reads one question a line, as JSON, and answers each with one line. What is issued and canceled goes into the
same file that the emulators read, so that they know these notes like all others.

    {"do": "issue", "environment": "production", "dps": BASE64, "at": "2026-03-02T10:15:00-03:00"}
    {"do": "cancel", "environment": "production", "key": KEY, "request": BASE64, "at": …}
    {"do": "events", "environment": "production", "key": KEY}
    {"do": "places", "niche": "dentista", "city": "4314902", "count": 12}

`issue` answers {"xml": BASE64}, `cancel` and `events` what GET of the events answers, `places` pairs of what
the map and the registry answer. What is refused ends the program with the reasons.
"""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from embedded import defaults
from sandbox.brasilapi import company_json
from sandbox.pki import set_up
from sandbox.sefin.api import event_json
from sandbox.sefin.book import Book
from sandbox.sefin.documents import Node, decode, packed, parse
from sandbox.sefin.environments import BY_NAME, Clock
from sandbox.sefin.events import Registrar
from sandbox.sefin.issuing import Issuer
from sandbox.sefin.office import Sefin
from sandbox.sefin.problems import Refused
from sandbox.sefin.signatures import check
from sandbox.sefin.store import Store
from sandbox.serper import map_row
from sandbox.world import World
from sandbox.world.truth import describe

USUAL_ROW = 99  # the spelling of most answers of the map
Question = dict[str, Any]


class Past:
    """The emulators' own rules and files, at a clock that each question sets."""

    def __init__(self) -> None:
        world = World()
        store = Store(defaults.HOME / "sandbox" / "state.sqlite3")
        self._at = datetime.now().astimezone()
        self.sefin = Sefin(set_up(), store, Book(world.catalog), world, Clock(lambda: self._at))
        self.registrar = Registrar(self.sefin)
        self.issuer = Issuer(self.sefin, self.registrar)
        self.answers: dict[str, Callable[[Question], dict[str, Any]]] = {
            "issue": self.issue,
            "cancel": self.cancel,
            "events": self.list_events,
            "places": self.list_places,
        }

    def answer(self, question: Question) -> dict[str, Any]:
        """Answer one question; raises Refused, KeyError."""
        if "at" in question:
            self._at = datetime.fromisoformat(question["at"])
        return self.answers[question["do"]](question)

    def issue(self, question: Question) -> dict[str, Any]:
        """Issue; the same DPS again, after a crash of who asks, gives the note that was made of it."""
        environment = BY_NAME[question["environment"]]
        content = Node(parse(decode(question["dps"]), "DPS", "DPS")).node("infDPS")
        dps_id = str(content.element.get("Id")) if content else ""
        note = self.sefin.store.find_note_of_dps(environment.name, dps_id)
        note = note or self.issuer.issue(environment, question["dps"])
        return {"xml": packed(note.xml)}

    def cancel(self, question: Question) -> dict[str, Any]:
        """Register what the issuer signed; who signed stands for who would have been connected."""
        root = parse(decode(question["request"]), "pedRegEvento", "pedRegEvento")
        peer = self.sefin.read_peer(check(root, "infPedReg").certificate)
        if peer is None:
            raise SystemExit("the request is not signed by a certificate that can be read")
        environment = BY_NAME[question["environment"]]
        if not self.sefin.store.list_events(environment.name, question["key"]):
            self.registrar.register(environment, question["key"], question["request"], peer)
        return self.list_events(question)

    def list_events(self, question: Question) -> dict[str, Any]:
        events = self.sefin.store.list_events(question["environment"], question["key"])
        return {"eventos": [event_json(event) for event in events]}

    def list_places(self, question: Question) -> dict[str, Any]:
        """Pair what the map and the registry say of the companies that a good search brings."""
        world = self.sefin.world
        city = world.catalog.cities_by_ibge[question["city"]]
        right = set(describe(world, question["niche"], city)["right"])
        pairs: dict[str, Any] = {}
        for place in world.search(question["niche"], city):
            if place.company is not None and place.company.cnpj in right:
                registry = company_json(place.company, world.sample)
                pairs.setdefault(
                    place.company.cnpj, {"map": map_row(place, 1, USUAL_ROW), "registry": registry}
                )
        return {"places": list(pairs.values())[: question["count"]]}


def main() -> None:
    past = Past()
    for line in sys.stdin:
        try:
            answer = past.answer(json.loads(line))
        except Refused as refused:
            reasons = "; ".join(
                f"{problem.code} {problem.text} {problem.complement}" for problem in refused.problems
            )
            raise SystemExit(f"refused: {reasons}") from refused
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
