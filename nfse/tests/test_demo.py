"""The demo firm (manage.py seed_demo): it can issue at once, and seeding again changes nothing."""

import sys

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from core.demos import PASSWORD
from nfse.demo.cast import BLOCKED, CONSULTANCY, NOTES, PORTO_ALEGRE
from nfse.models import AuthorizedPhone, Certificate, Company, Firm, InvoiceRequest, ServiceProfile, Taker
from nfse.readiness import list_missing
from nfse.selectors.companies import get_company, read_readiness
from nfse.tests.firms import make_city

pytestmark = pytest.mark.django_db(transaction=True)
MAKER = f"{sys.executable} -m sandbox.pki make-pfx"
TABLES = (AuthorizedPhone, Firm, Company, ServiceProfile, Taker, Certificate, InvoiceRequest)


@pytest.fixture
def seed(tmp_path, monkeypatch):
    monkeypatch.setenv("NITRO_HOME", str(tmp_path))
    make_city(PORTO_ALEGRE, "Porto Alegre", "RS")
    return lambda: call_command("seed_demo", "--certificate-maker", MAKER)


def count():
    return [table.objects.count() for table in TABLES]


def missing(company):
    items = read_readiness(get_company(company.firm_id, company.pk), now=company.created_at)
    return {item.need.value for item in list_missing(items)}


def test_the_accountant_signs_in_and_finds_companies_that_can_issue(seed):
    seed()

    user = authenticate(username="contador@demo.example", password=PASSWORD)
    assert user.is_email_confirmed
    assert {company.cnpj: missing(company) for company in Company.objects.all()} == {
        "99R7OQXX000138": set(),
        "99396777000184": set(),
        "99940089000133": set(),
        CONSULTANCY.document: {"plugnotas"},  # which the worker sends
        BLOCKED.document: {"tax_profile", "service", "certificate"},
    }
    assert InvoiceRequest.objects.count() == len(NOTES)
    assert AuthorizedPhone.objects.values("number_index").distinct().count() == 2
    assert AuthorizedPhone.objects.count() == 3


def test_seeding_again_adds_nothing(seed):
    seed()
    before = count()
    seed()
    assert count() == before


def test_without_a_maker_of_certificates_nothing_is_issued(seed):
    call_command("seed_demo")
    assert not InvoiceRequest.objects.exists()
    assert all(missing(company) for company in Company.objects.all())


def test_what_somebody_changed_stays(seed):
    seed()
    Company.objects.filter(cnpj=BLOCKED.document).update(trade_name="Outro nome")
    seed()
    assert Company.objects.get(cnpj=BLOCKED.document).trade_name == "Outro nome"
