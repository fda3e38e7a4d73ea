"""Catalogs: loading all of them; niches as people write them (L5, L25, R42)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connections

from core.text import fold
from leads.models import Niche, NicheAlias
from leads.selectors.catalog import search_niches
from leads.services.catalog import load_catalogs
from leads.services.niches import InvalidNicheText, resolve_niche
from leads.tests.catalogs import forget_catalogs
from registry.models import City, Cnae


@pytest.fixture(scope="module")
def catalogs(django_db_setup, django_db_blocker):
    """The catalogs, loaded once for the module."""
    with django_db_blocker.unblock():
        yield load_catalogs()
        forget_catalogs()


@pytest.fixture
def loaded(catalogs, db):
    return catalogs


# --- Loading ----------------------------------------------------------------------------------------


def test_all_cities_activities_and_niches_are_loaded(loaded):
    assert (loaded.cities, loaded.cnaes, loaded.niches) == (5571, 1359, 360)
    assert City.objects.filter(is_capital=True).count() == 27
    assert not Cnae.objects.get(code="8888888").is_current


def test_loading_again_changes_nothing(loaded):
    before = list(Niche.objects.order_by("pk").values())
    call_command("load_catalogs")
    assert list(Niche.objects.order_by("pk").values()) == before
    assert NicheAlias.objects.count() == loaded.aliases


def test_a_niche_that_left_the_file_loses_its_stray_aliases(loaded):
    niche = Niche.objects.get(slug="pet-shop")
    NicheAlias.objects.create(niche=niche, name="outro", folded_name="outro")
    load_catalogs()
    assert not niche.aliases.filter(name="outro").exists()


def test_free_text_that_entered_the_catalog_becomes_reviewed(loaded):
    Niche.objects.filter(slug="acougue").delete()
    free = resolve_niche(text="Açougue")
    load_catalogs()
    free.refresh_from_db()
    assert (free.slug, free.is_reviewed) == ("acougue", True)


# --- Niches -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Pet shop", "pet-shop", "Petshop", "PET SHOP", "pet shops", "Pet Shops ", "petshops"]
)
def test_every_spelling_of_pet_shop_is_one_niche(loaded, text):
    assert resolve_niche(text=text).slug == "pet-shop"


def test_an_alias_leads_to_its_niche(loaded):
    assert resolve_niche(text="Banho e Tosa").slug == "pet-shop"
    assert resolve_niche(text="veterinários").slug == "clinica-veterinaria"


def test_free_text_makes_one_unreviewed_niche(loaded):
    first = resolve_niche(text="Lustres  Antigos")
    assert (first.name, first.is_reviewed) == ("Lustres Antigos", False)
    assert resolve_niche(text="lustre antigo") == first


@pytest.mark.parametrize("text", ["", " ", "a", "!!", "x" * 81, "-" * 10])
def test_text_that_is_no_niche_is_refused(loaded, text):
    with pytest.raises(InvalidNicheText):
        resolve_niche(text=text)


def test_the_longest_text_fits(loaded):
    longest = ("conserto de " * 7)[:80].strip()
    assert resolve_niche(text=longest) == resolve_niche(text=longest.upper())


@pytest.mark.django_db(transaction=True)
def test_the_same_free_text_at_once_makes_one_niche():
    def resolve(_):
        try:
            return resolve_niche(text="Lustres antigos").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(resolve, range(16)))
    assert len(found) == 1
    assert Niche.objects.filter(is_reviewed=False).count() == 1


def names(text, limit=20):
    return [niche.name for niche in search_niches(text, limit)]


def test_niches_are_found_by_name_and_by_alias_once_each(loaded):
    assert names("pet shop")[0] == "Pet shop"
    assert "Pet shop" in names("tosa")
    found = names("veterinári")
    assert len(found) == len(set(found))
    assert "Clínica veterinária" in found


def test_niches_that_begin_with_the_text_come_first(loaded):
    found = names("clini")
    first_other = next((n for n, name in enumerate(found) if not fold(name).startswith("clini")), len(found))
    assert first_other > 0
    assert not any(fold(name).startswith("clini") for name in found[first_other:])


def test_at_most_twenty_niches_come(loaded):
    assert len(names("a")) == 20
    assert names("") == []


def test_one_buyers_free_text_is_not_suggested_to_others(loaded):
    resolve_niche(text="Segredo da Dona Maria")
    assert names("segredo da dona") == []
