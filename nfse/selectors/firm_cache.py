"""Figures of one firm kept for a short while in the cache, and forgotten when something of the firm changes.

The cache may be away: then everything is computed, and nothing fails.
"""

import uuid
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)
Figures = TypeVar("Figures")
KEPT_SECONDS = 60
VERSION_SECONDS = 24 * 3600
_CACHE_DOWN = (ConnectionInterrupted, RedisError)


def remember(firm_id: int, name: str, compute: Callable[[], Figures]) -> Figures:
    """Return the firm's figures of this name, at most 60 s old and of no older change than the last."""
    try:
        key = f"nfse.firm:{firm_id}:{cache.get(_version_key(firm_id), 0)}:{name}"
        kept: Figures | None = cache.get(key)
    except _CACHE_DOWN as error:
        log.warning("firm_cache_down", error=type(error).__name__)
        return compute()
    if kept is None:
        kept = compute()
        _keep(key, kept)
    return kept


def forget(firm_id: int) -> None:
    """Forget what is kept of a firm: what was computed before belongs to an older version."""
    try:
        cache.set(_version_key(firm_id), uuid.uuid4().hex, VERSION_SECONDS)
    except _CACHE_DOWN as error:
        log.warning("firm_cache_down", error=type(error).__name__)


def _keep(key: str, figures: object) -> None:
    try:
        cache.set(key, figures, KEPT_SECONDS)
    except _CACHE_DOWN as error:
        log.warning("firm_cache_down", error=type(error).__name__)


def _version_key(firm_id: int) -> str:
    return f"nfse.firm:{firm_id}:version"
