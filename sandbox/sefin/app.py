"""The application behind the mutual TLS port."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.calls import Calls
from sandbox.faults import Faults
from sandbox.sefin.adn import AdnApi
from sandbox.sefin.answers import nothing, rejection
from sandbox.sefin.api import SefinApi
from sandbox.sefin.environments import BY_PATH
from sandbox.sefin.heads import head
from sandbox.sefin.office import Sefin
from sandbox.sefin.parameters import ParametersApi
from sandbox.sefin.problems import Problem
from sandbox.tls import PEER
from sandbox.wire import Wire

SERVICES = {"SefinNacional": "sefin", "contribuintes": "adn", "parametrizacao": "parameters"}


class Gate:
    """Lets in whom the edge of the real service would: known environment, acceptable certificate (§1.2)."""

    def __init__(self, app: ASGIApp, sefin: Sefin) -> None:
        self.app = app
        self.sefin = sefin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._refuse(scope) if scope["type"] == "http" else None
        await (response or self.app)(scope, receive, send)

    def _refuse(self, scope: Scope) -> Response | None:
        environment = BY_PATH.get(scope["path"].split("/")[1])
        if environment is None:
            return nothing(404)
        peer = self.sefin.read_peer(scope["extensions"][PEER]["certificate"])
        codes = peer.find_transmission_problems(self.sefin.clock.now()) if peer else ["E1200"]
        if peer is None or codes:
            fields = head(environment, self.sefin.clock)
            return rejection(fields, [Problem(code) for code in codes], self.sefin.book.answers, 403)
        scope.setdefault("state", {})["peer"] = peer
        return None


def make_sefin_app(sefin: Sefin, calls: Calls, faults: Faults) -> Starlette:
    """Build the application of both environments."""
    services = {
        "SefinNacional": SefinApi(sefin).routes(),
        "contribuintes": AdnApi(sefin).routes(),
        "parametrizacao": ParametersApi(sefin).routes(),
    }
    return Starlette(
        routes=[
            Mount(f"/{{environment}}/{name}", app=Router(routes=routes)) for name, routes in services.items()
        ],
        middleware=[
            Middleware(Wire, calls=calls, faults=faults, identify=identify),
            Middleware(Gate, sefin=sefin),
        ],
        exception_handlers={404: _missing, 405: _not_allowed},
    )


def identify(path: str) -> tuple[str, str]:
    """Return the provider and the rest of the path: /producao/SefinNacional/nfse → sefin, /producao/nfse."""
    environment, _, rest = path.lstrip("/").partition("/")
    service, _, rest = rest.partition("/")
    return SERVICES.get(service, ""), f"/{environment}/{rest}"


async def _missing(request: Request, error: Exception) -> Response:
    return nothing(404)


async def _not_allowed(request: Request, error: Exception) -> Response:
    return nothing(405)
