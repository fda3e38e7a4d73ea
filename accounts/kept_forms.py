"""The end of a session costs nobody what was typed (R117, docs/decisions/0011-kept-forms.md).

A form says for whom it was drawn, by a signed number (`{% form_owner %}`). Sent when nobody is signed in, or
by the page of an earlier session, what was typed is kept for that user alone and comes back after sign-in, at
the address of the form with the key of what was kept. A form that was refused, or is drawn again for a last
look, is kept in the same way: the page names its own address, which can be reloaded (core/nitro.js shows it
in the bar).
"""

import re
import uuid
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse

from accounts.models import User
from accounts.selectors import find_kept_form
from accounts.services import forget_form, keep_form
from core.addresses import shorten
from core.forms import KeptValues

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Page = str | Callable[[HttpRequest], str]
OWNER = "form_owner"
KEY = "rascunho"
SALT = "accounts.form_owner"
NEVER_KEPT = re.compile(r"csrf|passw|passphrase|senha|secret|token", re.IGNORECASE)
PRESSED = {OWNER, KEY, "over"}
"""Not typed: who the page was for, what it was filled in with, a button whose meaning is of the moment."""


def keeps_typed(page: Page = "") -> Callable[[View], View]:
    """Mark a view of a form whose typed text outlives the session; outermost of its decorators.

    Args:
        page: of a view that answers POST only, the page with the form: the name of its address, or what
            tells its address from the request. Else the form is at the view's own address.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = view(request, *args, **kwargs)
            is_drawn_again = getattr(request, "refused_key", None) is not None
            if request.method == "POST" and (is_drawn_again or response.status_code in {302, 422}):
                _keep_refused(request)
                _forget(request)
            return response

        marked.kept_page = page  # type: ignore[attr-defined]
        if page:
            marked.form_page = page  # type: ignore[attr-defined]
        return cast(View, marked)

    return mark


def sign_owner(user: User) -> str:
    """Return what a form says of the person for whom it was drawn: no longer than a session may last."""
    return signing.TimestampSigner(salt=SALT).sign(str(user.pk))


def read_owner(request: HttpRequest) -> int | None:
    """Return the user for whom the form that was sent had been drawn; None when it does not say so."""
    try:
        signed = request.POST.get(OWNER, "")
        longest = settings.SESSION_REMEMBER_AGE
        return int(signing.TimestampSigner(salt=SALT).unsign(signed, max_age=longest))
    except signing.BadSignature:
        return None


def keep_typed(request: HttpRequest) -> str:
    """Keep what a marked form was sent with and return the page to which it comes back; else ""."""
    page = _kept_page(request)
    if request.method != "POST" or page is None or (owner := read_owner(request)) is None:
        return ""
    address = shorten(_page_of(request, page))
    typed = list(_typed(request.POST))
    key = keep_form(user_id=owner, page=urlsplit(address).path, typed=typed)
    return with_key(address, key) if key else ""


def leave_out(request: HttpRequest, name: str) -> None:
    """Keep the form that is being refused without this field: what it was sent with is spent."""
    request.left_out = {*getattr(request, "left_out", ()), name}  # type: ignore[attr-defined]


def refused_address(request: HttpRequest) -> str:
    """Return the address at which a form comes back as it was sent, while its refusal is drawn; else ""."""
    page: Page | None = _kept_page(request)
    if request.method != "POST" or page is None or request.headers.get("HX-Request") == "true":
        return ""
    request.refused_key = uuid.uuid4()  # type: ignore[attr-defined]
    return with_key(_page_of(request, page), request.refused_key)  # type: ignore[attr-defined]


def kept_key(request: HttpRequest) -> uuid.UUID | None:
    """Return the key of what filled in the form of this page, or that its refusal has just got."""
    return getattr(request, "refused_key", None) or _key_of(request)


def sent_values(request: HttpRequest) -> QueryDict | None:
    """Return what the form of this address is bound to: what was sent, else what was kept, else None."""
    return request.POST if request.method == "POST" else kept_values(request)


def kept_values(request: HttpRequest, page: str = "") -> KeptValues | None:
    """Return what was kept under the key in the address, for this user and page (default: this one)."""
    key = _key_of(request)
    user = request.user
    if key is None or not isinstance(user, User):
        return None
    typed = find_kept_form(user_id=user.pk, key=key, page=page or request.path)
    return KeptValues(typed) if typed is not None else None


def with_key(address: str, key: uuid.UUID | None) -> str:
    """Return the address with this key of a kept form, or without any."""
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != KEY]
    if key is not None:
        query.append((KEY, str(key)))
    return urlunsplit(("", "", parts.path, urlencode(query), ""))


def _typed(sent: QueryDict) -> Iterable[tuple[str, str]]:
    for name, values in sent.lists():
        if name not in PRESSED and not NEVER_KEPT.search(name):
            yield from ((name, str(value)) for value in values)


def _page_of(request: HttpRequest, page: Page) -> str:
    if callable(page):
        return page(request)
    return reverse(page) if page else request.get_full_path()


def _kept_page(request: HttpRequest) -> Page | None:
    view = request.resolver_match.func if request.resolver_match else None
    return getattr(view, "kept_page", None)


def _key_of(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(KEY) or request.GET.get(KEY, ""))
    except ValueError:
        return None


def _keep_refused(request: HttpRequest) -> None:
    """Keep a form that was refused, under the key that its page names."""
    key, page = getattr(request, "refused_key", None), _kept_page(request)
    if key is not None and page is not None and isinstance(request.user, User):
        path = urlsplit(_page_of(request, page)).path
        spent = getattr(request, "left_out", ())
        typed = [(name, value) for name, value in _typed(request.POST) if name not in spent]
        keep_form(user_id=request.user.pk, page=path, typed=typed, key=key)


def _forget(request: HttpRequest) -> None:
    key = _key_of(request)
    if key is not None and isinstance(request.user, User):
        forget_form(user_id=request.user.pk, key=key)
