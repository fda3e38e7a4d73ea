"""Registration of companies at PlugNotas by work (N22), over real HTTP to the sandbox."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fiscal.enumerations import Environment, Gateway, SimplesApportionment, TaxRegime, TotalTaxMode
from nfse.models import Certificate
from nfse.permissions import NotAllowed, NotFound
from nfse.services.companies import (
    CompanyData,
    create_company,
    remove_company,
    switch_environment,
    update_company,
)
from nfse.services.plugnotas_setup import UNANSWERED, give_up_setup, resend_setup, set_up_company
from nfse.services.profiles import TaxData, save_tax_profile
from nfse.services.setup_requests import SET_UP_COMPANY
from nfse.states import SetupState
from nfse.tests.firms import COMPANY_CNPJS, make_city
from nfse.tests.issuing import give_certificate, open_new_pfx
from queue_worker.errors import RetryLater
from queue_worker.models import WorkItem

pytestmark = pytest.mark.django_db(transaction=True)
PROFILE = TaxData(
    total_tax_mode=TotalTaxMode.SIMPLES_PERCENT,
    simples_apportionment=SimplesApportionment.ALL_INSIDE,
    total_tax_percent=Decimal("6.00"),
)


@pytest.fixture
def data(db):
    return CompanyData(
        legal_name="Oficina do Vale Ltda",
        tax_regime=TaxRegime.SIMPLES,
        city_code=make_city().pk,
        gateway=Gateway.PLUGNOTAS,
        email="oficina@nitro.example",
        main_cnae="4520001",
        street="Rua do Acampamento",
        number="10",
        district="Centro",
        postal_code="97050000",
        phone="(55) 99912-3456",
    )


@pytest.fixture
def who(office):
    return {"firm_id": office.firm.pk, "user_id": office.accountant.pk}


@pytest.fixture
def company(who, data):
    return create_company(**who, document=COMPANY_CNPJS[0], data=data)


@pytest.fixture
def complete(sandbox, office, who, company):
    """A company with profile and certificate, waiting to be registered."""
    save_tax_profile(**who, company_id=company.pk, data=PROFILE)
    give_certificate(office, company, open_new_pfx(sandbox, COMPANY_CNPJS[0]))
    return company


def state_of(company):
    company.refresh_from_db()
    return company.plugnotas_state


def test_it_waits_for_certificate_and_profile(sandbox, company):
    assert set_up_company(company_id=company.pk) == SetupState.PENDING
    assert sandbox.calls("plugnotas") == []


def test_certificate_and_company_are_registered_once(sandbox, complete):
    assert set_up_company(company_id=complete.pk) == SetupState.SENT
    assert state_of(complete) == SetupState.SENT
    assert Certificate.objects.get().plugnotas_id
    calls = len(sandbox.calls("plugnotas"))
    assert set_up_company(company_id=complete.pk) == SetupState.SENT
    assert len(sandbox.calls("plugnotas")) == calls


def test_a_company_removed_meanwhile_is_no_failure(sandbox, who, complete):
    remove_company(**who, company_id=complete.pk)
    assert set_up_company(company_id=complete.pk) == SetupState.NONE
    assert sandbox.calls("plugnotas") == []


def test_every_change_asks_for_it_again_and_waits_in_one_item(sandbox, who, complete, data):
    set_up_company(company_id=complete.pk)
    update_company(**who, company_id=complete.pk, data=replace(data, trade_name="Oficina"))
    assert state_of(complete) == SetupState.PENDING
    set_up_company(company_id=complete.pk)
    switch = {"environment": Environment.PRODUCTION, "typed_name": data.legal_name}
    switch_environment(**who, company_id=complete.pk, **switch)
    assert state_of(complete) == SetupState.PENDING
    assert set_up_company(company_id=complete.pk) == SetupState.SENT
    assert WorkItem.objects.filter(kind=SET_UP_COMPANY, status="pending").count() == 1


def test_a_refusal_is_shown_and_can_be_sent_again(sandbox, who, complete):
    sandbox.fail("plugnotas", kind="status", status=401)
    assert set_up_company(company_id=complete.pk) == SetupState.ERROR
    assert state_of(complete) == SetupState.ERROR
    assert complete.plugnotas_error
    sandbox.heal()
    assert resend_setup(**who, company_id=complete.pk).plugnotas_error == ""
    assert set_up_company(company_id=complete.pk) == SetupState.SENT


def test_an_outage_leaves_it_pending_until_the_queue_gives_up(sandbox, complete):
    sandbox.fail("plugnotas", kind="status", status=503)
    with pytest.raises(RetryLater):
        set_up_company(company_id=complete.pk)
    assert state_of(complete) == SetupState.PENDING
    give_up_setup(**WorkItem.objects.get(kind=SET_UP_COMPANY, status="pending").payload)
    assert state_of(complete) == SetupState.ERROR
    assert complete.plugnotas_error == UNANSWERED


def test_only_the_own_people_with_the_right_send_again(office, other_office, company):
    with pytest.raises(NotAllowed):
        resend_setup(firm_id=office.firm.pk, user_id=office.attendant.pk, company_id=company.pk)
    with pytest.raises(NotFound):
        resend_setup(firm_id=office.firm.pk, user_id=other_office.owner.pk, company_id=company.pk)
    with pytest.raises(NotFound):
        resend_setup(firm_id=other_office.firm.pk, user_id=other_office.owner.pk, company_id=company.pk)


def test_a_company_of_the_national_gateway_is_left_alone(sandbox, who, complete, data):
    update_company(**who, company_id=complete.pk, data=replace(data, gateway=Gateway.NATIONAL))
    assert set_up_company(company_id=complete.pk) == SetupState.NONE
    assert sandbox.calls("plugnotas") == []
