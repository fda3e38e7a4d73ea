"""An address that only takes forms leads whoever opens it to the page of the form."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

from core.middleware import GetResponse
from core.responses import error_response, wants_json


class WrongMethodMiddleware:
    """Answer 405 with a way on: a page that is opened leads to its form's page, anything else is told.

    The page is what the view names as its `form_page` (a name, or what tells the address from the request),
    else the nearest address above it. Addresses of machines (without CSRF token) keep the bare 405.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or _is_for_machines(request):
            return response
        if (page := _find_page(request)) and _is_opened_by_a_person(request):
            return HttpResponseRedirect(page)
        told = error_response(request, 405)
        told.headers["Allow"] = response.headers["Allow"]
        return told


def _is_opened_by_a_person(request: HttpRequest) -> bool:
    by_script = request.headers.get("HX-Request") == "true" or wants_json(request)
    return request.method in {"GET", "HEAD"} and not by_script


def _is_for_machines(request: HttpRequest) -> bool:
    return request.resolver_match is not None and getattr(request.resolver_match.func, "csrf_exempt", False)


def _find_page(request: HttpRequest) -> str:
    view = request.resolver_match.func if request.resolver_match else None
    if view is None:
        return ""
    page = getattr(view, "form_page", "")
    if callable(page):
        return str(page(request))
    return reverse(page) if page else next(_list_above(request.path_info), "")


def _list_above(path: str) -> Iterator[str]:
    """The addresses above this one that lead to a view; a view that only takes forms leads on by itself."""
    parts = path.strip("/").split("/")[:-1]
    while parts:
        above = f"/{'/'.join(parts)}/"
        try:
            resolve(above)
        except Resolver404:
            pass
        else:
            yield above
        parts.pop()
    yield "/"
