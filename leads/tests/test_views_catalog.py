"""Suggestions while typing (L5)."""

import pytest

from leads.tests.factories import make_niche
from registry.tests.factories import make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def dona(client, user):
    client.force_login(user)
    return client


def test_cities_come_with_their_code_and_uf(dona):
    make_city()
    answer = dona.get("/leads/api/cidades/", {"q": "santa"})
    assert answer.json() == {"results": [{"id": "4316907", "label": "Santa Maria - RS"}]}


def test_niches_come_by_name(dona):
    niche = make_niche()
    answer = dona.get("/leads/api/nichos/", {"q": "pet"})
    assert answer.json() == {"results": [{"id": niche.pk, "label": "Pet Shop"}]}


def test_a_niche_with_a_typo_is_asked_about(dona):
    niche = make_niche("Dentista", is_reviewed=True)

    answer = dona.get("/leads/api/nichos/", {"q": "dentsta"}).json()

    hint = "Você quis dizer Dentista?"
    assert answer == {"results": [{"id": niche.pk, "label": "Dentista", "hint": hint}]}


@pytest.mark.parametrize("path", ["/leads/api/cidades/", "/leads/api/nichos/"])
@pytest.mark.parametrize("text", ["", "   ", "%", "\x00", "a" * 5000])
def test_nothing_to_suggest_is_an_empty_list(dona, path, text):
    assert dona.get(path, {"q": text}).json() == {"results": []}


@pytest.mark.parametrize("path", ["/leads/api/cidades/", "/leads/api/nichos/"])
def test_who_is_not_signed_in_gets_401(client, path):
    assert client.get(path, {"q": "pet"}).status_code == 401
