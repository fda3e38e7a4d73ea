"""Control API: /_control/{faults,calls,reset,world}."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.answers import HEADERS, answer
from sandbox.calls import Calls
from sandbox.faults import BadFault, Faults
from sandbox.guard import Endpoint, guarded
from sandbox.page import render
from sandbox.strangers import Strangers
from sandbox.world import World
from sandbox.world.truth import describe


def routes(world: World, calls: Calls, faults: Faults, forget: Callable[[], None]) -> list[Route]:
    async def list_faults(request: Request) -> Response:
        return answer({"faults": faults.as_json()})

    async def add_fault(request: Request) -> Response:
        fields, from_form = await _fields(request)
        try:
            fault = faults.add(**fields)
        except BadFault as error:
            return answer({"message": str(error)}, 400)
        return _back() if from_form else answer({"id": fault.id}, 201)

    async def clear_faults(request: Request) -> Response:
        faults.clear()
        return _back() if await _is_form(request) else answer({})

    async def remove_fault(request: Request) -> Response:
        return (
            answer({})
            if faults.remove(request.path_params["id"])
            else answer({"message": "no such fault"}, 404)
        )

    async def reset(request: Request) -> Response:
        """Remove faults and calls; with {"state": true} also notes, companies and what cities decided."""
        faults.clear()
        calls.clear()
        if await _is_form(request):
            return _back()
        if (await _fields(request))[0].get("state"):
            forget()
        return answer({})

    async def list_calls(request: Request) -> Response:
        provider, limit = request.query_params.get("provider"), request.query_params.get("limit", "1000")
        if not limit.isdigit():
            return answer({"message": "limit must be a number"}, 400)
        return answer({**calls.counts(), "calls": calls.as_json(provider, int(limit))})

    async def show_world(request: Request) -> Response:
        niche, city = (
            request.query_params.get("niche", ""),
            world.catalog.find_city(request.query_params.get("city", "")),
        )
        if not niche or city is None:
            return answer({"message": "niche and city are needed, city as 'Nome - UF' or IBGE code"}, 400)
        return answer(describe(world, niche, city))

    async def show_company(request: Request) -> Response:
        company = world.find_company(request.path_params["cnpj"])
        if company is None:
            return answer({"message": "no such company"}, 404)
        city = company.city
        return answer(
            {
                "cnpj": company.cnpj,
                "legal_name": company.legal_name,
                "trade_name": company.trade_name,
                "active": company.is_active,
                "city": city.label if city else None,
                "ibge_code": city.ibge_code if city else None,
            }
        )

    return [
        Route("/faults", guarded(list_faults), methods=["GET"]),
        Route("/faults", guarded(add_fault), methods=["POST"]),
        Route("/faults", guarded(clear_faults), methods=["DELETE"]),
        Route("/faults/clear", guarded(clear_faults), methods=["POST"]),
        Route("/faults/{id:int}", guarded(remove_fault), methods=["DELETE"]),
        Route("/reset", guarded(reset), methods=["POST"]),
        Route("/calls", guarded(list_calls), methods=["GET"]),
        Route("/world", guarded(show_world), methods=["GET"]),
        Route("/world/companies/{cnpj}", guarded(show_company), methods=["GET"]),
    ]


def registry_routes(strangers: Strangers) -> list[Route]:
    """Say whether BrasilAPI knows every right CNPJ, and what it says of single ones."""

    async def plan(request: Request) -> Response:
        fields, _ = await _fields(request)
        known, statuses = fields.get("known"), fields.get("statuses")
        strangers.plan(
            known if isinstance(known, bool) else None, statuses if isinstance(statuses, dict) else None
        )
        return answer(strangers.as_json())

    return [Route("/registry", guarded(plan), methods=["POST"])]


def index(calls: Calls, faults: Faults) -> Endpoint:
    async def show(request: Request) -> Response:
        return Response(render(calls, faults), 200, HEADERS, "text/html; charset=utf-8")

    return guarded(show)


async def _fields(request: Request) -> tuple[dict[str, Any], bool]:
    if await _is_form(request):
        return {name: value for name, value in parse_qsl((await request.body()).decode()) if value}, True
    try:
        fields = await request.json()
    except ValueError:
        return {"kind": None}, False
    return fields if isinstance(fields, dict) else {"kind": None}, False


async def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _back() -> Response:
    return RedirectResponse("/", 303, HEADERS)
