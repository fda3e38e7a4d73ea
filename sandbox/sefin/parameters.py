"""Parametrização: agreements, ISS rates, special regimes and retentions of cities (national.md §3)."""

import re
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer
from sandbox.sefin.office import Sefin
from sandbox.sefin.tables import load_tables

SERVICE = re.compile(r"\d\d\.\d\d\.\d\d\.\d{3}")
BAD_SERVICE = "Chamada mal formada. O código do serviço deve ser composto por nove dígitos."
BAD_DATE = "Chamada mal formada. A competência deve ser uma data."
NO_RETENTION: dict[str, Any] = {"artigoSexto": None, "retencoesMunicipais": []}
FOUND = "Parâmetros do município recuperados com sucesso."


class ParametersApi:
    """The endpoints under /{environment}/parametrizacao, for any valid certificate."""

    def __init__(self, sefin: Sefin) -> None:
        self.sefin = sefin

    def routes(self) -> list[Route]:
        return [
            Route("/{city}/convenio", self.agreement, methods=["GET"]),
            Route("/{city}/{service}/{competence}/aliquota", self.rate, methods=["GET"]),
            Route("/{city}/{service}/historicoaliquotas", self.rate_history, methods=["GET"]),
            Route("/{city}/{service}/{competence}/regimes_especiais", self.special_regimes, methods=["GET"]),
            Route("/{city}/{competence}/retencoes", self.retentions, methods=["GET"]),
            Route("/{city}/{benefit}/{competence}/beneficio", self.benefit, methods=["GET"]),
        ]

    async def agreement(self, request: Request) -> Response:
        entry = self.sefin.book.city(request.path_params["city"])
        if not entry.has_agreement:
            text = "Não há convênio ativo para o município informado."
            return answer({"parametrosConvenio": None, "mensagem": text}, 404)
        fields = {
            "aderenteAmbienteNacional": int(entry.is_member),
            "aderenteEmissorNacional": int(entry.uses_national_issuer),
            "situacaoEmissaoPadraoContribuintesRFB": 1,
            "aderenteMAN": 0,
            "permiteAproveitametoDeCreditos": True,
        }
        return answer({"parametrosConvenio": fields, "mensagem": None})

    async def rate(self, request: Request) -> Response:
        if not _is_date(request.path_params["competence"]):
            return answer({"aliquotas": None, "mensagem": BAD_DATE}, 400)
        return await self.rate_history(request)

    async def rate_history(self, request: Request) -> Response:
        city, service = request.path_params["city"], request.path_params["service"]
        if not SERVICE.fullmatch(service):
            return answer({"aliquotas": None, "mensagem": BAD_SERVICE}, 400)
        code, entry = service[:8].replace(".", ""), self.sefin.book.city(city)
        if not entry.has_agreement or code not in load_tables().services or code in entry.services_off:
            return answer({"aliquotas": None, "mensagem": "Nenhuma alíquota encontrada."}, 404)
        item = {
            "Incidencia": "SIM",
            "Aliq": float(self.sefin.book.rate(city, code)),
            "DtIni": f"{entry.since}T00:00:00",
            "DtFim": None,
        }
        return answer({"aliquotas": {service: [item]}, "mensagem": FOUND})

    async def special_regimes(self, _request: Request) -> Response:
        return answer({"regimesEspeciais": None, "mensagem": "Nenhum regime especial encontrado."}, 404)

    async def retentions(self, request: Request) -> Response:
        entry = self.sefin.book.city(request.path_params["city"])
        if not _is_date(request.path_params["competence"]):
            return answer({**NO_RETENTION, "mensagem": BAD_DATE}, 400)
        if not entry.has_agreement:
            return answer(
                {"artigoSexto": None, "retencoesMunicipais": [], "mensagem": "Nenhuma retenção encontrada."},
                404,
            )
        history = [{"dataInicio": f"{entry.since}T00:00:00", "dataFim": None}]
        sixth = {"habilitado": True, "historico": history}
        return answer({"artigoSexto": sixth, "retencoesMunicipais": [], "mensagem": FOUND})

    async def benefit(self, _request: Request) -> Response:
        return answer({"beneficio": None, "mensagem": "Nenhum benefício encontrado."}, 404)


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
