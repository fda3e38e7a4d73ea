"""A compiled query finds what its queryset finds (core.compiled)."""

from datetime import timedelta

import pytest
from django.core.exceptions import MultipleObjectsReturned
from django.db import connection
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.compiled import Compiled, Parameter
from nfse.models import Company, ServiceProfile
from nfse.tests.firms import COMPANY_CNPJS, make_company, make_office
from queue_worker.tests.support import race

pytestmark = pytest.mark.django_db(transaction=True)


def companies(firm):
    services = ServiceProfile.objects.filter(company=OuterRef("pk"))
    mine = Company.objects.filter(firm_id=firm, is_active=True).annotate(has_service=Exists(services))
    return mine.select_related("firm", "tax_profile").defer("street").order_by("pk")


@pytest.fixture
def firm():
    firm = make_office(1).firm
    for document in COMPANY_CNPJS[:2]:
        make_company(firm, document)
    return firm


def test_it_returns_what_the_queryset_returns(firm):
    plain = list(companies(firm.pk))
    compiled = Compiled(lambda: companies(Parameter("firm")))
    for _ in range(2):
        found = compiled.all(firm=firm.pk)
        assert [one.__dict__.keys() for one in found] == [one.__dict__.keys() for one in plain]
        assert [(one.pk, one.document, one.has_service) for one in found] == [
            (one.pk, one.document, one.has_service) for one in plain
        ]


def test_what_is_joined_is_loaded_and_what_is_deferred_is_not(firm):
    found = Compiled(lambda: companies(Parameter("firm"))).first(firm=firm.pk)
    with CaptureQueriesContext(connection) as captured:
        assert found.firm.pk == firm.pk
        assert getattr(found, "tax_profile", None) is None
    assert len(captured) == 0
    assert found.get_deferred_fields() == {"street"}


def test_each_execution_has_values_of_its_own(firm):
    other = make_company(make_office(2).firm)
    compiled = Compiled(lambda: companies(Parameter("firm")))
    assert len(compiled.all(firm=firm.pk)) == 2
    assert compiled.all(firm=other.firm_id) == [other]
    assert compiled.first(firm=0) is None


def test_without_an_order_there_is_no_first_one(firm):
    unordered = Compiled(lambda: Company.objects.filter(firm=Parameter("firm")).order_by())
    with pytest.raises(ValueError, match="order"):
        unordered.first(firm=firm.pk)


def test_the_only_one_is_not_one_of_two(firm):
    compiled = Compiled(lambda: Company.objects.filter(firm=Parameter("firm")))
    other = make_company(make_office(2).firm)
    assert compiled.only(firm=other.firm_id) == other
    assert compiled.only(firm=0) is None
    with pytest.raises(MultipleObjectsReturned):
        compiled.only(firm=firm.pk)


def test_none_is_no_value(firm):
    with pytest.raises(ValueError, match="firm"):
        Compiled(lambda: companies(Parameter("firm"))).all(firm=None)


def test_moments_are_compared_as_moments(firm):
    since = Compiled(lambda: Company.objects.filter(created_at__gt=Parameter("since")))
    now = timezone.now()
    assert len(since.all(since=now - timedelta(hours=1))) == 2
    assert since.all(since=now + timedelta(hours=1)) == []


def test_threads_may_share_it(firm):
    compiled = Compiled(lambda: companies(Parameter("firm")))
    assert race(4, lambda: len(compiled.all(firm=firm.pk))) == [2] * 4
