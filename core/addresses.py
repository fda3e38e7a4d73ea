"""Addresses that a browser brings back (`next`, the page before), and whether a request comes from here."""

import ipaddress
from urllib.parse import quote, urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 2000
"""Characters of an address inside another one, as it is written there: servers and proxies cut long lines."""


def is_own_machine(request: HttpRequest) -> bool:
    """Return whether a program of this machine asks, and not somebody through the proxy in front.

    Caddy writes X-Forwarded-For into everything that it passes on, whatever the sender wrote.
    """
    if "HTTP_X_FORWARDED_FOR" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def shorten(address: str) -> str:
    """Return an address, without its query when that is longer than an address of sign-in may carry.

    A list then comes back whole: part of its filter would show other rows than were asked for.
    """
    return address if len(quote(address, safe="/")) <= LONGEST else address.partition("?")[0]


def own_path(request: HttpRequest, address: str) -> str:
    """Return the path and query of an address of this host, shortened, "" for any other text.

    What it returns begins with one slash, so it leads nowhere else. Answer with HttpResponseRedirect, never
    with django.shortcuts.redirect, which takes text without a slash for the name of a view.
    """
    address = shorten(address)
    if len(address) > LONGEST or not address.isprintable():
        return ""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        return ""
    parts = urlsplit(address)
    path = urlunsplit(("", "", parts.path, parts.query, ""))
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""
