"""What a company lacks to issue (N8), and that the list's filter says the same."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.utils import timezone

from fiscal.enumerations import TaxRegime, WhoFixes
from nfse.readiness import CompanyFacts, Need, TaxFacts, check_chat, check_readiness, is_ready, list_missing
from nfse.selectors.companies import CompanyFilters, get_company, list_companies, read_readiness
from nfse.tests.firms import make_certificate, make_company, make_service, make_tax_profile

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
MEI = TaxFacts(None, "not_informed")
SIMPLES = TaxFacts(1, "simples_percent", Decimal("6.00"))
READY = CompanyFacts(
    is_firm_active=True,
    is_company_active=True,
    is_nfse_enabled=True,
    tax_regime="simples",
    gateway="national",
    tax=SIMPLES,
    service_count=1,
    certificate_from=NOW - timedelta(days=1),
    certificate_until=NOW + timedelta(days=1),
    city_uses_national=True,
    plugnotas_state="none",
)


def missing(**changes):
    return [item.need for item in list_missing(check_readiness(replace(READY, **changes), now=NOW))]


def test_a_certificate_that_ended_says_when():
    facts = replace(READY, certificate_until=NOW - timedelta(days=3))
    (item,) = [one for one in check_readiness(facts, now=NOW) if one.need is Need.CERTIFICATE]
    assert item.message.startswith("O certificado venceu em ")


def test_a_complete_company_is_ready():
    assert is_ready(check_readiness(READY, now=NOW))


@pytest.mark.parametrize(
    ("changes", "need"),
    [
        ({"is_firm_active": False}, Need.FIRM),
        ({"is_company_active": False}, Need.COMPANY),
        ({"is_nfse_enabled": False}, Need.ENABLED),
        ({"tax": None}, Need.TAX_PROFILE),
        ({"tax": TaxFacts(None, "simples_percent", Decimal(6))}, Need.TAX_PROFILE),
        ({"tax": TaxFacts(1, "simples_percent")}, Need.TAX_PROFILE),
        ({"tax": TaxFacts(1, "")}, Need.TAX_PROFILE),
        ({"service_count": 0}, Need.SERVICE),
        ({"certificate_until": None, "certificate_from": None}, Need.CERTIFICATE),
        ({"certificate_until": NOW - timedelta(seconds=1)}, Need.CERTIFICATE),
        ({"certificate_from": NOW + timedelta(seconds=1)}, Need.CERTIFICATE),
        ({"city_uses_national": False}, Need.CITY),
        ({"gateway": "plugnotas", "plugnotas_state": "pending"}, Need.PLUGNOTAS),
        ({"gateway": "plugnotas", "plugnotas_state": "error"}, Need.PLUGNOTAS),
        (
            {"gateway": "plugnotas", "plugnotas_state": "sent", "tax_regime": "mei", "tax": MEI},
            Need.GATEWAY,
        ),
    ],
)
def test_each_thing_that_is_missing_is_named_alone(changes, need):
    assert missing(**changes) == [need]


def test_what_does_not_apply_is_left_out():
    assert missing(city_uses_national=None) == []
    assert missing(gateway="plugnotas", plugnotas_state="sent", city_uses_national=False) == []
    assert missing(tax_regime="mei", tax=MEI, city_uses_national=False) == []
    assert Need.PLUGNOTAS not in [item.need for item in check_readiness(READY, now=NOW)]


def test_what_the_chat_needs_is_no_part_of_the_checklist():
    assert Need.PHONE not in [item.need for item in check_readiness(READY, now=NOW)]
    assert not check_chat(0).is_met
    assert check_chat(1).is_met


def test_a_profile_of_the_former_regime_is_not_complete():
    assert missing(tax_regime="mei") == [Need.TAX_PROFILE]
    assert missing(tax_regime="normal") == [Need.TAX_PROFILE]


def test_every_item_says_who_fixes_it_and_where():
    facts = [
        READY,
        replace(READY, gateway="plugnotas"),
        replace(READY, gateway="plugnotas", tax_regime="mei"),
        replace(READY, ibs_cbs_from=date(2026, 1, 1)),
    ]
    items = {item.need: item for fact in facts for item in check_readiness(fact, now=NOW)}
    items[Need.PHONE] = check_chat(0)
    assert set(items) == set(Need)
    assert all(item.title and item.message.endswith(".") and item.target for item in items.values())
    assert [need for need, item in items.items() if item.who_fixes != WhoFixes.FIRM] == [Need.FIRM]


@pytest.mark.django_db
def test_the_checklist_of_a_stored_company(office, company, django_assert_num_queries):
    checklist = read_readiness(get_company(office.firm.pk, company.pk), now=NOW)
    assert [item.need for item in list_missing(checklist)] == [
        Need.TAX_PROFILE,
        Need.SERVICE,
        Need.CERTIFICATE,
    ]
    make_tax_profile(company)
    make_service(company)
    make_certificate(office, company)
    with django_assert_num_queries(1):
        assert is_ready(read_readiness(get_company(office.firm.pk, company.pk), now=timezone.now()))


@pytest.mark.django_db
def test_a_blocked_account_makes_no_company_ready(office, company):
    office.firm.account.blocked_at = NOW
    office.firm.account.save()
    first = read_readiness(get_company(office.firm.pk, company.pk), now=NOW)[0]
    assert (first.need, first.is_met) == (Need.FIRM, False)


@pytest.mark.django_db
def test_the_filter_of_the_list_and_the_checklist_agree(office):
    """Every mix of regime, profile, gateway, city and set-up, with and without the rest."""
    percents = {
        "total_tax_mode": "percents",
        "simples_apportionment": None,
        "total_tax_federal": 1,
        "total_tax_state": 0,
        "total_tax_municipal": 2,
    }
    profiles = (
        None,
        {},
        {"simples_apportionment": None},
        {"total_tax_percent": None},
        {"total_tax_mode": "not_informed", "simples_apportionment": None},
        {"total_tax_mode": "percents", "simples_apportionment": None},
        percents,
        {**percents, "ibs_cbs": {"cindop": "100301", "cst": "000", "cclasstrib": "000001"}},
    )
    gateways = (
        {"gateway": "national", "city_uses_national": None},
        {"gateway": "national", "city_uses_national": True},
        {"gateway": "national", "city_uses_national": False},
        {"gateway": "national", "city_uses_national": True, "nfse_enabled": False},
        {"gateway": "plugnotas", "plugnotas_state": "sent"},
        {"gateway": "plugnotas", "plugnotas_state": "pending"},
    )
    mixes = product(TaxRegime.values(), profiles, gateways)
    for number, (regime, profile, gateway) in enumerate(mixes):
        company = make_company(office.firm, f"{number:012}00", tax_regime=regime, **gateway)
        if profile is not None:
            make_tax_profile(company, **profile)
        if number % 11:
            make_service(company)
        if number % 13:
            make_certificate(office, company)
    now = timezone.now()
    everything = list_companies(office.firm.pk, CompanyFilters(), now=now)
    ready = {row.pk for row in everything if is_ready(read_readiness(row, now=now))}
    filtered = list_companies(office.firm.pk, CompanyFilters(is_ready=True), now=now)
    blocked = list_companies(office.firm.pk, CompanyFilters(is_ready=False), now=now)
    assert {row.pk for row in filtered} == ready
    assert {row.pk for row in blocked} == {row.pk for row in everything} - ready
    assert len(ready) >= 8
    later = now + timedelta(days=201)
    assert not list_companies(office.firm.pk, CompanyFilters(is_ready=True), now=later).exists()
