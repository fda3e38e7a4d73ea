"""Control of SEFIN and PlugNotas: what was issued, what cities do, how the next notes end."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer, read_json
from sandbox.guard import Endpoint, guarded
from sandbox.plans import change_plan
from sandbox.plugnotas.office import OUTCOMES, Office
from sandbox.plugnotas.rows import row_of
from sandbox.plugnotas.webhooks import Messenger
from sandbox.sefin.book import BadEntry
from sandbox.sefin.environments import BY_NAME
from sandbox.sefin.event_documents import OF_OTHERS, Facts
from sandbox.sefin.events import NoSuchNote, Registrar
from sandbox.sefin.note_state import name_state
from sandbox.sefin.office import Sefin
from sandbox.sefin.store import Note

Change = Callable[..., dict[str, Any]]
STATES = (*OUTCOMES, "CANCELADO")


class NfseControl:
    """Endpoints under /_control/nfse and /_control/plugnotas."""

    def __init__(self, sefin: Sefin, office: Office, messenger: Messenger) -> None:
        self.sefin = sefin
        self.registrar = Registrar(sefin)
        self.office = office
        self.messenger = messenger

    def routes(self) -> list[Route]:
        listed: list[tuple[str, str, Endpoint]] = [
            ("GET", "/nfse", self.list_notes),
            ("POST", "/nfse/notes/{key}/events", self.add_event),
            ("GET", "/nfse/book", self.show_book),
            ("POST", "/nfse/cities/{key}", self.set_city),
            ("POST", "/nfse/taxpayers/{key}", self.set_taxpayer),
            ("POST", "/nfse/answers", self.set_answers),
            ("POST", "/nfse/clock", self.set_clock),
            ("GET", "/plugnotas", self.list_plugnotas),
            ("POST", "/plugnotas/plan", self.set_plan),
            ("POST", "/plugnotas/notes/{key}", self.change_note),
        ]
        return [Route(path, guarded(endpoint), methods=[method]) for method, path, endpoint in listed]

    def clear(self) -> None:
        """Forget every note, event, company, rule and plan."""
        self.sefin.store.clear()
        self.sefin.book.clear()
        self.sefin.clock.offset_seconds = 0.0
        self.office.load()
        self.messenger.forget()

    async def list_notes(self, request: Request) -> Response:
        """List what SEFIN issued, oldest first, with counts; ?environment=, ?issuer=, ?brief=1 for counts."""
        name, issuer = request.query_params.get("environment"), request.query_params.get("issuer")
        if name is not None and name not in BY_NAME:
            return answer({"message": f"environment must be one of {', '.join(BY_NAME)}"}, 400)
        environment = BY_NAME[name].name if name else None
        counts = self.sefin.store.count_notes(environment, issuer)
        body: dict[str, Any] = {"count": sum(counts.values()), "by_issuer": counts}
        if not request.query_params.get("brief"):
            notes = self.sefin.store.list_notes(environment, issuer)
            body["dps_ids"] = len({(note.environment, note.dps_id) for note in notes})
            body["notes"] = [self._describe(note) for note in notes]
        return answer(body)

    def _describe(self, note: Note) -> dict[str, Any]:
        events = self.sefin.store.list_events(note.environment, note.access_key)
        described = {each.name: getattr(note, each.name) for each in fields(note) if each.name != "xml"}
        return described | {"state": name_state(events), "events": [event.code for event in events]}

    async def add_event(self, request: Request) -> Response:
        """Do what a city or a taker does: {"code": "305101", "environment": "staging", "reason": …}."""
        body = await read_json(request)
        code, environment = str(body.pop("code", "")), str(body.pop("environment", "staging"))
        if environment not in BY_NAME or code not in OF_OTHERS:
            return answer({"message": f"code must be one of {', '.join(OF_OTHERS)}"}, 400)
        try:
            facts = Facts(**{name: str(value) for name, value in body.items()})
            event = self.registrar.add_by_others(environment, request.path_params["key"], code, facts)
        except TypeError as error:
            return answer({"message": str(error)}, 400)
        except NoSuchNote:
            return answer({"message": "no such note"}, 404)
        return answer({"code": event.code, "sequence": event.sequence, "id": event.details["id"]}, 201)

    async def show_book(self, _request: Request) -> Response:
        return answer({**self.sefin.book.as_json(), "offset_seconds": self.sefin.clock.offset_seconds})

    async def set_city(self, request: Request) -> Response:
        return await self._change(request, self.sefin.book.set_city, request.path_params["key"])

    async def set_taxpayer(self, request: Request) -> Response:
        return await self._change(request, self.sefin.book.set_taxpayer, request.path_params["key"])

    async def set_answers(self, request: Request) -> Response:
        return await self._change(request, self.sefin.book.set_answers)

    async def _change(self, request: Request, change: Change, *key: str) -> Response:
        try:
            return answer(change(*key, await read_json(request)))
        except BadEntry as error:
            return answer({"message": str(error)}, 400)

    async def set_clock(self, request: Request) -> Response:
        """Set SEFIN's clock forward, or back: {"offset_seconds": -30}."""
        offset = (await read_json(request)).get("offset_seconds")
        if not isinstance(offset, int | float):
            return answer({"message": "offset_seconds must be a number"}, 400)
        self.sefin.clock.offset_seconds = float(offset)
        return answer({"offset_seconds": offset})

    async def list_plugnotas(self, _request: Request) -> Response:
        notes = [row_of(note) for note in self.office.notes.values()]
        return answer(
            {
                "count": len(notes),
                "notes": notes,
                "companies": list(self.office.companies),
                "plan": self.office.plan.as_json(),
                "webhooks": list(self.messenger.sent),
            }
        )

    async def set_plan(self, request: Request) -> Response:
        """Say how the notes sent from now on end."""
        return await change_plan(self.office, request)

    async def change_note(self, request: Request) -> Response:
        """Do what the city does to one note: {"situacao": "CANCELADO", "mensagem": …}; tells by webhook."""
        note, body = self.office.find_note(request.path_params["key"]), await read_json(request)
        if note is None:
            return answer({"message": "no such note"}, 404)
        if body.get("situacao") not in STATES:
            return answer({"message": f"situacao must be one of {', '.join(STATES)}"}, 400)
        note["plan"]["outcome"] = body["situacao"]
        note["readings"] = note["plan"]["polls"]
        if not self.office.settle(note):
            note["situacao"] = body["situacao"]
        note["mensagem"] = str(body.get("mensagem", note["mensagem"]))
        self.office.save_note(note)
        self.messenger.tell(note)
        return answer(row_of(note))
