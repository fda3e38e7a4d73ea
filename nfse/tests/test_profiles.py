"""Tax profiles and services of companies (N2, N3, R87)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from fiscal.enumerations import SimplesApportionment, TotalTaxMode
from fiscal.values import FederalRates, IbsCbs
from nfse.models import ChangeRecord, Company, ServiceProfile, TaxProfile
from nfse.permissions import NotAllowed, NotFound
from nfse.selectors.companies import find_tax_profile, get_service, list_services
from nfse.services.companies import InvalidCnae
from nfse.services.profiles import (
    InvalidLimit,
    InvalidMunicipalCode,
    InvalidPercent,
    InvalidRate,
    InvalidSeries,
    NicknameTaken,
    ServiceData,
    TaxData,
    UnknownNbs,
    UnknownService,
    WrongForRegime,
    create_service,
    remove_service,
    save_tax_profile,
    set_default_service,
    suggest_incidence,
    update_service,
)
from nfse.services.retentions import (
    InvalidRetention,
    RetentionNotAllowed,
    RetentionWithoutCst,
    TooMuchWithheld,
    UnknownCst,
)
from nfse.tests.firms import make_company, make_service

pytestmark = pytest.mark.django_db
Incidence = ServiceProfile.Incidence
SIMPLES = TaxData(
    total_tax_mode=TotalTaxMode.SIMPLES_PERCENT,
    simples_apportionment=SimplesApportionment.ALL_INSIDE,
    total_tax_percent=Decimal("6.00"),
)
MEI = TaxData(total_tax_mode=TotalTaxMode.NOT_INFORMED)
NORMAL = TaxData(
    total_tax_mode=TotalTaxMode.PERCENTS,
    total_tax_federal=Decimal("13.45"),
    total_tax_state=Decimal(0),
    total_tax_municipal=Decimal("2.00"),
)
SERVICE = ServiceData(
    nickname="Conserto",
    ctribnac="14.01.01",
    incidence_rule=Incidence.PROVIDER,
    keywords=("Revisão", "revisao", " "),
)


def by(office, role="accountant"):
    return {"firm_id": office.firm.pk, "user_id": getattr(office, role).pk}


def test_a_profile_is_saved_and_replaced_with_its_trail(office, company):
    ibs_cbs = IbsCbs(cindop="050101", cst="000", cclasstrib="000001")
    saved = save_tax_profile(**by(office), company_id=company.pk, data=replace(SIMPLES, ibs_cbs=ibs_cbs))
    assert IbsCbs.from_dict(find_tax_profile(office.firm.pk, company.pk).ibs_cbs) == ibs_cbs
    assert (saved.series, saved.limit_cents, saved.allow_unidentified_taker) == (900, 10_000_000, False)
    again = save_tax_profile(**by(office), company_id=company.pk, data=replace(SIMPLES, series=7))
    assert again.pk == saved.pk
    change = ChangeRecord.objects.latest("pk")
    assert (change.before["series"], change.after["series"]) == (900, 7)
    assert "total_tax_mode" not in change.after


@pytest.mark.parametrize(
    ("regime", "good"), [("mei", MEI), ("simples", SIMPLES), ("simples_excess", SIMPLES), ("normal", NORMAL)]
)
def test_each_regime_takes_its_own_statement_and_no_other(office, regime, good):
    company = make_company(office.firm, tax_regime=regime)
    for data in (MEI, SIMPLES, NORMAL):
        if data is good:
            assert save_tax_profile(**by(office), company_id=company.pk, data=data)
        else:
            with pytest.raises(WrongForRegime):
                save_tax_profile(**by(office), company_id=company.pk, data=data)


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (replace(SIMPLES, simples_apportionment=None), WrongForRegime),
        (replace(SIMPLES, total_tax_percent=None), WrongForRegime),
        (replace(SIMPLES, total_tax_percent=Decimal("100.01")), InvalidPercent),
        (replace(SIMPLES, total_tax_percent=Decimal("-1")), InvalidPercent),
        (replace(SIMPLES, total_tax_percent=Decimal("NaN")), InvalidPercent),
        (replace(SIMPLES, total_tax_percent=Decimal("6.001")), InvalidPercent),
        (replace(SIMPLES, series=0), InvalidSeries),
        (replace(SIMPLES, series=50_000), InvalidSeries),
        (replace(SIMPLES, limit_cents=0), InvalidLimit),
    ],
)
def test_a_broken_profile_is_refused_by_name(office, company, broken, error):
    with pytest.raises(error):
        save_tax_profile(**by(office), company_id=company.pk, data=broken)
    assert not TaxProfile.objects.exists()


def test_nothing_is_withheld_from_a_mei(office):
    company = make_company(office.firm, tax_regime="mei")
    with pytest.raises(WrongForRegime):
        save_tax_profile(**by(office), company_id=company.pk, data=replace(MEI, default_withheld=True))
    with pytest.raises(WrongForRegime):
        create_service(**by(office), company_id=company.pk, data=replace(SERVICE, withheld_default=True))
    with pytest.raises(WrongForRegime):
        create_service(**by(office), company_id=company.pk, data=replace(SERVICE, iss_rate=Decimal(2)))


ALL_WITHHELD = FederalRates(
    irrf_rate=Decimal("1.50"),
    inss_rate=Decimal("11.00"),
    csll_rate=Decimal("1.00"),
    pis_rate=Decimal("0.65"),
    cofins_rate=Decimal("3.00"),
    pis_cofins_cst="01",
)


def test_a_service_of_the_normal_regime_says_what_its_takers_withhold(office):
    company = make_company(office.firm, tax_regime="normal")

    service = create_service(**by(office), company_id=company.pk, data=replace(SERVICE, federal=ALL_WITHHELD))
    assert ServiceProfile.objects.get().federal_rates == ALL_WITHHELD

    only_inss = FederalRates(inss_rate=Decimal("3.50"))
    update_service(**by(office), service_id=service.pk, data=replace(SERVICE, federal=only_inss))
    assert ServiceProfile.objects.get().federal_rates == only_inss
    change = ChangeRecord.objects.latest("pk")
    assert (change.before["inss_rate"], change.after["inss_rate"]) == ("11", "3.5")
    assert (change.before["pis_cofins_cst"], change.after["pis_cofins_cst"]) == ("01", "")


def test_no_retention_has_a_default(office):
    company = make_company(office.firm, tax_regime="normal")

    service = create_service(**by(office), company_id=company.pk, data=SERVICE)

    assert service.federal_rates == FederalRates()


@pytest.mark.parametrize("regime", ["mei", "simples", "simples_excess"])
def test_only_the_normal_regime_has_federal_retentions(office, regime):
    company = make_company(office.firm, tax_regime=regime)

    for federal in (ALL_WITHHELD, FederalRates(irrf_rate=Decimal("1.50"))):
        with pytest.raises(RetentionNotAllowed):
            create_service(**by(office), company_id=company.pk, data=replace(SERVICE, federal=federal))


def test_a_person_under_a_cpf_has_no_federal_retentions(office):
    company = make_company(office.firm, "52998224725", tax_regime="normal")

    with pytest.raises(RetentionNotAllowed):
        create_service(**by(office), company_id=company.pk, data=replace(SERVICE, federal=ALL_WITHHELD))


@pytest.mark.parametrize(
    ("federal", "error"),
    [
        (replace(ALL_WITHHELD, irrf_rate=Decimal(0)), InvalidRetention),
        (replace(ALL_WITHHELD, inss_rate=Decimal("-1")), InvalidRetention),
        (replace(ALL_WITHHELD, csll_rate=Decimal("1.005")), InvalidRetention),
        (replace(ALL_WITHHELD, pis_rate=Decimal(100)), InvalidRetention),
        (replace(ALL_WITHHELD, cofins_rate=Decimal("NaN")), InvalidRetention),
        (replace(ALL_WITHHELD, irrf_rate=Decimal(50), inss_rate=Decimal(50)), TooMuchWithheld),
        (replace(ALL_WITHHELD, pis_cofins_cst=""), RetentionWithoutCst),
        (replace(ALL_WITHHELD, pis_cofins_cst="12"), UnknownCst),
    ],
)
def test_broken_retentions_are_refused_by_name(office, federal, error):
    company = make_company(office.firm, tax_regime="normal")

    with pytest.raises(error):
        create_service(**by(office), company_id=company.pk, data=replace(SERVICE, federal=federal))
    assert not ServiceProfile.objects.exists()


@pytest.mark.parametrize("broken", [{"irrf_rate": 0}, {"inss_rate": -1}, {"csll_rate": 1}])
def test_the_database_keeps_broken_retentions_out(company, broken):
    service = make_service(company)

    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceProfile.objects.filter(pk=service.pk).update(**broken)


def test_a_service_of_a_newer_table_is_taken(office, company):
    """990401, the rental of NT 005, is in none of the tables that come with the product."""
    service = create_service(**by(office), company_id=company.pk, data=replace(SERVICE, ctribnac="99.04.01"))

    assert service.ctribnac == "990401"


def test_the_first_service_is_the_default_and_codes_are_clean(office, company):
    first = create_service(**by(office), company_id=company.pk, data=SERVICE)
    second = create_service(**by(office), company_id=company.pk, data=replace(SERVICE, nickname="Funilaria"))
    assert (first.is_default, second.is_default) == (True, False)
    assert (first.ctribnac, first.keywords, first.iss_rate) == ("140101", ["revisao"], None)
    assert list(list_services(office.firm.pk, company.pk)) == [first, second]


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (replace(SERVICE, ctribnac="99999"), UnknownService),
        (replace(SERVICE, ctribnac=""), UnknownService),
        (replace(SERVICE, cnbs="000000000"), UnknownNbs),
        (replace(SERVICE, cnae="12"), InvalidCnae),
        (replace(SERVICE, ctribmun="1"), InvalidMunicipalCode),
        (replace(SERVICE, iss_rate=Decimal("5.01")), InvalidRate),
        (replace(SERVICE, iss_rate=Decimal("-0.01")), InvalidRate),
        (replace(SERVICE, iss_rate=Decimal("2.005")), InvalidRate),
    ],
)
def test_a_broken_service_is_refused_by_name(office, company, broken, error):
    with pytest.raises(error):
        create_service(**by(office), company_id=company.pk, data=broken)
    assert not ServiceProfile.objects.exists()


def test_a_nickname_is_of_one_service_until_it_is_removed(office, company):
    first = create_service(**by(office), company_id=company.pk, data=SERVICE)
    with pytest.raises(NicknameTaken):
        create_service(**by(office), company_id=company.pk, data=SERVICE)
    remove_service(**by(office), service_id=first.pk)
    assert create_service(**by(office), company_id=company.pk, data=SERVICE).is_default
    with pytest.raises(NotFound):
        get_service(office.firm.pk, first.pk)


def test_the_default_moves_and_stays_one(office, company):
    first = create_service(**by(office), company_id=company.pk, data=SERVICE)
    second = create_service(**by(office), company_id=company.pk, data=replace(SERVICE, nickname="Funilaria"))
    set_default_service(**by(office), service_id=second.pk)
    first.refresh_from_db()
    assert not first.is_default
    assert list(company.services.filter(is_default=True)) == [second]
    with pytest.raises(IntegrityError), transaction.atomic():
        company.services.update(is_default=True)


@pytest.mark.django_db(transaction=True)
def test_two_defaults_at_once_leave_one(office, company):
    make_service(company)
    others = [make_service(company, nickname=name, is_default=False) for name in ("A", "B")]

    def choose(service):
        try:
            set_default_service(**by(office), service_id=service.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(choose, others))
    assert company.services.filter(is_default=True).count() == 1


def test_a_service_changes_with_its_trail(office, company):
    service = make_service(company)
    update_service(**by(office), service_id=service.pk, data=replace(SERVICE, iss_rate=Decimal("2.00")))
    change = ChangeRecord.objects.get()
    assert (change.before["iss_rate"], change.after["iss_rate"]) == (None, "2")
    assert (change.company_id, change.subject) == (company.pk, "service")


def test_the_official_table_suggests_where_the_iss_is_due():
    assert suggest_incidence("140101") == Incidence.PROVIDER
    assert suggest_incidence("070201") == Incidence.PLACE
    assert suggest_incidence("000000") is None


def test_attendants_change_neither(office, company):
    service = make_service(company)
    for change in changes(by(office, "attendant"), company, service):
        with pytest.raises(NotAllowed):
            change()


def test_strangers_meet_nothing(office, other_office, company, other_company):
    service = make_service(company)
    for change in changes(by(other_office), company, service):
        with pytest.raises(NotFound):
            change()
    service.refresh_from_db()
    assert service.is_active
    assert Company.objects.filter(tax_profile__isnull=False).count() == 0


def changes(who, company, service):
    return (
        lambda: save_tax_profile(**who, company_id=company.pk, data=SIMPLES),
        lambda: create_service(**who, company_id=company.pk, data=SERVICE),
        lambda: update_service(**who, service_id=service.pk, data=SERVICE),
        lambda: set_default_service(**who, service_id=service.pk),
        lambda: remove_service(**who, service_id=service.pk),
    )
