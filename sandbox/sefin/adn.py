"""ADN contribuintes: documents by NSU and the events of a note (national.md §2.4)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer
from sandbox.sefin.api import ACCESS_KEY, document_of, environment_of
from sandbox.sefin.documents import packed, packed_twice
from sandbox.sefin.environments import Environment
from sandbox.sefin.heads import adn_head
from sandbox.sefin.office import Sefin
from sandbox.sefin.problems import Problem
from sandbox.sefin.store import Event, Note
from sandbox.world.numbers import is_cnpj

BATCH = 50
EVENT_NAMES = {
    "101101": "CANCELAMENTO",
    "101103": "SOLICITACAO_CANCELAMENTO_ANALISE_FISCAL",
    "105102": "CANCELAMENTO_POR_SUBSTITUICAO",
    "105104": "CANCELAMENTO_DEFERIDO_ANALISE_FISCAL",
    "105105": "CANCELAMENTO_INDEFERIDO_ANALISE_FISCAL",
    "202201": "CONFIRMACAO_PRESTADOR",
    "203202": "CONFIRMACAO_TOMADOR",
    "204203": "CONFIRMACAO_INTERMEDIARIO",
    "202205": "REJEICAO_PRESTADOR",
    "203206": "REJEICAO_TOMADOR",
    "204207": "REJEICAO_INTERMEDIARIO",
    "205204": "CONFIRMACAO_TACITA",
    "205208": "ANULACAO_REJEICAO",
    "305101": "CANCELAMENTO_POR_OFICIO",
    "305102": "BLOQUEIO_POR_OFICIO",
    "305103": "DESBLOQUEIO_POR_OFICIO",
}


class AdnApi:
    """The endpoints under /{environment}/contribuintes."""

    def __init__(self, sefin: Sefin) -> None:
        self.sefin = sefin

    def routes(self) -> list[Route]:
        return [
            Route("/DFe/{nsu}", self.list_documents, methods=["GET"]),
            Route("/NFSe/{key}/Eventos", self.list_events, methods=["GET"]),
        ]

    async def list_documents(self, request: Request) -> Response:
        environment, nsu = environment_of(request), request.path_params["nsu"]
        own = document_of(request)
        actor = request.query_params.get("cnpjConsulta", own)
        if not nsu.isdigit() or (len(actor) == 14 and not is_cnpj(actor)) or actor[:8] != own[:8]:
            return self._refuse(environment)
        only = request.query_params.get("lote", "true").lower() == "false"
        found = self.sefin.store.list_documents(environment.name, actor, int(nsu), only=only, most=BATCH)
        return self._answer(environment, [self._document(*each) for each in found])

    async def list_events(self, request: Request) -> Response:
        environment, key = environment_of(request), request.path_params["key"]
        if not ACCESS_KEY.fullmatch(key):
            return self._refuse(environment)
        note = self.sefin.store.find_note(environment.name, key)
        if note is None or document_of(request) not in note.parties:
            return self._answer(environment, [])
        events = self.sefin.store.list_events(environment.name, key)
        return self._answer(
            environment,
            [self._document(place, event.received_at, note, event) for place, event in enumerate(events, 1)],
        )

    def _answer(self, environment: Environment, documents: list[dict[str, object]]) -> Response:
        status = "DOCUMENTOS_LOCALIZADOS" if documents else "NENHUM_DOCUMENTO_LOCALIZADO"
        fields = adn_head(environment, self.sefin.clock, status)
        return answer({**fields, "LoteDFe": documents}, 200 if documents else 404)

    def _refuse(self, environment: Environment) -> Response:
        fields = adn_head(environment, self.sefin.clock, "REJEICAO")
        return answer({**fields, "Erros": [Problem("E1831").as_json(pascal=True)]}, 400)

    def _document(self, nsu: int, moment: str, note: Note, event: Event | None) -> dict[str, object]:
        encode = packed_twice if self.sefin.book.answers.adn_twice else packed
        return {
            "NSU": nsu,
            "ChaveAcesso": note.access_key,
            "TipoDocumento": "EVENTO" if event else "NFSE",
            "TipoEvento": EVENT_NAMES[event.code] if event else None,
            "ArquivoXml": encode(event.xml if event else note.xml),
            "DataHoraGeracao": moment,
        }
