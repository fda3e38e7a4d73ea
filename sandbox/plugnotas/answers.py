"""PlugNotas' answers."""

from typing import Any

from starlette.responses import Response

from sandbox.answers import answer


def refuse(status: int, message: str, data: dict[str, Any] | None = None) -> Response:
    """Answer an error in the vendor's shape."""
    return answer({"error": {"message": message, **({"data": data} if data else {})}}, status)


def reject(path: str, text: str) -> Response:
    """Reject the body, as a fault of the control API asks."""
    return refuse(400, "Falha na validação do JSON de NFSe", {"fields": {"servico[0]": text}})
