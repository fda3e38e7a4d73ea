"""Issuing, reading and cancelling (plugnotas.md §4 to §8)."""

from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import HEADERS, answer, read_any, read_json
from sandbox.plugnotas.answers import keyed, refuse
from sandbox.plugnotas.office import CANCELLED, DONE, PROCESSING, STOPPED, Office, new_id
from sandbox.plugnotas.rows import document_of, pdf_of, row_of, xml_of
from sandbox.plugnotas.webhooks import Messenger
from sandbox.sefin.rules.checks import is_cpf
from sandbox.world import World
from sandbox.world.numbers import is_cnpj

INVALID = "Falha na validação do JSON de NFSe"
EXISTS = "Já existe um(a) NFSe com os parâmetros informados"
NOT_FOUND = "Não localizamos qualquer NFSe com os parâmetros informados"
MISSING = "Campo obrigatório"
REQUIRED = ("codigo", "discriminacao", "cnae", "iss.aliquota", "valor.servico")
MOST_DAYS = 31
PAGE = 100
PASS_KEYS = ("/{key}", "/{key}/{cnpj}")


class NotesApi:
    def __init__(self, office: Office, messenger: Messenger, world: World) -> None:
        self.office = office
        self.messenger = messenger
        self.world = world

    def routes(self) -> list[Route]:
        return [
            Route("/nfse", keyed(self.issue), methods=["POST"]),
            Route("/nfse/consultar/periodo", keyed(self.list_period), methods=["GET"]),
            Route("/nfse/consultar/{key}", keyed(self.look_up), methods=["GET"]),
            Route("/nfse/consultar/{key}/{cnpj}", keyed(self.look_up), methods=["GET"]),
            Route("/nfse/cidades", keyed(self.list_cities), methods=["GET"]),
            Route("/nfse/cidades/{ibge}", keyed(self.get_city), methods=["GET"]),
            Route("/nfse/cancelar/status/{key}", keyed(self.cancel_status), methods=["GET"]),
            *(Route(f"/nfse/cancelar{keys}", keyed(self.cancel), methods=["POST"]) for keys in PASS_KEYS),
            *(Route(f"/nfse/pdf{keys}", keyed(self.pdf), methods=["GET", "POST"]) for keys in PASS_KEYS),
            *(Route(f"/nfse/xml{keys}", keyed(self.xml), methods=["GET"]) for keys in PASS_KEYS),
            Route("/nfse/eventos/{key}", keyed(self.events), methods=["POST"]),
            Route("/nfse/email/{key}", keyed(self.email), methods=["POST"]),
            Route("/nfse/sincronizar", keyed(self.synchronize), methods=["POST"]),
            Route("/nfse/interromper", keyed(self.interrupt), methods=["POST"]),
            Route("/nfse/{key}", keyed(self.get), methods=["GET"]),
        ]

    async def issue(self, request: Request) -> Response:
        """Take notes for processing, all or none."""
        bodies = await read_any(request)
        if not isinstance(bodies, list) or not bodies or not all(isinstance(each, dict) for each in bodies):
            return refuse(400, INVALID, {"fields": {"": "O conteúdo deve ser um array"}})
        for body in bodies:
            if flaws := self._find_flaws(body):
                return refuse(400, INVALID, {"fields": flaws})
            document = body["prestador"]["cpfCnpj"]
            current = self.office.find_note(str(body.get("idIntegracao")), document)
            if current is not None:
                return refuse(409, EXISTS, {"new": _row_of_new(body), "current": row_of(current)})
        notes = [self.office.add_note(body["prestador"]["cpfCnpj"], body) for body in bodies]
        protocol = notes[0]["protocolo"]
        for note in notes:
            note["protocolo"] = protocol
            self.office.save_note(note)
            self.messenger.watch(note, note["plan"]["seconds"])
        documents = [{name: note[name] for name in ("idIntegracao", "prestador", "id")} for note in notes]
        return answer({"documents": documents, "message": "Nota(as) em processamento", "protocol": protocol})

    def _find_flaws(self, body: dict[str, Any]) -> dict[str, str]:
        document = str((body.get("prestador") or {}).get("cpfCnpj") or "")
        services = body.get("servico")
        first = services[0] if isinstance(services, list) and services else services
        flaws = {}
        if document not in self.office.companies:
            flaws["prestador.cpfCnpj"] = "Empresa não cadastrada" if document else MISSING
        if not isinstance(first, dict) or not isinstance(services, list):
            return flaws | {"servico": MISSING}
        flaws |= {f"servico[0].{path}": MISSING for path in REQUIRED if _at(first, path) in (None, "")}
        taker = str((body.get("tomador") or {}).get("cpfCnpj") or "")
        if taker and not (is_cnpj(taker) or is_cpf(taker)):
            flaws["tomador.cpfCnpj"] = "CPF ou CNPJ inválido"
        return flaws

    def _find(self, request: Request) -> dict[str, Any] | None:
        """Find the note of the path and let time pass for it."""
        note = self.office.find_note(request.path_params["key"], request.path_params.get("cnpj"))
        if note is not None and self.office.settle(note):
            self.messenger.tell(note)
        return note

    async def look_up(self, request: Request) -> Response:
        key, document = request.path_params["key"], request.path_params.get("cnpj")
        notes = [note for note in self.office.notes.values() if document is None and note["protocolo"] == key]
        note = self.office.find_note(key, document)
        found = notes or ([note] if note else [])
        if not found:
            return refuse(404, NOT_FOUND)
        return answer([row_of(self._read(note)) for note in found])

    def _read(self, note: dict[str, Any]) -> dict[str, Any]:
        """Count a reading, which may be the one that finds the note ready."""
        note["readings"] += 1
        if self.office.settle(note):
            self.messenger.tell(note)
        return note

    async def list_period(self, request: Request) -> Response:
        query = request.query_params
        try:
            first = date.fromisoformat(query.get("dataInicial", ""))
            last = date.fromisoformat(query.get("dataFinal", ""))
        except ValueError:
            return refuse(400, "Período inválido")
        if not 0 <= (last - first).days <= MOST_DAYS:
            return refuse(400, "O período deve ter no máximo 31 dias")
        found = [
            note
            for note in self.office.notes.values()
            if note["prestador"] == query.get("cpfCnpj") and first <= _day(note["emissao"]) <= last
        ]
        start = int(query["hashProximaPagina"], 16) if query.get("hashProximaPagina") else 0
        rows = [row_of(self._read(note)) for note in found[start : start + PAGE]]
        following = f"{start + PAGE:x}" if len(found) > start + PAGE else None
        return answer({"notas": rows, "hashProximaPagina": following})

    async def get(self, request: Request) -> Response:
        note = self.office.find_note(request.path_params["key"])
        return answer(document_of(self._read(note))) if note else refuse(404, NOT_FOUND)

    async def cancel(self, request: Request) -> Response:
        note = self._find(request)
        if note is None:
            return refuse(404, NOT_FOUND)
        if note["situacao"] != DONE or note.get("cancel", {}).get("status") == PROCESSING:
            return refuse(400, f"A NFSe não pode ser cancelada na situação {note['situacao']}")
        body, plan = await read_json(request), note["plan"]
        note["cancel"] = {
            "protocolo": new_id(),
            "status": PROCESSING,
            "motivo": str(body.get("motivo", "")),
            "codigo": str(body.get("codigo", "")),
            "mensagem": "",
            "dueAt": self.office.clock.now().timestamp() + plan["cancel_seconds"],
        }
        self.office.save_note(note)
        self.messenger.watch(note, plan["cancel_seconds"])
        protocol = note["cancel"]["protocolo"]
        text = "Cancelamento em processamento"  # where the protocol stands is unknown: in both places
        return answer({"message": text, "data": {"protocol": protocol}, "protocol": protocol})

    async def cancel_status(self, request: Request) -> Response:
        note = self._find(request)
        if note is None or "cancel" not in note:
            return refuse(404, "Cancelamento não localizado")
        cancel = note["cancel"]
        return answer(
            {
                "id": note["id"],
                "protocol": cancel["protocolo"],
                "situacao": cancel["status"],
                "situacaoNota": note["situacao"],
                "mensagem": cancel["mensagem"],
            }
        )

    async def pdf(self, request: Request) -> Response:
        return self._file(request, "pdf", "application/pdf")

    async def xml(self, request: Request) -> Response:
        return self._file(request, "xml", "application/xml")

    def _file(self, request: Request, kind: str, media_type: str) -> Response:
        note = self._find(request)
        if note is None:
            return refuse(404, NOT_FOUND)
        asked = note[f"{kind}Readings"] = note.get(f"{kind}Readings", 0) + 1
        if "numeroNfse" not in note or asked <= note["plan"]["file_polls"]:
            return answer({"message": f"{kind.upper()} em processamento"}, 202)
        company = self.office.companies.get(note["prestador"], {})
        content = pdf_of(note, company) if kind == "pdf" else xml_of(note, company)
        return Response(content, 200, HEADERS, media_type)

    async def events(self, request: Request) -> Response:
        """Tell or send events of a note of the Nacional; sending a cancellation is what is known of it."""
        note, body = self._find(request), await read_json(request)
        if note is None:
            return refuse(404, NOT_FOUND)
        if body.get("tipo") == "envio":
            return await self.cancel(request)
        cancelled = [{"codigo": "101101", "descricao": "Cancelamento de NFS-e"}]
        return answer({"eventos": cancelled if note["situacao"] == CANCELLED else []})

    async def email(self, request: Request) -> Response:
        return (
            answer({"message": "E-mail em processamento"}) if self._find(request) else refuse(404, NOT_FOUND)
        )

    async def synchronize(self, request: Request) -> Response:
        notes = await self._listed(request)
        for note in notes:
            note["readings"] = note["plan"]["polls"]
            self._read(note)
        return answer({"message": "Sincronização em processamento", "ids": [note["id"] for note in notes]})

    async def interrupt(self, request: Request) -> Response:
        notes = [note for note in await self._listed(request) if note["situacao"] == PROCESSING]
        for note in notes:
            note["situacao"], note["mensagem"] = STOPPED, "Processamento interrompido a pedido"
            self.office.save_note(note)
        return answer({"message": "Interrupção em processamento", "ids": [note["id"] for note in notes]})

    async def _listed(self, request: Request) -> list[dict[str, Any]]:
        keys = await read_any(request)
        found = [self.office.find_note(str(key)) for key in keys] if isinstance(keys, list) else []
        return [note for note in found if note is not None]

    async def list_cities(self, _request: Request) -> Response:
        return answer([_city_json(city.ibge_code, city.name, city.uf) for city in self.world.catalog.cities])

    async def get_city(self, request: Request) -> Response:
        city = self.world.catalog.cities_by_ibge.get(request.path_params["ibge"])
        if city is None:
            return refuse(404, "Cidade não atendida")
        return answer(_city_json(city.ibge_code, city.name, city.uf))


def _city_json(code: str, name: str, uf: str) -> dict[str, Any]:
    return {
        "codigoIbge": code,
        "nome": name,
        "uf": uf,
        "padrao": "ABRASF",
        "certificado": True,
        "login": False,
        "senha": False,
        "cancelamento": True,
        "homologacao": True,
    }


def _at(body: dict[str, Any], path: str) -> Any:
    value: Any = body
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _row_of_new(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "idIntegracao": body.get("idIntegracao"),
        "prestador": body["prestador"]["cpfCnpj"],
        "tomador": (body.get("tomador") or {}).get("cpfCnpj", ""),
        "valorServico": _at(body["servico"][0], "valor.servico"),
    }


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
