"""Minha base and the page of a company (L14, L15, R22, R107)."""

import csv
import io

import pytest
from django.urls import reverse

from leads.models import LeadCompany
from leads.services.delivery import deliver_leads
from leads.tests.factories import make_access, make_companies, make_company, make_niche, make_search
from registry.values import RegistryStatus

pytestmark = pytest.mark.django_db
URL = "/leads/base/"


@pytest.fixture
def dona(client, user):
    client.force_login(user)
    return client


def page_text(answer):
    return " ".join(answer.content.decode().split())


def own(account, *companies, **fields):
    search = make_search(account, quantity=100, **fields)
    deliver_leads(search_id=search.pk, company_ids=[company.pk for company in companies])
    return search


def shown(answer):
    return sorted(access.company.place_name for access in answer.context["page"].object_list)


def test_a_company_bought_twice_is_shown_once(dona, account):
    company = make_company(1)
    own(account, company)
    make_access(make_search(account), company)
    assert shown(dona.get(URL)) == ["Valdora 1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "valdora 2"}, ["Valdora 2"]),
        ({"q": "99.000.003/0001"}, ["Valdora 3"]),
        ({"q": "nada disso"}, []),
        ({"telefone": "on"}, ["Valdora 1", "Valdora 3"]),
        ({"email": "on"}, ["Valdora 1", "Valdora 2"]),
        ({"de": "2020-01-01", "ate": "2020-12-31"}, []),
        ({"de": "2020-01-01"}, ["Valdora 1", "Valdora 2", "Valdora 3"]),
    ],
)
def test_the_filter_shows_what_it_says(dona, account, query, expected):
    own(
        account,
        make_company(1),
        make_company(2, place_phone="", registry_phones=[]),
        make_company(3, registry_email=""),
    )
    assert shown(dona.get(URL, query)) == expected


def test_the_niche_filter_offers_what_was_searched(dona, account):
    own(account, make_company(1))
    own(account, make_company(2), niche=make_niche("Dentista"))
    chosen = make_niche("Dentista")
    answer = dona.get(URL, {"nicho": chosen.pk})
    assert shown(answer) == ["Valdora 2"]
    assert [niche.name for niche in answer.context["form"].fields["nicho"].queryset] == [
        "Dentista",
        "Pet Shop",
    ]


@pytest.mark.parametrize("query", [{"de": "ontem"}, {"nicho": "999999"}, {"nicho": "x"}, {"cidade": "0"}])
def test_what_a_filter_cannot_read_is_said_and_asks_for_nothing(dona, account, query):
    own(account, make_company(1))
    answer = dona.get(URL, query)
    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_the_filter_survives_paging(dona, account):
    own(account, *make_companies(60))
    text = page_text(dona.get(URL, {"q": "valdora", "page": "1"}))
    assert "?q=valdora&amp;page=2" in text
    assert "1–50 de 60" in text


def test_the_number_of_queries_does_not_depend_on_the_rows(dona, account, django_assert_num_queries):
    own(account, make_company(1))
    dona.get(URL)
    with django_assert_num_queries(8):
        dona.get(URL)
    own(account, *make_companies(20, start=2))
    with django_assert_num_queries(8):
        dona.get(URL)


def test_an_empty_base_leads_to_the_first_search(dona):
    text = page_text(dona.get(URL))
    assert "Sua base ainda está vazia" in text
    assert "Exportar CSV" not in text


def test_no_match_offers_to_clear_the_filter(dona, account):
    own(account, make_company(1))
    assert "Limpar filtros" in page_text(dona.get(URL, {"q": "nada disso"}))


# --- Export ----------------------------------------------------------------------------------------
def rows_of(answer):
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content), delimiter=";"))


def test_the_export_of_a_search_has_its_rows(dona, account):
    search = own(account, *make_companies(2))
    own(account, make_company(9))
    answer = dona.get(reverse("leads:export_search", args=[search.pk]))
    assert sorted(row["Empresa"] for row in rows_of(answer)) == ["Valdora 1", "Valdora 2"]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="nitro_leads_')


def test_the_export_of_the_base_has_the_rows_of_the_filter(dona, account):
    own(account, *make_companies(3))
    answer = dona.get(reverse("leads:export_base"), {"q": "valdora 2"})
    assert [row["Empresa"] for row in rows_of(answer)] == ["Valdora 2"]


def test_the_eleventh_export_of_a_minute_waits(dona, account):
    search = own(account, make_company(1))
    address = reverse("leads:export_search", args=[search.pk])
    for _ in range(10):
        assert dona.get(address).status_code == 200
    refused = dona.get(address)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


# --- Company ---------------------------------------------------------------------------------------
def test_the_company_page_shows_level_one_and_the_history(dona, account):
    company = make_company(1, website="https://valdora.example/loja")
    search = own(account, company)
    access = account.lead_accesses.get()
    text = page_text(dona.get(reverse("leads:company", args=[access.pk])))
    for shown_fact in ("Valdora 1", "VALDORA 1 COMERCIO LTDA", "99.000.001/0001", "(55) 99000-0001", "Ativa"):
        assert shown_fact in text
    assert f'<a href="/leads/buscas/{search.pk}/">nº {search.pk}</a>' in text
    assert 'rel="noopener noreferrer nofollow"' in text


def test_a_sole_proprietors_private_contacts_are_not_in_the_page(dona, account):
    own(account, make_company(1, is_individual=True))
    access = account.lead_accesses.get()
    text = page_text(dona.get(reverse("leads:company", args=[access.pk])))
    assert "contato1@valdora.example" not in text
    assert "ACACIAS" not in text


def test_outside_text_is_escaped(dona, account):
    own(account, make_company(1, place_name="<script>alert(1)</script>", website="javascript:alert(1)"))
    access = account.lead_accesses.get()
    for address in (URL, reverse("leads:company", args=[access.pk])):
        content = dona.get(address).content
        assert b"<script>alert" not in content
        assert b"javascript:alert" not in content


def test_a_company_that_closed_says_so(dona, account):
    company = make_company(1)
    own(account, company)
    LeadCompany.objects.update(status=RegistryStatus.CLOSED)
    assert "Baixada" in page_text(dona.get(URL))
