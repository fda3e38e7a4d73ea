"""The shared base: one row a CNPJ, newest data win, nothing known is lost (R43, R46); contacts beside it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from leads.gateways.base import CompanyContacts
from leads.models import LeadCompany, LeadEnrichment
from leads.selectors.contacts import list_shared_domains, list_shared_phones
from leads.services.companies import CompanyOutsideCatalog, save_companies, save_company
from leads.services.enrichment import save_contacts
from leads.tests.factories import make_companies, make_company, make_place
from registry.models import RegistryShared
from registry.tests.factories import make_city
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


# --- Saving -----------------------------------------------------------------------------------------


def test_a_record_becomes_a_company(db):
    city = make_city()
    company = save_company(record=record(phones=("+555530001234",)), place=None)
    company.refresh_from_db()
    assert (company.cnpj, company.city, company.registry_phones) == (CNPJ, city, ["+555530001234"])
    assert company.registry_source == "brasilapi"


def test_many_are_inserted_as_one_set_and_those_there_are_refreshed(db, django_assert_max_num_queries):
    make_city()
    place = make_place(name="Valdora Centro")
    now = timezone.now()
    there = save_company(record=record(legal_name="OLD"), place=None, now=now - timedelta(days=9))
    many = [(record(cnpj=f"{number:014}"), None) for number in range(200)]
    found = [*many, (record(legal_name="NEW"), None), (record(cnpj="9" * 14), place)]

    with django_assert_max_num_queries(20):
        companies = save_companies(found, now=now)

    assert [company.cnpj for company in companies] == [one.cnpj for one, _ in found]
    assert (companies[200].pk, companies[200].legal_name) == (there.pk, "NEW")
    assert companies[201].place_name == "Valdora Centro"
    assert save_companies(found, now=now) == companies


def test_the_place_comes_with_it(db):
    place = make_place(website="https://valdora.example/", rating=4, rating_count=9)
    company = save_company(record=record(), place=place)
    assert (company.place_name, company.website, company.rating_count) == (
        "Valdora 1",
        "https://valdora.example/",
        9,
    )
    assert company.place_fetched_at == place.fetched_at


def test_older_data_do_not_replace_newer(db):
    make_city()
    save_company(record=record(legal_name="NEW"), place=None)
    old = record(legal_name="OLD", source="open_data", as_of=date(2020, 1, 1))
    company = save_company(record=old, place=None)
    assert (company.legal_name, company.registry_source) == ("NEW", "brasilapi")


def test_newer_data_replace_older_and_move_the_company(db):
    make_city()
    goiania = make_city("5208707", "Goiânia", "GO")
    save_company(record=record(), place=None, now=timezone.now() - timedelta(days=100))
    company = save_company(record=record(status="08", ibge_code="5208707", uf="GO"), place=None)
    assert (company.status, company.city) == ("08", goiania)


def test_an_older_place_does_not_replace_a_newer(db):
    newer = make_place(1)
    older = make_place(2, fetched_at=timezone.now() - timedelta(days=200))
    save_company(record=record(), place=newer)
    assert save_company(record=record(), place=older).place_name == newer.name


def test_a_source_that_knows_less_erases_nothing(db):
    make_city()
    save_company(record=record(email="a@valdora.example", is_individual=True), place=None)
    second = RegistryRecord(
        cnpj=CNPJ, legal_name="VALDORA LTDA", status="02", source="viper", city_name="SANTA MARIA", uf="RS"
    )
    company = save_company(record=second, place=None)
    assert (company.main_cnae, company.legal_nature, company.registry_email) == (
        "4789004",
        "2062",
        "a@valdora.example",
    )
    assert company.is_individual


def test_the_same_source_may_take_a_phone_away(db):
    make_city()
    save_company(record=record(phones=("+555530001234",)), place=None)
    assert save_company(record=record(), place=None).registry_phones == []


def test_the_city_is_found_by_any_of_its_identities(db):
    city = make_city()
    for number, fields in enumerate(
        ({"siafi_code": "8841", "ibge_code": ""}, {"city_name": "SANTA MARIA", "ibge_code": ""})
    ):
        cnpj = ("99423561000160", "99429071000171")[number]
        assert save_company(record=record(cnpj=cnpj, **fields), place=None).city == city


def test_a_company_outside_the_catalog_is_named(db):
    with pytest.raises(CompanyOutsideCatalog):
        save_company(record=record(ibge_code="", uf="EX", city_name="LISBOA"), place=None)
    assert not LeadCompany.objects.exists()


def test_long_values_are_cut_to_fit(db):
    make_city()
    company = save_company(record=record(legal_name="V" * 300, number="9" * 50), place=None)
    assert (len(company.legal_name), len(company.number)) == (160, 20)


@pytest.mark.django_db(transaction=True)
def test_the_same_company_saved_at_once_is_one_row():
    make_city()

    def save(_):
        try:
            return save_company(record=record(), place=None).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(save, range(24)))
    assert len(found) == LeadCompany.objects.count() == 1


# --- Contacts of many -------------------------------------------------------------------------------


def test_a_phone_of_twenty_companies_of_the_base_is_shared(db):
    make_companies(10, registry_phones=["+555530009000"])
    make_companies(9, start=11, registry_phones=[], place_phone="+555530009000")
    assert list_shared_phones(["+555530009000"]) == set()
    make_company(20, registry_phones=["+555530009000"], place_phone="+555530009000")
    assert list_shared_phones(["+555530009000", "+555530009001"]) == {"+555530009000"}


def test_phones_and_domains_that_the_registry_knows_as_shared(db):
    RegistryShared.objects.create(kind="phone", value="+555530009000", company_count=40)
    RegistryShared.objects.create(kind="domain", value="contador.example", company_count=40)
    assert list_shared_phones(["+555530009000"]) == {"+555530009000"}
    assert list_shared_domains(["contador.example", "valdora.example"]) == {"contador.example"}
    assert list_shared_phones([]) == list_shared_domains([]) == set()


# --- Enrichment -------------------------------------------------------------------------------------


CONTACTS = CompanyContacts(CNPJ, "vendor", phones=("+5555990001234",), emails=("contato@valdora.example",))


def save(company, contacts=CONTACTS):
    return save_contacts(company_id=company.pk, contacts=contacts, now=timezone.now())


def test_contacts_are_kept_encrypted(db):
    enrichment = save(make_company())
    enrichment.refresh_from_db()
    assert enrichment.contacts == {"phones": ["+5555990001234"], "emails": ["contato@valdora.example"]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT contacts FROM leads_leadenrichment")
        assert "990001234" not in cursor.fetchone()[0]


def test_newer_contacts_take_the_place_of_older_ones(db):
    company = make_company()
    save(company)
    again = save(company, CompanyContacts(CNPJ, "vendor", emails=("b@valdora.example",)))
    assert again.contacts == {"phones": [], "emails": ["b@valdora.example"]}
    assert LeadEnrichment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_enrichments_at_once_save_one_row():
    company = make_company()

    def enrich(_):
        try:
            return save(company).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(enrich, range(16)))
    assert len(found) == LeadEnrichment.objects.count() == 1
