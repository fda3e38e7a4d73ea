"""SEFIN's operations for who issues (national.md §2.1, §2.2)."""

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer
from sandbox.sefin.answers import malformed, nothing, rejection, single_error
from sandbox.sefin.documents import packed, packed_twice
from sandbox.sefin.environments import BY_PATH, Environment
from sandbox.sefin.events import Registrar
from sandbox.sefin.heads import head
from sandbox.sefin.issuing import Issuer
from sandbox.sefin.office import Sefin
from sandbox.sefin.problems import Problem, Refused
from sandbox.sefin.store import Event

DPS_ID = re.compile(r"DPS\d{7}(1\d{14}|2[0-9A-Z]{14})\d{20}")
ACCESS_KEY = re.compile(r"\d{9}[0-9A-Z]{14}\d{27}")


class SefinApi:
    """The endpoints under /{environment}/SefinNacional."""

    def __init__(self, sefin: Sefin) -> None:
        self.sefin = sefin
        self.registrar = Registrar(sefin)
        self.issuer = Issuer(sefin, self.registrar)

    def routes(self) -> list[Route]:
        return [
            Route("/nfse", self.issue, methods=["POST"]),
            Route("/nfse/{key}", self.get_note, methods=["GET"]),
            Route("/nfse/{key}/eventos", self.register_event, methods=["POST"]),
            Route("/nfse/{key}/eventos/{code:int}/{sequence:int}", self.get_event, methods=["GET"]),
            Route("/dps/{dps_id}", self.head_dps, methods=["HEAD"]),
            Route("/dps/{dps_id}", self.get_dps, methods=["GET"]),
        ]

    async def issue(self, request: Request) -> Response:
        environment = environment_of(request)
        fields = head(environment, self.sefin.clock)
        body = await read_json(request)
        if body is None:
            return malformed()
        try:
            note = self.issuer.issue(environment, body.get("dpsXmlGZipB64"))
        except Refused as refused:
            return rejection(fields, refused.problems, self.sefin.book.answers)
        made = {"idDps": note.dps_id, "chaveAcesso": note.access_key, "nfseXmlGZipB64": packed(note.xml)}
        return answer({**fields, **made, "alertas": []}, 201)

    async def get_note(self, request: Request) -> Response:
        environment, key = environment_of(request), request.path_params["key"]
        fields = head(environment, self.sefin.clock)
        if not ACCESS_KEY.fullmatch(key):
            return single_error(fields, [Problem("E1831")], self.sefin.book.answers)
        note = self.sefin.store.find_note(environment.name, key)
        if note is None:
            return nothing(404)
        if document_of(request) not in note.parties:
            return nothing(403)
        return answer({**fields, "chaveAcesso": key, "nfseXmlGZipB64": packed(note.xml)})

    async def register_event(self, request: Request) -> Response:
        environment, key = environment_of(request), request.path_params["key"]
        fields = head(environment, self.sefin.clock)
        body = await read_json(request)
        if body is None:
            return malformed()
        payload = body.get("pedidoRegistroEventoXmlGZipB64")
        try:
            event = self.registrar.register(environment, key, payload, request.state.peer)
        except Refused as refused:
            return single_error(fields, refused.problems, self.sefin.book.answers)
        return answer({**fields, "eventoXmlGZipB64": packed(event.xml)}, 201)

    async def get_event(self, request: Request) -> Response:
        """Answer as production does: a list, with XML encoded twice (national.md §2.3)."""
        environment, key = environment_of(request), request.path_params["key"]
        note = self.sefin.store.find_note(environment.name, key)
        if note is None:
            return nothing(404)
        if document_of(request) not in note.parties:
            return nothing(401)
        code, sequence = str(request.path_params["code"]), request.path_params["sequence"]
        found = [
            event
            for event in self.sefin.store.list_events(environment.name, key)
            if (event.code, event.sequence) == (code, sequence)
        ]
        if not found:
            return nothing(404)
        if self.sefin.book.answers.event_shape == "single":
            fields = head(environment, self.sefin.clock)
            return answer({**fields, "eventoXmlGZipB64": packed(found[0].xml)})
        events = [event_json(event) for event in found]
        return answer({**head(environment, self.sefin.clock), "eventos": events})

    async def head_dps(self, request: Request) -> Response:
        """Say whether a note was made of the DPS, to any valid certificate."""
        dps_id = request.path_params["dps_id"]
        if not DPS_ID.fullmatch(dps_id):
            return nothing(400)
        found = self.sefin.store.find_note_of_dps(environment_of(request).name, dps_id)
        return nothing(200 if found else 404)

    async def get_dps(self, request: Request) -> Response:
        environment, dps_id = environment_of(request), request.path_params["dps_id"]
        fields = head(environment, self.sefin.clock)
        if not DPS_ID.fullmatch(dps_id):
            return single_error(fields, [Problem("E0004")], self.sefin.book.answers)
        note = self.sefin.store.find_note_of_dps(environment.name, dps_id)
        if note is None:
            return nothing(404)
        if document_of(request) not in note.parties:
            return nothing(403)
        if not self.sefin.book.answers.omit_dps_id:
            fields["idDps"] = dps_id
        location = {"Location": f"/{environment.path}/SefinNacional/nfse/{note.access_key}"}
        return answer({**fields, "chaveAcesso": note.access_key}, 200, location)


def environment_of(request: Request) -> Environment:
    return BY_PATH[request.path_params["environment"]]


def document_of(request: Request) -> str:
    """Return the CNPJ or CPF of the client certificate."""
    return str(request.state.peer.document)


def event_json(event: Event) -> dict[str, Any]:
    return {
        "chaveAcesso": event.access_key,
        "tipoEvento": int(event.code),
        "numeroPedidoRegistroEvento": event.sequence,
        "dataHoraRecebimento": event.received_at,
        "arquivoXml": packed_twice(event.xml),
    }


async def read_json(request: Request) -> dict[str, Any] | None:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
