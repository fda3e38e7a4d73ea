"""The answers to people who may not see a page: sign in first, confirm the e-mail first."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from accounts.kept_forms import keep_typed
from core.addresses import shorten
from core.responses import error_response, wants_json

ENDED = "terminou"
"""Marks the address of sign-in when a session was there and is over."""


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Pages go to sign-in and come back; JSON and htmx get 401, and htmx goes to sign-in by itself (R32).

    What was typed into a form that is marked for it comes back, too (R117).
    """
    kept = keep_typed(request)
    query = {"next": kept or shorten(_page_of(request))}
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.is_empty():
        query[ENDED] = "1"
    sign_in_url = resolve_url(settings.LOGIN_URL)
    if not _is_read_by_script(request):
        return redirect(f"{sign_in_url}?{urlencode(query, safe='/')}")
    response = error_response(request, 401)
    response.headers["HX-Redirect"] = f"{sign_in_url}?{urlencode(query)}"
    if kept:
        response.headers["Form-Kept"] = "1"
    return response


def ask_to_confirm_email(request: HttpRequest) -> HttpResponse:
    """Pages go to the one that says how to confirm the e-mail; JSON and htmx get 403."""
    if not _is_read_by_script(request):
        return redirect("accounts:confirm_email")
    response = error_response(request, 403, message="Confirme seu e-mail para continuar.")
    response.headers["HX-Redirect"] = resolve_url("accounts:confirm_email")
    return response


def _is_read_by_script(request: HttpRequest) -> bool:
    """A redirect would put a whole page inside a fragment."""
    return request.headers.get("HX-Request") == "true" or wants_json(request)


def _page_of(request: HttpRequest) -> str:
    """The page to come back to: the one asked for, or the one from which a form or htmx was sent."""
    if request.method in {"GET", "HEAD"} and not _is_read_by_script(request):
        return request.get_full_path()
    sender = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if sender.netloc != request.get_host() or not sender.path:
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return urlunsplit(("", "", sender.path, sender.query, ""))
