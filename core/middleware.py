"""Request ids in and out, one log line per request, and the answers of the rate limiter."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django_ratelimit.exceptions import Ratelimited

from core.ratelimit import LimiterDown
from core.request_ids import bind_request_id, clean_request_id
from core.responses import error_response

logger = structlog.get_logger("nitro.request")
GetResponse = Callable[[HttpRequest], HttpResponse]
LIMITER_DOWN_SECONDS = 30


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
        if match is None and response.status_code < 400:
            return  # a static file
        logger.info(
            "request",
            method=request.method,
            route=match.view_name or match.route if match else "",
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )


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
