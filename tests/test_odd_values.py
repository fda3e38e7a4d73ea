"""Odd values in every field of every form and in every parameter of every route: no answer is ever 5xx.

Bounded: each address gets a few requests in which every field holds another odd value, and each form that a
page shows gets one field after the other spoiled while the rest stays as the page filled it in.
"""

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from lxml import html

from accounts.tests.factories import make_buyer, make_operator
from tests.support.shared_rows import shared_rows
from tests.test_public_routes import PUBLIC
from tests.test_public_routes import ROUTES as PATHS
from tests.test_stranger_firm import NAMESPACES
from tests.test_stranger_firm import ROUTES as OF_NOTAS
from whatsapp.tests.populated import make_populated

pytestmark = pytest.mark.django_db
ODD = [
    "\x00",
    "31/12/9999",
    "9999-12-31",
    "-1",
    "9" * 30,
    "9" * 5000,
    str(2**63),
    str(2**31),
    "0001-01-01",
    "999.999.999.999.999,99",
    "1e400",
    "NaN",
    "²",
    "\u202egpj.exe",
    "x" * 3000,
    "http://[",
    "//fora.example",
    "buscas",
    "%00",
    "'\"><",
    "2026-02-30",
    "0",
]
ROUNDS_OF_A_ROUTE, ROUNDS_OF_A_FIELD = 6, 3
# What addresses may bring besides the fields of the page's own filter.
PARAMETERS = [
    "page",
    "next",
    "q",
    "empresa",
    "tomador",
    "copiar",
    "substituir",
    "repetir",
    "aba",
    "mes",
    "ids",
]
OPERATORS = ("operations:", "admin:", "inbox:")
WITHOUT_WORKERS = "core:health_ready"  # 503, as it should


def visitor_of(name):
    """Whose page it is: any other visitor is only sent away."""
    if name in PUBLIC:
        return "nobody"
    return "operator" if name.startswith(OPERATORS) else "buyer"


OTHERS = [
    (visitor_of(name), name)
    for name in sorted(PATHS)
    if name.partition(":")[0] not in NAMESPACES and name != WITHOUT_WORKERS
]


@pytest.fixture(scope="module")
def ours(django_db_setup, django_db_blocker, tmp_path_factory):
    with shared_rows(django_db_blocker, tmp_path_factory.mktemp("files")):
        yield make_populated(1)


@pytest.fixture
def owner(ours):
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    client.force_login(ours.office.owner)
    client.ids = ours.ids
    return client


@pytest.fixture
def somebody(request, ours):
    client = Client(raise_request_exception=False, headers={"host": "localhost"})
    if request.param == "buyer":
        client.force_login(make_buyer()[0])
    if request.param == "operator":
        client.force_login(make_operator())
    return client


def spoil(names, number):
    """Every field with another odd value; the next number moves them all on."""
    return {name: ODD[(place + number) % len(ODD)] for place, name in enumerate(names)}


def read_forms(answer):
    """The forms of a page: method, address, and each field as the page filled it in."""
    content = answer.getvalue().strip()  # a file is closed when it was read
    if not answer.get("Content-Type", "").startswith("text/html"):
        return []
    forms = html.document_fromstring(content).forms if content else []
    return [(form.method, form.action, {k: v or "" for k, v in form.fields.items() if k}) for form in forms]


def ask(client, method, address, data):
    """The status of one request, whose effects are undone."""
    point = transaction.savepoint()
    answer = getattr(client, method.lower())(address, data)
    answer.getvalue()
    transaction.savepoint_rollback(point)
    return answer.status_code


def walk(client, address):
    """Every request of one address; returns those that were answered 5xx."""
    cache.delete_pattern("*")
    failed, forms = [], read_forms(client.get(address))
    for method, target, fields in forms:
        names = [name for name in fields if name != "csrfmiddlewaretoken"]
        where = target if target and target.startswith("/") else address
        requests = [spoil(names, number) for number in range(len(ODD) if method == "GET" else 0)]
        for place, name in enumerate(names):
            for number in range(ROUNDS_OF_A_FIELD):
                value = ODD[(place * ROUNDS_OF_A_FIELD + number) % len(ODD)]
                requests.append({**fields, name: value})
        failed += [(method, where, data) for data in requests if ask(client, method, where, data) >= 500]
    known = {name for _method, _target, fields in forms for name in fields}
    for number in range(ROUNDS_OF_A_ROUTE):
        data = spoil([*PARAMETERS, *sorted(known)], number * 4)
        failed += [
            (method, address, data) for method in ("GET", "POST") if ask(client, method, address, data) >= 500
        ]
    return failed


@pytest.mark.parametrize("route", OF_NOTAS, ids=lambda route: route.name)
def test_a_page_of_notas_answers_odd_values_with_a_sentence(owner, route):
    assert [failed for address in route.addresses(owner.ids) for failed in walk(owner, address)] == []


@pytest.mark.parametrize(("somebody", "name"), OTHERS, indirect=["somebody"])
def test_any_other_page_answers_odd_values_with_a_sentence(somebody, name):
    assert walk(somebody, PATHS[name]) == []


@pytest.mark.parametrize("somebody", ["buyer", "operator"], indirect=True)
@pytest.mark.parametrize("number", ["0", "-1", "9" * 18, str(2**63), "9" * 30])
def test_an_id_beyond_its_column_is_not_found(somebody, number):
    """Every address with one number in it, and this number there."""
    found = [path.replace("/1/", f"/{number}/") for path in PATHS.values() if "/1/" in path]

    assert [path for path in found if ask(somebody, "GET", path, {}) >= 500] == []
    assert [path for path in found if ask(somebody, "POST", path, {}) >= 500] == []
