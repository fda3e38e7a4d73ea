"""The guided path of a new firm: one page, the step that is due, nothing twice (A11, N8)."""

import pytest
from django.urls import reverse

from nfse.models import Company, ServiceProfile, Taker, TaxProfile
from nfse.tests.firms import (
    COMPANY_CNPJS,
    make_certificate,
    make_city,
    make_company,
    make_request,
    make_service,
    make_tax_profile,
)
from nfse.tests.registered import make_record

pytestmark = pytest.mark.django_db(transaction=True)
START = reverse("nfse:start")
COMPANY = {
    "passo": "company",
    "document": COMPANY_CNPJS[0],
    "legal_name": "Oficina Nova Ltda",
    "tax_regime": "simples",
    "special_regime": "none",
    "gateway": "national",
    "nfse_enabled": "on",
    "city": "Santa Maria - RS",
    "city_code": "4316907",
}
TAX = {"passo": "tax", "simples_apportionment": "1", "total_tax_percent": "6,00"}
SERVICE = {
    "passo": "service",
    "nickname": "Suporte",
    "ctribnac": "1.07.01",
    "incidence_rule": "provider",
}


def step_of(client, company=None):
    address = f"{START}?empresa={company.pk}" if company else START
    return client.get(address).context["step"]


def test_a_firm_without_a_company_begins_with_its_cnpj(accountant):
    make_city()
    assert step_of(accountant) == "company"

    answer = accountant.post(START, COMPANY)

    company = Company.objects.get()
    assert answer["Location"] == f"{START}?empresa={company.pk}"
    assert step_of(accountant) == "certificate"


def test_each_step_is_what_the_company_lacks(accountant, office, company):
    assert step_of(accountant) == "certificate"
    make_certificate(office, company)
    assert step_of(accountant) == "tax"
    make_tax_profile(company)
    assert step_of(accountant) == "service"
    make_service(company)
    assert step_of(accountant) == "note"
    make_request(company, issued=True)
    assert step_of(accountant) == "done"


def test_taxes_and_service_are_saved_and_the_firm_is_the_first_taker(accountant, office, company):
    make_certificate(office, company)
    make_record(cnpj=office.firm.document)
    shown = accountant.get(START).context["form"]
    rest = {name: shown[name].value() for name in ("limit_cents", "series")}

    accountant.post(START, TAX | rest)
    accountant.post(START, SERVICE)

    assert TaxProfile.objects.get(company=company).total_tax_percent == 6
    assert ServiceProfile.objects.get(company=company).ctribnac == "010701"
    assert Taker.objects.get().cnpj == office.firm.document
    form = accountant.get(START).context["form"]
    assert form["amount"].value() == "1,00"
    assert form["taker_id"].value() == Taker.objects.get().pk


def test_a_step_that_was_done_meanwhile_is_not_done_twice(accountant, office, company):
    make_certificate(office, company)
    make_tax_profile(company)
    make_service(company)

    answer = accountant.post(START, SERVICE)

    assert answer.status_code == 302
    assert ServiceProfile.objects.count() == 1


def test_a_refused_step_keeps_what_was_typed_and_says_why(accountant, company, office):
    make_certificate(office, company)
    make_tax_profile(company)

    answer = accountant.post(START, SERVICE | {"ctribnac": "nada disso"})

    assert answer.status_code == 422
    assert answer.context["form"]["nickname"].value() == "Suporte"
    assert "ctribnac" in answer.context["form"].errors


def test_another_firm_s_company_is_not_there(accountant, other_company):
    assert accountant.get(f"{START}?empresa={other_company.pk}").status_code == 404


def test_a_second_company_has_its_own_path(accountant, office, company):
    make_request(company, issued=True)
    second = make_company(office.firm, COMPANY_CNPJS[1])
    assert step_of(accountant) == "done"
    assert step_of(accountant, second) == "certificate"
