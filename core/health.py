"""What must work for Nitro to serve: asked by /health/ready. Other apps register what they know."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache as remembered
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from core.disks import list_disks

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


def run_checks(names: Collection[str] = ()) -> list[Finding]:
    """Run the checks named, or every registered one; the failure of one does not hide the others."""
    return [_run(name, check) for name, check in _checks.items() if not names or name in names]


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


def check_migrations() -> dict[str, Any]:
    """Raise NotReady when the database lacks migrations of this release; those of a newer one do no harm."""
    missing = sorted(_migrations() - set(MigrationRecorder(connection).applied_migrations()))
    if missing:
        named = [".".join(migration) for migration in missing]
        raise NotReady(f"faltam {len(missing)} migrações no banco de dados", missing=named)
    return {}


@remembered
def _migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def check_disks() -> dict[str, Any]:
    """Raise NotReady when a disk is so full that the next file or row may fail."""
    disks = list_disks()
    free = {disk.path: f"{disk.free_percent:.0f}% livres" for disk in disks}
    full = [disk.path for disk in disks if disk.is_full]
    if full:
        raise NotReady(f"disco cheio: {', '.join(full)}", **free)
    return free


register("database", check_database)
register("broker", check_broker)
register("cache", check_cache)
register("migrations", check_migrations)
register("disk", check_disks)
