"""Suggestions of cities and official codes (N3, A18)."""

import pytest

from nfse.tests.firms import make_city

pytestmark = pytest.mark.django_db
PATHS = ["/notas/api/cidades/", "/notas/api/servicos/", "/notas/api/nbs/", "/notas/api/cnaes/"]


@pytest.fixture
def attendant(client, office):
    client.force_login(office.attendant)
    return client


def labels(answer):
    return [result["label"] for result in answer.json()["results"]]


def test_cities_come_with_their_code_and_uf(attendant):
    make_city()
    answer = attendant.get("/notas/api/cidades/", {"q": "santa"})
    assert answer.json() == {"results": [{"id": "4316907", "label": "Santa Maria - RS"}]}


@pytest.mark.parametrize(
    ("path", "text", "code", "label"),
    [
        ("servicos", "suporte tecnico", "010701", "01.07.01 Suporte técnico em informática"),
        ("servicos", "informática suporte", "010701", "01.07.01 Suporte técnico em informática"),
        ("servicos", "010701", "010701", "01.07.01 Suporte técnico"),
        ("servicos", "01.07.01", "010701", "01.07.01 Suporte técnico"),
        ("servicos", "01.07.01 Suporte técnico em", "010701", "01.07.01 Suporte técnico"),
        ("servicos", "demolições", "070401", "07.04.01 Demolição"),
        ("nbs", "1.0101.11", "101011100", "1.0101.11.00 Serviços de construção"),
        ("cnaes", "6201-5/01", "6201501", "6201-5/01 Desenvolvimento de programas"),
        ("cnaes", "cultivo arroz", "0111301", "0111-3/01 Cultivo de arroz"),
    ],
)
def test_codes_are_found_by_number_and_by_words(attendant, path, text, code, label):
    first = attendant.get(f"/notas/api/{path}/", {"q": text}).json()["results"][0]
    assert first["id"] == code
    assert first["label"].startswith(label)


def test_at_most_twenty_are_suggested(attendant):
    assert len(labels(attendant.get("/notas/api/servicos/", {"q": "servico"}))) == 20


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("text", ["", "   ", "%", "\x00", "a" * 5000, "999999999999"])
def test_nothing_to_suggest_is_an_empty_list(attendant, path, text):
    assert attendant.get(path, {"q": text}).json() == {"results": []}


@pytest.mark.parametrize("path", PATHS)
def test_who_is_not_signed_in_gets_401(client, path):
    assert client.get(path, {"q": "pet"}).status_code == 401
