"""SEFIN's envelopes, with the spellings that the real service mixes (national.md §2)."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from sandbox.answers import HEADERS, answer
from sandbox.sefin.book import Answers
from sandbox.sefin.problems import Problem


def rejection(
    fields: dict[str, Any], problems: Sequence[Problem], spelling: Answers, status: int = 400
) -> Response:
    """Answer POST /nfse: `erros`, a list."""
    pascal = spelling.is_pascal()
    return answer({**fields, "erros": [problem.as_json(pascal=pascal) for problem in problems]}, status)


def single_error(
    fields: dict[str, Any], problems: Sequence[Problem], spelling: Answers, status: int = 400
) -> Response:
    """Answer the other operations: `erro`, an object by the swagger and a list in production."""
    items = [problem.as_json(pascal=spelling.is_pascal()) for problem in problems]
    return answer({**fields, "erro": items if len(items) > 1 or spelling.is_list() else items[0]}, status)


def nothing(status: int) -> Response:
    return Response(b"", status, HEADERS)


def malformed() -> Response:
    """Answer a body that is no JSON object, as ASP.NET does."""
    errors = {"$": ["The JSON value could not be converted."]}
    title = "One or more validation errors occurred."
    return answer({"title": title, "status": 400, "errors": errors}, 400)
