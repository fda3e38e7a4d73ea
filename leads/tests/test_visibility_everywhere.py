"""One function decides: the company's page, the lists and the CSV show the same, and hide the same (R22)."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from core.formatting import format_cnpj, format_phone
from leads.models import LeadEnrichment
from leads.services.delivery import deliver_leads
from leads.tests.factories import make_company, make_search
from leads.visibility import visible_lead

pytestmark = pytest.mark.django_db(transaction=True)

PERSON = {
    "is_individual": True,
    "legal_name": "JOAO HORTENSIANO 99993401994",
    "trade_name": "",
    "street": "RUA DA CASA DELE",
    "complement": "FUNDOS",
    "registry_phones": ["+555598765432"],
    "registry_email": "joao@hortensiano.example",
}
SECRETS = ("RUA DA CASA DELE", "FUNDOS", "98765-432", "hortensiano.example", "99993401994")
VENDOR = ("91111-2222", "vendor.example")


@pytest.fixture
def access(account, request):
    company = make_company(website="https://valdora.example", rating="4.7", **request.param)
    LeadEnrichment.objects.create(
        company=company,
        contacts={"phones": ["+5555911112222"], "emails": ["a@vendor.example"]},
        source="viper",
        fetched_at=company.registry_fetched_at,
    )
    search = make_search(account, quantity=1)
    deliver_leads(search_id=search.pk, company_ids=[company.pk])
    return search.accesses.get()


@pytest.fixture
def outputs(user, access):
    """Everything that the buyer can read of the company: detail, lists, files."""
    client = Client()
    client.force_login(user)
    urls = {
        "page": reverse("leads:company", args=[access.pk]),
        "search": reverse("leads:search", args=[access.search_id]),
        "base": reverse("leads:base"),
        "search file": reverse("leads:export_search", args=[access.search_id]),
        "base file": reverse("leads:export_base"),
    }
    return {name: html.unescape(b"".join(client.get(url)).decode()) for name, url in urls.items()}


@pytest.mark.parametrize("access", [{}, PERSON], indirect=True, ids=["company", "person"])
def test_every_output_shows_what_the_function_returns(access, outputs):
    lead = visible_lead(access)
    short = [lead.name, format_cnpj(lead.cnpj), *map(format_phone, lead.phones), lead.email]
    full = [
        *short,
        lead.place_address,
        lead.fiscal_address,
        lead.legal_name,
        lead.cnae,
        lead.size,
        lead.website,
    ]
    for name, text in outputs.items():
        missing = [value for value in (short if name in {"search", "base"} else full) if value not in text]
        assert not missing, f"{name} lacks {missing}"


@pytest.mark.parametrize("access", [PERSON], indirect=True, ids=["person"])
def test_no_output_shows_what_a_person_keeps(outputs):
    for name, text in outputs.items():
        shown = [secret for secret in SECRETS if secret in text]
        assert not shown, f"{name} shows {shown}"


@pytest.mark.parametrize("access", [{}, PERSON], indirect=True, ids=["company", "person"])
def test_no_output_shows_what_was_not_bought(outputs):
    for name, text in outputs.items():
        shown = [secret for secret in VENDOR if secret in text]
        assert not shown, f"{name} shows {shown}"
