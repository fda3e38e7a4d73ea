"""Opening a session: how long it lives and where it lands."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.shortcuts import resolve_url

from accounts.models import User
from accounts.selectors import list_memberships

BACKEND = "django.contrib.auth.backends.ModelBackend"


def open_session(request: HttpRequest, user: User, *, remember: bool = False) -> None:
    """Sign in for 30 days, or until the browser closes; operators for 8 hours at most (A2, O1)."""
    login(request, user, backend=BACKEND)
    if user.is_staff:
        request.session.set_expiry(settings.SESSION_OPERATOR_AGE)
    else:
        request.session.set_expiry(settings.SESSION_REMEMBER_AGE if remember else 0)


def home_of(user: User) -> str:
    """The first page of a person who asked for none, by what the person is (settings.ROLE_HOMES)."""
    if user.is_staff:
        return resolve_url(settings.OPERATOR_REDIRECT_URL)
    roles = {membership.role for membership in list_memberships(user)}
    homes = (home for role, home in settings.ROLE_HOMES.items() if role in roles)
    return resolve_url(next(homes, settings.NO_ROLE_HOME))
