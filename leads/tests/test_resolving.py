"""Cases from rows and back: what the base knows, what the registry knows, what is kept (L10, L11, R51)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from leads.gateways import get_search_providers
from leads.gateways.base import PlaceQuery
from leads.models import LeadCompany, Place
from leads.resolution import Case, Outcome, Resolution, conclude, next_call
from leads.selectors.open_data import list_own_candidates
from leads.services.resolution import (
    get_sources,
    lend_records,
    prepare_companies,
    prepare_places,
    save_resolution,
)
from leads.tests.catalogs import forget_catalogs
from leads.tests.factories import make_company, make_place
from leads.tests.resolving import resolve_place
from registry.models import City, RegistryEstablishment, RegistryImport
from registry.selectors.open_data import find_delivery_date, list_own_records
from registry.tests.factories import make_city
from registry.tests.sample import CASES, forget_registry, load_sample
from registry.values import RegistryRecord

CNPJ = "99451237000156"


def record(**fields):
    values = {
        "cnpj": CNPJ,
        "legal_name": "VALDORA LTDA",
        "status": "02",
        "source": "brasilapi",
        "ibge_code": "4316907",
        "uf": "RS",
        "legal_nature": "2062",
        "main_cnae": "4789004",
    }
    return RegistryRecord(**(values | fields))


def prepare(*places, now=None):
    return prepare_places(place_ids=[place.pk for place in places], now=now or timezone.now())


def resolve(place, found, now=None):
    """Save what a case of `place` comes to when the sources give `found`."""
    (case,) = prepare(place, now=now).cases
    case = replace(case.with_records({found.cnpj: found}), searched=True)
    return save_resolution(resolution=conclude(case), now=now or timezone.now())


# --- Links ------------------------------------------------------------------------------------------


def test_a_confirmed_company_is_saved_with_score_and_reasons(db):
    place = make_place(name="Valdora", phone="+555530001234")
    company = resolve(place, record(phones=("+555530001234",)))
    place.refresh_from_db()
    assert (place.link, place.company, place.score) == (Place.Link.LINKED, company, 131)
    assert place.reasons == ["name", "phone", "trade"]


def test_a_link_counts_for_everybody_without_a_call(db):
    place = make_place(name="Valdora")
    company = resolve(place, record())
    prepared = prepare(place)
    assert (prepared.linked, prepared.cases) == ({place.pk: company.pk}, ())


def test_a_negative_link_holds_for_thirty_days(db):
    place = make_place(name="Valdora")
    assert resolve(place, record(status="08")) is None
    assert prepare(place).dropped == {place.pk: "inactive"}
    later = timezone.now() + timedelta(days=31)
    assert len(prepare(place, now=later).cases) == 1


def test_a_link_with_old_registry_data_is_looked_up_again(db):
    place = make_place(name="Valdora")
    company = resolve(place, record(), now=timezone.now() - timedelta(days=100))
    (case,) = prepare(place).cases
    assert case.candidates == (CNPJ,)
    assert resolve(place, record(legal_name="VALDORA PETS LTDA")) == company
    assert LeadCompany.objects.get().legal_name == "VALDORA PETS LTDA"


def test_a_linked_company_that_closed_is_saved_as_closed(db):
    place = make_place(name="Valdora")
    resolve(place, record(), now=timezone.now() - timedelta(days=100))
    assert resolve(place, record(status="08")) is None
    place.refresh_from_db()
    assert (place.link, place.company, place.drop_reason) == (Place.Link.NEGATIVE, None, "inactive")
    assert LeadCompany.objects.get().status == "08"


def test_a_fresh_link_to_a_closed_or_moved_company_is_dropped(db):
    goiania = make_city("5208707", "Goiânia", "GO")
    places = [make_place(n, name="Valdora") for n in (1, 2)]
    companies = [make_company(1, status="08"), make_company(2, city=goiania)]
    for place, company in zip(places, companies, strict=True):
        Place.objects.filter(pk=place.pk).update(link="linked", company=company)
    assert prepare(*places).dropped == {places[0].pk: "inactive", places[1].pk: "other_city"}


def test_an_unsure_case_saves_nothing(db):
    place = make_place()
    case = Case(city=prepare(place).cases[0].city, place=prepare(place).cases[0].place)
    assert save_resolution(resolution=conclude(case), now=timezone.now()) is None
    place.refresh_from_db()
    assert (place.link, place.link_checked_at) == (Place.Link.PENDING, None)


def test_a_late_denial_does_not_undo_a_newer_confirmation(db):
    place = make_place(name="Valdora")
    before = timezone.now()
    (case,) = prepare(place, now=before).cases
    company = resolve(place, record())
    denial = Resolution(case, Outcome.NONE, drop_reason="no_cnpj")
    assert save_resolution(resolution=denial, now=before) == company
    assert prepare(place).linked == {place.pk: company.pk}


@pytest.mark.django_db(transaction=True)
def test_two_searches_that_confirm_the_same_company_at_once_keep_one():
    places = [make_place(n, name="Valdora") for n in range(1, 5)]
    cases = [replace(case.with_records({CNPJ: record()}), searched=True) for case in prepare(*places).cases]
    now = timezone.now()

    def save(case):
        try:
            return save_resolution(resolution=conclude(case), now=now).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(save, cases * 4))
    assert len(found) == LeadCompany.objects.count() == 1
    assert Place.objects.filter(link="linked", company_id=found.pop()).count() == 4


# --- What the base knows ----------------------------------------------------------------------------


def test_a_company_of_the_base_with_the_same_phone_needs_no_call(db):
    company = make_company(place_name="Valdora", trade_name="VALDORA", registry_phones=["+555530001234"])
    (case,) = prepare(make_place(name="Valdora", phone="+555530001234")).cases
    assert next_call(case, get_sources()) is None
    resolution = conclude(case)
    assert (resolution.outcome, resolution.record.cnpj) == (Outcome.LINKED, company.cnpj)


def test_lending_the_bases_own_record_does_not_make_it_younger(db):
    fetched_at = timezone.now() - timedelta(days=20)
    make_company(registry_phones=["+555530001234"], registry_fetched_at=fetched_at)
    place = make_place(name="Valdora 1", phone="+555530001234")
    assert save_resolution(resolution=conclude(prepare(place).cases[0]), now=timezone.now())
    assert LeadCompany.objects.get().registry_fetched_at == fetched_at


def test_a_phone_that_many_share_leads_to_nobody(db):
    for number in range(1, 21):
        make_company(number, registry_phones=["+555530009000"])
    (case,) = prepare(make_place(99, name="Outro nome", phone="+555530009000")).cases
    assert case.candidates == ()
    assert case.place.phone_is_shared


def test_a_known_company_is_looked_up_by_its_number(db):
    company = make_company()
    (case,) = prepare_companies(company_ids=[company.pk])
    assert (case.company_id, case.place, case.candidates) == (company.pk, None, (company.cnpj,))
    gone = Resolution(case, Outcome.NONE, record(cnpj=company.cnpj, status="08"), drop_reason="inactive")
    assert save_resolution(resolution=gone, now=timezone.now()) is None
    company.refresh_from_db()
    assert company.status == "08"


def test_preparing_takes_the_same_queries_for_one_place_and_for_many(db, django_assert_num_queries):
    places = [make_place(n, postal_code="97010000", street_number=str(n)) for n in range(1, 11)]
    queries = 8
    with django_assert_num_queries(queries):
        prepare(places[0])
    with django_assert_num_queries(queries):
        prepare(*places)


# --- What the open data know ------------------------------------------------------------------------


def delivered():
    """The day of the delivery: sixteen days ago, as the sample was when it was made."""
    return timezone.localdate() - timedelta(days=16)


@pytest.fixture(scope="module")
def open_data(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("load_catalogs", verbosity=0)
        load_sample()
        RegistryImport.objects.update(delivery_date=delivered())
        yield
        forget_registry()
        forget_catalogs()


def place_of(cnpj, **fields):
    """A place that stands where the establishment of the sample is; by default nothing else agrees."""
    row = RegistryEstablishment.objects.get(pk=cnpj)
    city = City.objects.get(siafi_code=row.municipality)
    values = {"name": "Zzyzx", "phone": "", "postal_code": "", "street_number": ""}
    return make_place(1, city=city, **(values | fields)), row


def lone_establishment(**filters):
    """An active establishment whose phone is its own."""
    for row in RegistryEstablishment.objects.filter(status="02", **filters).order_by("pk"):
        if len(row.phones) == 1 and not row.phones[0].endswith(("30009000", "30009001")):
            others = RegistryEstablishment.objects.filter(phones__overlap=row.phones, status="02")
            if others.count() == 1:
                return row
    raise AssertionError("the sample has no such establishment")


def test_the_registry_is_asked_by_phone(open_data, db):
    row = lone_establishment()
    place, _ = place_of(row.cnpj, phone=row.phones[0])
    assert row.cnpj in prepare(place).cases[0].candidates


def test_the_registry_is_asked_by_the_domain_of_the_site(open_data, db):
    row = RegistryEstablishment.objects.filter(status="02", email__regex=r"^contato@[a-z]+\.example$").first()
    place, _ = place_of(row.cnpj, website=f"https://www.{row.email.partition('@')[2]}/")
    assert row.cnpj in prepare(place).cases[0].candidates


def test_a_phone_of_several_companies_is_marked(open_data, db):
    rows = RegistryEstablishment.objects.filter(status="02", municipality="8841")[:3]
    RegistryEstablishment.objects.filter(pk__in=[row.pk for row in rows]).update(phones=["+555530007777"])
    place, _ = place_of(rows[0].cnpj, phone="+555530007777")
    (case,) = prepare(place).cases
    assert {row.cnpj for row in rows} <= set(case.candidates)
    assert case.place.common_phones >= {"+555530007777"}


def test_the_registry_is_asked_by_postal_code_and_number(open_data, db):
    row = lone_establishment(number__regex="^[0-9]+$", postal_code__regex="^.{8}$")
    place, _ = place_of(row.cnpj, postal_code=row.postal_code, street_number=row.number)
    assert row.cnpj in prepare(place).cases[0].candidates


def test_the_registry_is_asked_by_a_word_of_the_name(open_data, db):
    row = lone_establishment(trade_name__regex="^[A-Z]+ [A-Z]+$")
    place, _ = place_of(row.cnpj, name=row.trade_name.title())
    assert row.cnpj in prepare(place).cases[0].candidates


def test_the_registry_offers_nobody_of_another_city(open_data, db):
    row = lone_establishment(trade_name__regex="^[A-Z]+ [A-Z]+$")
    elsewhere = City.objects.exclude(siafi_code=row.municipality).get(siafi_code="0643")
    place, _ = place_of(row.cnpj, phone=row.phones[0], name=row.trade_name)
    Place.objects.filter(pk=place.pk).update(city=elsewhere)
    assert prepare(place).cases[0].candidates == ()


def test_an_accountants_phone_offers_nobody(open_data, db):
    row = RegistryEstablishment.objects.filter(phones__overlap=["+551130009000"], status="02").first()
    place, _ = place_of(row.cnpj, phone="+551130009000")
    assert prepare(place).cases[0].candidates == ()


def test_records_of_the_load_carry_its_date_and_the_owners_privacy(open_data, db):
    cnpj = RegistryEstablishment.objects.filter(root__in=CASES["legal_name_ends_in_cpf"]).first().cnpj
    found = list_own_records([cnpj, CNPJ])[cnpj]
    assert (found.as_of, found.source) == (find_delivery_date(), "open_data")
    assert timezone.localdate() - found.as_of <= timedelta(days=17)  # midnight may pass meanwhile
    assert found.is_individual
    assert City.objects.get(pk=found.ibge_code).siafi_code == found.siafi_code


def test_an_establishment_without_its_company_is_a_record_too(open_data, db):
    row = RegistryEstablishment.objects.filter(root__in=CASES["establishment_without_company"]).first()
    assert list_own_records([row.cnpj])[row.cnpj].legal_nature == ""


def test_an_old_delivery_gives_candidates_but_no_records(open_data, db):
    row = lone_establishment()
    place, _ = place_of(row.cnpj, phone=row.phones[0])
    RegistryImport.objects.update(delivery_date=timezone.localdate() - timedelta(days=91))
    (case,) = prepare(place).cases
    assert (case.candidates, case.records) == ((row.cnpj,), {})


def test_records_are_lent_for_candidates_found_later(open_data, db):
    row = lone_establishment()
    place, _ = place_of(row.cnpj)
    case = prepare(place).cases[0].with_candidates([row.cnpj])
    assert lend_records([case])[0].records[row.cnpj].source == "open_data"


def test_no_place_asks_nothing_of_the_registry(open_data, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert list_own_candidates([]) == {}
        assert list_own_records([]) == {}


# --- The whole way, over HTTP -----------------------------------------------------------------------


@pytest.mark.parametrize(("niche", "label"), [("pet shop", "Santa Maria - RS"), ("Padaria", "Vitória - ES")])
def test_places_of_the_sandbox_come_to_their_own_companies(sandbox, open_data, db, niche, label):
    """Every company of the first page that can be proved is found, and none that is wrong."""
    city = City.objects.get(name=label[:-5], uf=label[-2:])
    query = PlaceQuery(niche, city.name, city.uf, city.latitude, city.longitude, city.area_code)
    found = get_search_providers()[0].search(query, 1).places
    places = [
        make_place(
            n,
            city=city,
            provider_id=place.provider_id,
            name=place.name,
            phone=place.phone,
            street_number=place.street_number,
            postal_code=place.postal_code,
            website=place.website,
            address=place.address,
            categories=list(place.categories),
        )
        for n, place in enumerate(found)
        if place.city == city.name
    ]
    with ThreadPoolExecutor(6) as pool:
        sources = get_sources()
        resolutions = list(pool.map(lambda case: resolve_place(case, sources), prepare(*places).cases))
    companies = [save_resolution(resolution=resolution, now=timezone.now()) for resolution in resolutions]
    delivered = {company.cnpj for company in companies if company}

    world = sandbox.world(niche, label)
    on_page = {place.provider_id for place in places}
    expected = {
        place["cnpj"]
        for place in world["places"]
        if place["verdict"] == "right" and (place["place_id"] or place["cid"]) in on_page
    }
    assert expected
    assert delivered >= expected
    assert not delivered & set(world["wrong"])


def test_a_source_that_is_down_leaves_the_place_for_later(sandbox, db):
    place = make_place(name="Pet Shop Valdora")
    sandbox.fail("serper")
    resolution = resolve_place(prepare(place).cases[0], get_sources())
    assert resolution.outcome == Outcome.UNSURE
    save_resolution(resolution=resolution, now=timezone.now())
    assert prepare(place).cases
