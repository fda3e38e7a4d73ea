"""Whether the city uses the national issuer: asked with the company's certificate, over real HTTP (N8)."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from fiscal.enumerations import Environment
from nfse.models import Company
from nfse.readiness import Need, list_missing
from nfse.selectors.companies import get_company, read_readiness
from nfse.services.city_check import check_company_city, request_due_checks
from nfse.services.companies import remove_company, switch_environment
from nfse.services.setup_requests import CHECK_CITY
from nfse.tests.firms import COMPANY_CNPJS, make_city, make_company
from nfse.tests.issuing import give_certificate, open_new_pfx
from queue_worker.models import WorkItem

pytestmark = pytest.mark.django_db(transaction=True)
PORTO_ALEGRE = "4314902"


@pytest.fixture
def company(sandbox, office):
    made = make_company(office.firm, city=make_city(PORTO_ALEGRE, "Porto Alegre"))
    give_certificate(office, made, open_new_pfx(sandbox, COMPANY_CNPJS[0]))
    return made


def check(company):
    found = check_company_city(company_id=company.pk, now=timezone.now())
    company.refresh_from_db()
    return found


def test_a_certificate_is_the_moment_to_ask(company):
    assert WorkItem.objects.get(kind=CHECK_CITY).payload == {"company_id": company.pk}


def test_a_city_that_uses_the_national_issuer_is_kept_with_the_date(company):
    assert check(company) is True
    assert company.city_uses_national
    assert timezone.now() - company.city_checked_at < timedelta(minutes=1)


def test_a_city_that_does_not_use_it_makes_the_company_not_ready(sandbox, office, company):
    sandbox.set_city(PORTO_ALEGRE, uses_national_issuer=False)
    assert check(company) is False
    items = list_missing(read_readiness(get_company(office.firm.pk, company.pk), now=timezone.now()))
    assert Need.CITY in [item.need for item in items]


def test_no_answer_is_not_an_answer(sandbox, company):
    check(company)
    sandbox.fail("parameters", kind="status", status=503)
    cache.clear()
    assert check(company) is None
    assert company.city_uses_national is True


def test_without_certificate_nobody_is_asked(sandbox, office, other_office):
    bare = make_company(other_office.firm, city=make_city(PORTO_ALEGRE, "Porto Alegre"))
    assert check(bare) is None
    assert sandbox.calls("parameters") == []


def test_a_company_removed_meanwhile_is_no_failure(sandbox, office, company):
    remove_company(firm_id=office.firm.pk, user_id=office.owner.pk, company_id=company.pk)
    assert check_company_city(company_id=company.pk, now=timezone.now()) is None


def test_another_environment_is_asked_anew(office, company):
    check(company)
    switch_environment(
        firm_id=office.firm.pk,
        user_id=office.owner.pk,
        company_id=company.pk,
        environment=Environment.PRODUCTION,
        typed_name=company.legal_name,
    )
    company.refresh_from_db()
    assert company.city_uses_national is None


def test_answers_of_a_day_are_asked_for_again(company):
    now = timezone.now()
    assert request_due_checks(now=now) == 1
    check(company)
    assert request_due_checks(now=now) == 0
    assert request_due_checks(now=now + timedelta(hours=25)) == 1
    Company.objects.update(is_active=False)
    assert request_due_checks(now=now + timedelta(hours=25)) == 0
    assert WorkItem.objects.filter(kind=CHECK_CITY, status="pending").count() == 1
