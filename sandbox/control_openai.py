"""Control of OpenAI: how it answers from now on, and what it was asked."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer, read_json
from sandbox.guard import guarded
from sandbox.openai.plan import Office
from sandbox.plans import BadPlan


class OpenAIControl:
    """Endpoints under /_control/openai."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def routes(self) -> list[Route]:
        return [
            Route("/openai", guarded(self.show), methods=["GET"]),
            Route("/openai/plan", guarded(self.set_plan), methods=["POST"]),
        ]

    def clear(self) -> None:
        self.office.clear()

    async def show(self, _request: Request) -> Response:
        """List the last requests as they came, oldest first, and the plan."""
        return answer({"plan": self.office.plan.as_json(), "requests": list(self.office.requests)})

    async def set_plan(self, request: Request) -> Response:
        try:
            self.office.set_plan(await read_json(request))
        except BadPlan as error:
            return answer({"message": str(error)}, 400)
        return answer(self.office.plan.as_json())
