"""Sign-in: one answer for every failure, and ten failures per account in 15 minutes (A2, R31)."""

from contextlib import suppress
from datetime import timedelta

from django.contrib.auth import authenticate
from django.core.cache import cache

from accounts.managers import normalize_email
from accounts.models import User
from core.crypto import blind_index
from core.errors import NitroError
from core.ratelimit import CACHE_DOWN, LimiterDown

MAX_FAILURES = 10
WINDOW = timedelta(minutes=15)


class WrongCredentials(NitroError):
    """Unknown address, wrong password or closed user: nobody outside learns which."""

    message = "E-mail ou senha incorretos."


class TooManyFailures(NitroError):
    """Ten failures within 15 minutes; `retry_after` seconds remain."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        minutes = max(1, -(-retry_after // 60))
        unit = "minuto" if minutes == 1 else "minutos"
        super().__init__(f"Muitas tentativas com este e-mail. Tente de novo em {minutes} {unit}.")


def check_credentials(*, email: str, password: str) -> User:
    """Return the user with this address and password.

    An attempt takes its place in the counter before the password is looked at and gives it back when it was
    right, so that parallel attempts cannot pass the limit. Unknown addresses cost the same work and count
    the same. Raises WrongCredentials, TooManyFailures, or core.ratelimit.LimiterDown when the counters
    cannot be kept.
    """
    key = _failures_key(email)
    if _count_attempt(key) > MAX_FAILURES:
        _give_back(key)
        raise TooManyFailures(_seconds_left(key))
    user = authenticate(username=normalize_email(email), password=password)
    if not isinstance(user, User):
        raise WrongCredentials
    _give_back(key)
    return user


def forget_failures(*, email: str) -> None:
    """Open sign-in again for a person who proved to own the address."""
    with suppress(*CACHE_DOWN):
        cache.delete(_failures_key(email))


def _failures_key(email: str) -> str:
    return f"sign-in-failures:{blind_index(normalize_email(email), 'sign-in-failures')}"


def _count_attempt(key: str) -> int:
    try:
        cache.add(key, 0, WINDOW.total_seconds())
        return cache.incr(key)
    except ValueError:  # it expired between the two calls
        return _count_attempt(key)
    except CACHE_DOWN as error:
        raise LimiterDown from error


def _give_back(key: str) -> None:
    with suppress(ValueError, *CACHE_DOWN):
        cache.decr(key)


def _seconds_left(key: str) -> int:
    try:
        seconds = cache.ttl(key)  # type: ignore[attr-defined]  # django-redis
    except CACHE_DOWN:
        seconds = None
    return int(seconds or WINDOW.total_seconds())
