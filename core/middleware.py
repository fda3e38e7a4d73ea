"""Request ids in and out, one log line per request, and what every answer has to keep to."""

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django_ratelimit.exceptions import Ratelimited

from core.addresses import is_own_machine
from core.bodies import BodyTooLarge, drain_body, refuse_large_body
from core.metrics import count_request
from core.ratelimit import LimiterDown
from core.request_ids import bind_request_id, clean_request_id
from core.responses import error_response

logger = structlog.get_logger("nitro.request")
GetResponse = Callable[[HttpRequest], HttpResponse]
LIMITER_DOWN_SECONDS = 30
OWN_MACHINE_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})


class RequestIdMiddleware:
    """Bind X-Request-ID (or a new id) while the request runs, answer with it, and log the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        with bind_request_id(clean_request_id(request.headers.get("X-Request-ID", ""))) as request_id:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            self._log(request, response, time.perf_counter() - started)
            return response

    def _log(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """Name the route, never the address: paths and queries may hold what people typed."""
        match = request.resolver_match
        route = (match.view_name or match.route) if match else ""
        count_request(route=route, method=request.method or "", status=response.status_code, seconds=seconds)
        if match is None and response.status_code < 400:
            return  # a static file
        outage = getattr(request, "outage", "")
        logger.log(
            logging.ERROR if outage else logging.INFO,
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            **({"outage": outage} if outage else {}),
        )


class UnreadBodyMiddleware:
    """Read what nobody read of a body before answering, within bounds.

    A proxy that still writes when the answer comes and the connection closes loses the answer: whoever was
    refused by a 404, a redirect to sign-in or a 429 would see the proxy's error instead.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        drain_body(request)
        return response


class OwnMachineMiddleware:
    """Let programs of this machine ask how it goes under any name: they know its address, not the site's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_own_machine(request) and request.path_info in OWN_MACHINE_PATHS:
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_URL).netloc
        return self.get_response(request)


class BodyLimitMiddleware:
    """Answer 413 to a body above settings.MAX_BODY_BYTES, with or without a proxy in front (O20)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if getattr(view, "own_body_limit", False):
            return None
        try:
            refuse_large_body(request, settings.MAX_BODY_BYTES)
        except BodyTooLarge:
            return error_response(request, 413)
        return None


class NoStoreMiddleware:
    """Let no browser keep what a signed-in person was shown, unless the view says how long it may."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in {*request.COOKIES, *response.cookies}:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class RateLimitMiddleware:
    """Answer 429 with Retry-After to what exceeds its limit, and 503 to what may not run unlimited."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Ratelimited):
            return _answer(request, 429, getattr(exception, "retry_after", 60))
        if isinstance(exception, LimiterDown):
            return _answer(request, 503, LIMITER_DOWN_SECONDS)
        return None


def _answer(request: HttpRequest, status: int, retry_after: int) -> HttpResponse:
    response = error_response(request, status, context={"retry_after": retry_after})
    response.headers["Retry-After"] = str(retry_after)
    return response
