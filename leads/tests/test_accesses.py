"""What an account owns, and what it sees of it (L14, L15, R22-R26)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_buyer
from leads.models import LeadAccess, LeadEnrichment
from leads.selectors.accesses import (
    AccessNotFound,
    BaseFilter,
    count_my_base,
    get_access,
    list_accesses,
    list_my_base,
)
from leads.tests.factories import make_access, make_companies, make_company, make_niche, make_search
from leads.visibility import Level, visible_lead, visible_leads
from registry.tests.factories import make_city

pytestmark = pytest.mark.django_db


def cnpjs(accesses):
    return [lead.cnpj for lead in visible_leads(accesses)]


def test_a_stranger_and_nobody_get_the_same_answer(account):
    access = make_access(make_search(account), make_company())
    other = make_buyer("outro@nitro.example")[1]
    assert get_access(account.pk, access.pk) == access
    for account_id, access_id in ((other.pk, access.pk), (account.pk, 0)):
        with pytest.raises(AccessNotFound):
            get_access(account_id, access_id)


def test_lists_hold_only_the_accounts_own(account):
    other = make_buyer("outro@nitro.example")[1]
    search = make_search(account)
    make_access(search, make_company())
    assert list_accesses(account.pk, search.pk).count() == 1
    assert list_accesses(other.pk, search.pk).count() == 0
    assert list_my_base(other.pk).count() == 0


def test_the_base_has_each_company_once_by_its_newest_access(account):
    company, other = make_companies(2)
    old = make_access(make_search(account), company, accessed_at=timezone.now() - timedelta(days=9))
    middle = make_access(make_search(account), other, accessed_at=timezone.now() - timedelta(days=3))
    new = make_access(make_search(account), company)
    assert list(list_my_base(account.pk)) == [new, middle]
    assert count_my_base(account.pk) == 2
    assert old not in list_my_base(account.pk)


def test_a_demo_is_not_in_the_base(account):
    make_access(make_search(account), make_company(), kind=LeadAccess.Kind.DEMO)
    assert list_my_base(account.pk).count() == count_my_base(account.pk) == 0


@pytest.mark.parametrize(
    "text", ["valdora 2", "VALDORA 2 COM", "válDORÃ 2 comércio", "{cnpj}", "{masked}", "{root}"]
)
def test_the_base_is_searched_by_name_and_cnpj(account, text):
    search, companies = make_search(account), make_companies(3)
    for company in companies:
        make_access(search, company)
    cnpj = companies[1].cnpj
    masked = f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}/{cnpj[8:12]}-{cnpj[12:]}"
    typed = text.format(cnpj=cnpj, masked=masked, root=cnpj[:8])
    assert cnpjs(list_my_base(account.pk, BaseFilter(text=typed))) == [cnpj]


@pytest.mark.parametrize("text", ["%", "valdora_2", "valdora.2"])
def test_the_base_has_no_wildcards(account, text):
    make_access(make_search(account), make_company(2))
    assert list_my_base(account.pk, BaseFilter(text=text)).count() == 0


def test_the_base_is_filtered_by_niche_of_any_purchase(account):
    company = make_company()
    first = make_access(make_search(account), company)
    make_access(make_search(account, niche=make_niche("Padaria")), company)
    assert list(list_my_base(account.pk, BaseFilter(niche_id=make_niche().pk))) == [first]


def test_the_base_is_filtered_by_city_contact_and_period(account):
    search = make_search(account)
    here, there = make_company(1), make_company(2, city=make_city("4314902", "Porto Alegre"))
    mute = make_company(3, place_phone="08007001234", registry_phones=[], registry_email="")
    for company in (here, there, mute):
        make_access(search, company)
    today = timezone.localdate()
    base = {company.cnpj for company in (here, there, mute)}
    for chosen, expected in (
        (BaseFilter(city_code="4314902"), {there.cnpj}),
        (BaseFilter(has_phone=True), {here.cnpj, there.cnpj}),
        (BaseFilter(has_email=True), {here.cnpj, there.cnpj}),
        (BaseFilter(since=today, until=today), base),
        (BaseFilter(since=today + timedelta(days=1)), set()),
        (BaseFilter(until=today - timedelta(days=1)), set()),
        (BaseFilter(origin="quick_cnpj"), set()),
        (BaseFilter(), base),
    ):
        assert set(cnpjs(list_my_base(account.pk, chosen))) == expected


@pytest.mark.parametrize("read", [list_my_base, list_accesses])
def test_a_list_is_one_query_and_loads_no_enrichment(account, read):
    search = make_search(account)
    for company in make_companies(12):
        make_access(search, company)
        LeadEnrichment.objects.create(
            company=company, contacts={"phones": []}, source="viper", fetched_at=timezone.now()
        )
    with CaptureQueriesContext(connection) as queries:
        assert len(list(visible_leads(read(account.pk)))) == 12
    assert len(queries) == 1
    assert "enrichment" not in queries[0]["sql"]


def test_level_1_shows_the_registry_and_the_map(account):
    company = make_company(rating="4.7", rating_count=31, website="https://valdora.example")
    lead = visible_lead(make_access(make_search(account), company))
    assert lead.level == Level.COMPANY
    assert lead.name == "Valdora 1"
    assert lead.legal_name == "VALDORA 1 COMERCIO LTDA"
    assert (lead.status, lead.is_active, lead.size) == ("Ativa", True, "Microempresa")
    assert (lead.cnae, lead.niche, lead.city, lead.uf) == ("4789-0/04", "Pet Shop", "Santa Maria", "RS")
    assert lead.fiscal_address == "RUA DAS ACACIAS, 1 - CENTRO, Santa Maria - RS, 97010-000"
    assert lead.phones == ("+5555990000001", "+555530000001")
    assert lead.email == "contato1@valdora.example"
    assert lead.data_date == company.place_fetched_at
    assert (lead.has_partners, lead.contact_count) == (False, 0)


def test_a_person_behind_a_company_keeps_home_phone_and_email(account):
    company = make_company(
        is_individual=True,
        legal_name="JOAO HORTENSIANO 99993401994",
        trade_name="",
        place_name="",
        complement="CASA 2",
    )
    lead = visible_lead(make_access(make_search(account), company))
    assert lead.legal_name == lead.name == "JOAO HORTENSIANO"
    assert lead.fiscal_address == "Santa Maria - RS"
    assert (lead.registry_phones, lead.email) == ((), "")
    assert lead.phones == (company.place_phone,)


def test_a_phone_of_a_person_does_not_count_as_a_phone(account):
    company = make_company(is_individual=True, place_phone="")
    make_access(make_search(account), company)
    assert list_my_base(account.pk, BaseFilter(has_phone=True)).count() == 0


def test_only_web_addresses_become_links(account):
    company = make_company(website="javascript:alert(1)")
    assert visible_lead(make_access(make_search(account), company)).website == ""
