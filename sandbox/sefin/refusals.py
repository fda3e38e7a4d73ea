"""Refusals on demand: what a fault of the control API answers in SEFIN's place."""

from starlette.responses import Response

from sandbox.answers import HEADERS, answer
from sandbox.sefin.environments import BY_PATH, STAGING, Clock
from sandbox.sefin.heads import adn_head, head
from sandbox.sefin.problems import Problem


def refuse_status(status: int, message: str) -> Response:
    """Answer as the proxy before SEFIN does: 403 is a page, 5xx a text under `erro` (§2.1, §2.5)."""
    if status in (401, 403):
        return Response(b"<html><title>403 Forbidden</title></html>", status, HEADERS, "text/html")
    return answer({"erro": message}, status)


def reject(path: str, code: str) -> Response:
    """Reject with a code; POST /nfse lists, the others answer one object."""
    environment = BY_PATH.get(path.split("/")[1], STAGING)
    problem = Problem(code or "E999").as_json()
    found = {"erros": [problem]} if path.endswith("/nfse") else {"erro": problem}
    return answer({**head(environment, Clock()), **found}, 400)


def reject_in_adn(path: str, code: str) -> Response:
    environment = BY_PATH.get(path.split("/")[1], STAGING)
    errors = [Problem(code or "E999").as_json(pascal=True)]
    return answer({**adn_head(environment, Clock(), "REJEICAO"), "Erros": errors}, 400)
