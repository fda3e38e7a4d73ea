"""Answers to what went wrong, in the language that the client asked in: page, htmx fragment or JSON."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

MESSAGES = {
    400: "Não entendemos o pedido. Volte e tente de novo.",
    401: "Entre na sua conta para continuar.",
    403: "Você não tem permissão para ver esta página.",
    404: "Não encontramos o que você procura.",
    413: "O que você enviou é grande demais. Envie no máximo 10 MB de uma vez.",
    429: "Você fez pedidos demais em pouco tempo. Espere um pouco e tente de novo.",
    500: "Algo deu errado do nosso lado. Já fomos avisados.",
    503: "Este serviço está indisponível agora. Tente de novo em alguns minutos.",
}


def wants_json(request: HttpRequest) -> bool:
    """Return whether the client asked for JSON."""
    return "/api/" in request.path or request.get_preferred_type(["text/html", "application/json"]) == (
        "application/json"
    )


def error_response(
    request: HttpRequest, status: int, *, message: str = "", context: dict[str, Any] | None = None
) -> HttpResponse:
    """Answer with an error: JSON `{"error": …}`, plain text for htmx, or the page `<status>.html`."""
    message = message or MESSAGES[status]
    if wants_json(request):
        return JsonResponse({"error": message}, status=status, json_dumps_params={"ensure_ascii": False})
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    return render(request, f"{status}.html", {"message": message, **(context or {})}, status=status)
