"""The sandbox as one application: emulators, control API and index page."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from sandbox import brasilapi, control, serper, viper, viper_people
from sandbox.answers import answer
from sandbox.calls import Calls
from sandbox.faults import Faults
from sandbox.wire import Wire
from sandbox.world import World


async def missing(request: Request, error: Exception) -> Response:
    return answer({"message": f"A sandbox não tem {request.method} {request.url.path}."}, 404)


def make_app(world: World | None = None) -> Starlette:
    """Build the application. The world may be shared; calls and faults are the application's own."""
    world = world or World()
    calls, faults = Calls(), Faults()

    def emulator(path: str, endpoint: Callable[..., Awaitable[Response]], method: str) -> Route:
        return Route(path, partial(endpoint, world=world), methods=[method])

    return Starlette(
        routes=[
            emulator("/serper/maps", serper.maps, "POST"),
            emulator("/serper/search", serper.search, "POST"),
            emulator("/brasilapi/api/cnpj/v1/{cnpj:path}", brasilapi.company, "GET"),
            emulator("/viper/ws/viperphone/cnpj/{cnpj}", viper.company, "GET"),
            emulator("/viper/ws/viperphone/cpf/{cpf}", viper_people.person, "GET"),
            Mount("/_control", routes=control.routes(world, calls, faults)),
            Route("/", control.index(calls, faults)),
        ],
        middleware=[Middleware(Wire, calls=calls, faults=faults)],
        exception_handlers={404: missing, 405: missing},
    )
