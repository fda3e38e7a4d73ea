"""Whose notes must inform IBS and CBS, from when, and who is told (N2, N19; contract national 5.5 and 13)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from fiscal.documents.clock import SAO_PAULO
from nfse.models import Certificate, Company, Notice, TaxProfile
from nfse.readiness import Need, list_missing
from nfse.selectors.companies import CompanyFilters, count_by_readiness, get_company, read_readiness
from nfse.services.duties import announce_duties
from nfse.services.issuing.preparing import prepare_request
from nfse.services.issuing.sampling import try_service
from nfse.services.issuing.snapshots import NoteInput
from nfse.tests.firms import (
    acting,
    make_certificate,
    make_company,
    make_service,
    make_taker,
    make_tax_profile,
)

pytestmark = pytest.mark.django_db
SIMPLES = {
    "simples_apportionment": 1,
    "total_tax_mode": "simples_percent",
    "total_tax_percent": Decimal("6.00"),
}
MEI = {"simples_apportionment": None, "total_tax_mode": "not_informed"}
GROUP = {"cindop": "100301", "cst": "000", "cclasstrib": "000001"}
PERCENTS = {
    "simples_apportionment": None,
    "total_tax_mode": "percents",
    "total_tax_percent": None,
    "total_tax_federal": Decimal("13.45"),
    "total_tax_state": Decimal(0),
    "total_tax_municipal": Decimal("2.00"),
}


@pytest.fixture
def company(office):
    company = make_company(office.firm, tax_regime="normal", main_cnae="6209100", plugnotas_state="sent")
    make_tax_profile(company, **PERCENTS)
    make_certificate(office, company, until=datetime(2027, 6, 1, tzinfo=SAO_PAULO))
    return company


def say(office, company, day, ctribnac="170901"):
    """What the mirror of a note of a day says of the group: blocking or not; None: nothing."""
    service = make_service(company, ctribnac=ctribnac, cnbs="114061100", iss_rate=Decimal("2.00"))
    note = NoteInput(
        company.pk,
        make_taker(office.firm).pk,
        service.pk,
        Decimal("100.00"),
        "Parecer técnico de novembro",
        competence_date=day,
    )
    now = datetime(2027, 3, 1, 12, tzinfo=SAO_PAULO)
    mirror = prepare_request(actor=acting(office), note=note, now=now)
    said = [each for each in [*mirror.problems, *mirror.warnings] if each.code == "ibs_cbs"]
    return said[0] if said else None


@pytest.mark.parametrize(
    ("day", "ctribnac", "is_blocking"),
    [
        (date(2026, 9, 30), "170901", None),
        (date(2026, 10, 1), "170901", False),
        (date(2026, 11, 30), "010301", None),
        (date(2026, 12, 1), "010301", False),
        (date(2026, 12, 31), "170901", False),
        (date(2027, 1, 1), "170901", True),
        (date(2027, 1, 1), "010301", True),
    ],
)
def test_the_regime_normal_is_warned_first_and_stopped_later(office, company, day, ctribnac, is_blocking):
    said = say(office, company, day, ctribnac)

    assert (said and said.blocking) is is_blocking
    if said:
        assert "perfil fiscal" in said.message_pt
        assert said.who_fixes == "firm"


def test_the_mei_is_never_asked_for_it(office, company):
    Company.objects.update(tax_regime="mei")

    assert say(office, company, date(2027, 2, 1)) is None


@pytest.mark.parametrize("regime", ["simples", "simples_excess"])
@pytest.mark.parametrize(("day", "is_stopped"), [(date(2026, 12, 31), False), (date(2027, 1, 1), True)])
def test_the_simples_owes_it_from_the_day_of_the_setting(office, company, regime, day, is_stopped, settings):
    settings.NFSE_IBS_CBS_SIMPLES_FROM = date(2027, 1, 1)
    Company.objects.update(tax_regime=regime)

    said = say(office, company, day)

    assert bool(said) is is_stopped
    if said:
        assert said.blocking
        assert "Simples Nacional" in said.message_pt


CALENDAR = [date(2026 + (10 + month) // 12, (10 + month) % 12 + 1, 1) for month in range(75)]
"""The first of each month from November 2026 to January 2033."""


@pytest.mark.parametrize("regime", ["mei", "simples", "normal"])
def test_the_list_and_the_checklist_agree_on_every_month_of_the_calendar(office, company, regime, settings):
    settings.NFSE_IBS_CBS_SIMPLES_FROM = date(2027, 1, 1)
    Company.objects.update(tax_regime=regime, city_uses_national=True)
    TaxProfile.objects.update(**(PERCENTS if regime == "normal" else SIMPLES if regime == "simples" else MEI))
    make_service(company, cnbs="114061100")
    Certificate.objects.update(valid_until=datetime(2040, 1, 1, tzinfo=SAO_PAULO))
    everything = CompanyFilters()

    for day in CALENDAR:
        now = datetime(day.year, day.month, 1, 0, 30, tzinfo=SAO_PAULO)
        listed = count_by_readiness(office.firm.pk, everything, now=now)
        checklist = read_readiness(get_company(office.firm.pk, company.pk), now=now)
        missing = [item.need for item in list_missing(checklist)]
        owes = regime != "mei" and day >= date(2027, 1, 1)
        assert (missing, listed.blocked) == (([Need.IBS_CBS], 1) if owes else ([], 0)), day


@pytest.mark.parametrize(
    ("day", "sent"),
    [
        (date(2026, 12, 1), 0),
        (date(2026, 12, 2), 1),
        (date(2026, 12, 18), 1),
        (date(2026, 12, 31), 1),
        (date(2027, 1, 1), 0),
    ],
)
def test_a_duty_that_begins_is_announced_once_a_step(office, company, day, sent):
    now = datetime(day.year, day.month, day.day, 9, tzinfo=SAO_PAULO)

    assert [announce_duties(now=now), announce_duties(now=now)] == [sent, 0]
    notices = Notice.objects.filter(recipient=office.owner)
    assert [notice.title for notice in notices] == (
        ["1 empresa precisa informar IBS e CBS até 01/01/2027"] if sent else []
    )


def test_each_step_is_told_and_a_profile_with_the_group_is_left_alone(office, company):
    days = [datetime(2026, 12, day, 9, tzinfo=SAO_PAULO) for day in range(1, 32)]

    assert sum(announce_duties(now=now) for now in days) == 3

    Notice.objects.all().delete()
    TaxProfile.objects.update(ibs_cbs=GROUP)
    assert sum(announce_duties(now=now) for now in days) == 0


def test_a_profile_with_the_group_and_a_company_of_plugnotas_are_let_through(office, company):
    TaxProfile.objects.update(ibs_cbs=GROUP)
    assert say(office, company, date(2027, 2, 1)) is None

    TaxProfile.objects.update(ibs_cbs=None)
    company.services.all().delete()
    company.firm.takers.all().delete()
    Company.objects.update(gateway="plugnotas")
    assert say(office, company, date(2027, 2, 1)) is None


def test_the_day_is_a_setting(office, company, settings):
    settings.NFSE_IBS_CBS_REQUIRED_FROM = date(2027, 7, 1)

    said = say(office, company, date(2027, 2, 1))

    assert not said.blocking
    assert "01/07/2027" in said.message_pt


@pytest.mark.parametrize(("day", "is_blocking"), [(20, False), (60, True)])
def test_trying_out_says_it_too(office, company, day, is_blocking):
    service = make_service(company, ctribnac="170901", cnbs="114061100")
    now = datetime(2026, 12, 1, 12, tzinfo=SAO_PAULO) + timedelta(days=day)

    sample = try_service(firm_id=office.firm.pk, user_id=office.accountant.pk, service_id=service.pk, now=now)

    told = sample.problems if is_blocking else sample.warnings
    assert "ibs_cbs" in {problem.code for problem in told}


def test_the_page_of_the_test_leads_to_the_tax_profile(accountant, company, settings):
    settings.NFSE_IBS_CBS_REQUIRED_FROM = date(2026, 1, 1)
    service = make_service(company, ctribnac="170901", cnbs="114061100")

    text = " ".join(accountant.get(f"/notas/servicos/{service.pk}/testar/").text.split())

    assert "Desde a competência de 01/01/2026, a nota do regime normal precisa informar o IBS" in text
    assert f'href="/notas/empresas/{company.pk}/fiscal/">Abrir o perfil fiscal' in text


@pytest.mark.parametrize(("change", "is_told"), [({}, True), ({"tax_regime": "mei"}, False)])
def test_the_tax_profile_says_from_when_to_whom_it_concerns(accountant, company, change, is_told):
    Company.objects.update(**(change or {"is_active": True}))

    page = accountant.get(f"/notas/empresas/{company.pk}/fiscal/").text

    assert ("a partir da competência de 01/01/2027" in page) is is_told
