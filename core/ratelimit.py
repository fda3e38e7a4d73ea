"""Limits of requests per account and, for the anonymous, per real client address (R31)."""

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypeVar, cast

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django_ratelimit.core import get_usage
from django_ratelimit.exceptions import Ratelimited
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
KeyFunction = Callable[[HttpRequest], str]
CACHE_DOWN = (ConnectionInterrupted, RedisError, OSError)


class TooManyRequests(Ratelimited):
    """The limit is reached; `retry_after` seconds remain until it opens again."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__()


class LimiterDown(Exception):
    """The store of the counters is down, and this view must not run without its limit."""


def rate_limited(
    group: str,
    *,
    key: Literal["ip", "account"] | KeyFunction,
    rate: str,
    method: str | tuple[str, ...] = "POST",
    closed_when_down: bool,
) -> Callable[[View], View]:
    """Decorate a view so that more than `rate` requests ("5/m", "20/h") of one key are answered with 429.

    `key` is "ip" (the real client address), "account" (the signed-in account, else the address) or a
    function of the request. With the cache down the view runs unlimited, or is answered with 503 when
    `closed_when_down` (sign-in and whatever costs money). RateLimitMiddleware writes both answers.
    """
    find_key = _KEYS[key] if isinstance(key, str) else key

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            _count(request, group, find_key, rate, method, closed_when_down)
            return view(request, *args, **kwargs)

        return cast(View, limited)

    return decorate


def _count(
    request: HttpRequest,
    group: str,
    find_key: KeyFunction,
    rate: str,
    method: str | tuple[str, ...],
    closed_when_down: bool,
) -> None:
    try:
        usage = get_usage(
            request,
            group=group,
            key=lambda _group, counted: find_key(counted),
            rate=rate,
            method=list(method) if isinstance(method, tuple) else method,
            increment=True,
        )
    except CACHE_DOWN as error:
        usage = None
        down: str | None = type(error).__name__
    else:
        down = "no count" if usage is not None and usage["limit"] == 0 else None
    if down is not None:
        logger.error("rate_limiter_down", group=group, reason=down, refused=closed_when_down)
        if closed_when_down:
            raise LimiterDown
    elif usage is not None and usage["should_limit"]:
        raise TooManyRequests(max(1, usage["time_left"]))


def client_ip(request: HttpRequest) -> str:
    """Return the address of the client: the hop that the outermost trusted proxy saw.

    Only the last settings.TRUSTED_PROXY_COUNT entries of X-Forwarded-For were written by our own proxies;
    everything before them is the client's word and is ignored.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    count = settings.TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if count and len(hops) >= count and _is_address(hops[-count]):
        return str(hops[-count])
    return str(peer)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _ip_key(request: HttpRequest) -> str:
    """Count an IPv6 client by its /64: one subscriber owns all of it."""
    address = client_ip(request)
    if not _is_address(address):
        return "ip:unknown"
    prefix = 64 if ":" in address else 32
    return f"ip:{ipaddress.ip_network(f'{address}/{prefix}', strict=False).network_address}"


def _account_key(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return _ip_key(request)
    account = getattr(request, "account", None)
    return f"account:{account.pk}" if account else f"user:{user.pk}"


_KEYS: dict[str, KeyFunction] = {"ip": _ip_key, "account": _account_key}
