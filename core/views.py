"""The landing page, health, and the pages for what went wrong."""

import sys

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.addresses import is_own_machine
from core.health import run_checks
from core.outages import RETRY_SECONDS, is_outage
from core.responses import error_response, frameless_page, wants_json

log = structlog.get_logger(__name__)


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "core/home.html")


@login_not_required
@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Lead to the icon: browsers ask for it here on pages that name none, the admin's and files."""
    return redirect(static("core/favicon.svg"))


@login_not_required
@never_cache
@require_safe
def health_live(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers. Touches nothing outside the process (O13)."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def health_ready(request: HttpRequest) -> HttpResponse:
    """Say whether everything that Nitro needs works, or the parts that `only` names (O13).

    Reasons and details are for operators and for programs of this machine.
    """
    findings = run_checks(request.GET.getlist("only"))
    ready = all(finding.ok for finding in findings)
    body: dict[str, object] = {"status": "ok" if ready else "unavailable"}
    database_works = any(finding.name == "database" and finding.ok for finding in findings)
    if is_own_machine(request) or (database_works and request.user.is_staff):
        body["checks"] = {finding.name: {"ok": finding.ok, **finding.details} for finding in findings}
    return JsonResponse(body, status=200 if ready else 503)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - as Django calls
    return error_response(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show the sentence that our own code gave for the person, if any."""
    return error_response(request, 403, message=str(exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - as Django calls
    return error_response(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer in the frame of the pages around it, or without one when that fails as well.

    While the database is away it is 503, which tells machines to come back; Django calls this while it
    handles the exception.
    """
    error = sys.exc_info()[1]
    if not is_outage(error):
        return _failure_page(request, 500)
    request.outage = type(error).__name__  # type: ignore[attr-defined]
    if wants_json(request) or request.headers.get("HX-Request") == "true":
        response = error_response(request, 503)
    else:
        response = frameless_page("core/outage.html", 503, {})
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _failure_page(request: HttpRequest, status: int) -> HttpResponse:
    try:
        return error_response(request, status)
    except Exception:  # what failed before may be what draws the frame
        log.exception("frame_not_drawn", status=status)
        return frameless_page(f"{status}.html", status, {})
