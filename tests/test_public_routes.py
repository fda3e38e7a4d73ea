"""Every route of every app: open to all only when it is on this list, else sign-in or 401 (R32)."""

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

# What each public route answers to a GET without a session.
PUBLIC = {
    "core:home": 200,
    "core:favicon": 302,
    "core:health_live": 200,
    "core:health_ready": 503,  # no worker beats beside a test
    "metrics": 200,  # asked from this machine
    "accounts:sign_in": 200,
    "accounts:sign_up": 200,
    "accounts:sign_up_done": 200,
    "accounts:terms": 200,
    "accounts:confirm_email_from_link": 200,
    "accounts:confirm_email_link": 302,
    "accounts:renew_confirmation": 302,
    "accounts:password_reset": 200,
    "accounts:password_reset_sent": 200,
    "accounts:reset_password": 200,
    "accounts:confirm_new_email_link": 302,
    "accounts:admin_sign_in": 302,
    "nfse:register": 200,
    "nfse:registered": 200,
    "nfse:registration_lookup": 200,
    "nfse:invite": 302,
    "nfse:accept_invite": 422,  # without an invitation in the session
    "inbox:receive": 405,
    "inbox:receive_at": 405,
}
SAMPLES = {
    "int": "1",
    "str": "exemplo",
    "slug": "exemplo",
    "path": "exemplo",
    "uuid": "00000000-0000-0000-0000-000000000001",
}


def list_paths(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """One address for every route of the URLconf."""
    for entry in patterns:
        path = prefix + fill(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from list_paths(entry.url_patterns, path)
        else:
            yield path


def fill(route: str) -> str:
    if route.startswith("(?P<"):  # the admin's catch-all is the only regular expression
        return "exemplo"
    return re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES[match[1] or "str"], route)


PATHS = sorted(set(list_paths(get_resolver().url_patterns)))
ROUTES = {resolve(path).view_name or path: path for path in PATHS}
PRIVATE = [path for name, path in ROUTES.items() if name not in PUBLIC]


def is_sign_in(answer) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/entrar/")


def test_the_list_names_exactly_what_the_code_leaves_open():
    open_routes = {
        name for name, path in ROUTES.items() if not getattr(resolve(path).func, "login_required", True)
    }
    assert open_routes == set(PUBLIC)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "status"), PUBLIC.items())
def test_a_public_route_answers_without_a_session(client, name, status):
    answer = client.get(ROUTES[name])
    assert answer.status_code == status
    assert not is_sign_in(answer) or name == "accounts:admin_sign_in"


@pytest.mark.django_db
@pytest.mark.parametrize("path", PRIVATE)
def test_any_other_page_goes_to_sign_in(client, path):
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 401 if "/api/" in path else is_sign_in(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PRIVATE)
@pytest.mark.parametrize(
    "headers", [{"Accept": "application/json"}, {"HX-Request": "true"}], ids=["json", "htmx"]
)
def test_any_other_route_answers_401_to_scripts(client, path, headers):
    for answer in (client.get(path, headers=headers), client.post(path, headers=headers)):
        assert answer.status_code == 401
