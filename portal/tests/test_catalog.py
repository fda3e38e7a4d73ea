"""Suggestions of cities and official codes (N3, A18)."""

import pytest

from fiscal.documents.tables import get_service_words, get_services
from nfse.selectors import code_tables
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
        ("servicos", "4.12", "041201", "04.12.01 Odontologia"),
        ("servicos", "1.07", "010701", "01.07.01 Suporte técnico"),
        ("servicos", "107", "010701", "01.07.01 Suporte técnico"),
        ("servicos", "17.14", "171401", "17.14.01 Advocacia"),
        ("servicos", "dentista", "041201", "04.12.01 Odontologia"),
        ("servicos", "Dentistas", "041201", "04.12.01 Odontologia"),
        ("servicos", "advogado", "171401", "17.14.01 Advocacia"),
        ("servicos", "contador", "171901", "17.19.01 Contabilidade"),
        ("servicos", "psicóloga", "041601", "04.16.01 Psicologia"),
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


def test_choices_of_one_list_never_look_the_same():
    for codes in (code_tables.list_cindop(), code_tables.search_services("0", limit=400)):
        words = [code.label.partition(" ")[2] for code in codes]
        assert len(words) == len(set(words)), [text for text in words if words.count(text) > 1]


def test_every_word_that_people_say_leads_to_a_code_of_the_list():
    assert set(get_service_words()) <= set(get_services())
