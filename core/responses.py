"""Answers to what went wrong, in the language that the client asked in: page, htmx fragment or JSON."""

from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from core.navigation import find_layout
from core.ratelimit import CACHE_DOWN
from core.request_ids import current_request_id

MESSAGES = {
    400: "Não entendemos o pedido. Volte e tente de novo.",
    401: "Entre na sua conta para continuar.",
    403: "Você não tem permissão para ver esta página.",
    404: "Não encontramos o que você procura.",
    405: "Este endereço só recebe formulários. Volte e use o botão da página.",
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
    return error_page(request, f"{status}.html", status, {"message": message, **(context or {})})


def error_page(request: HttpRequest, template: str, status: int, context: dict[str, Any]) -> HttpResponse:
    """Draw an error in the frame of the pages around it; without one when database or cache are away."""
    try:
        return render(request, template, {"frame": _find_frame(request), **context}, status=status)
    except (DatabaseError, InterfaceError, *CACHE_DOWN):
        return frameless_page(template, status, context)


def frameless_page(template: str, status: int, context: dict[str, Any]) -> HttpResponse:
    """Draw an error without session, database or context processors: any of them may be what failed."""
    known = {"frame": "core/frameless.html", "request_id": current_request_id()}
    return HttpResponse(render_to_string(template, {**known, **context}), status=status)


def _find_frame(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return find_layout(request) if user is not None and user.is_authenticated else "core/base_public.html"
