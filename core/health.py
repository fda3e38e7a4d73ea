"""What must work for Nitro to serve: asked by /health/ready. Other apps register what they know."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

Check = Callable[[], dict[str, Any]]
BROKER_SECONDS = 1


class NotReady(Exception):
    """A part that Nitro needs does not work. Text and `details` are for operators."""

    def __init__(self, reason: str, **details: Any) -> None:
        self.details = details
        super().__init__(reason)


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    name: str
    ok: bool
    details: dict[str, Any] = field(default_factory=dict)


_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a check to /health/ready. It returns details for operators or raises NotReady.

    A DatabaseError, a Redis error or an OSError counts as not ready as well.
    """
    _checks[name] = check


def run_checks() -> list[Finding]:
    """Run every registered check; the failure of one does not hide the others."""
    return [_run(name, check) for name, check in _checks.items()]


def _run(name: str, check: Check) -> Finding:
    try:
        return Finding(name, True, check())
    except NotReady as error:
        return Finding(name, False, {"reason": str(error), **error.details})
    except (DatabaseError, RedisError, ConnectionInterrupted, OSError) as error:
        return Finding(name, False, {"reason": type(error).__name__})


def check_database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {}


def check_broker() -> dict[str, Any]:
    client = redis.Redis.from_url(
        settings.BROKER_URL, socket_connect_timeout=BROKER_SECONDS, socket_timeout=BROKER_SECONDS
    )
    with client:
        client.ping()
    return {}


def check_cache() -> dict[str, Any]:
    cache.get("health")
    return {}


register("database", check_database)
register("broker", check_broker)
register("cache", check_cache)
