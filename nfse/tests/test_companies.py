"""Companies of a firm (A12, A13, A15, N1, N7), always with a second firm beside."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from fiscal.enumerations import Environment, Gateway, TaxRegime
from nfse.models import Certificate, ChangeRecord, Company, ServiceProfile, TaxProfile
from nfse.permissions import NotAllowed, NotFound
from nfse.selectors.companies import (
    CompanyFilters,
    count_companies,
    find_tax_profile,
    get_company,
    get_service,
    list_companies,
    list_services,
    read_readiness,
)
from nfse.selectors.trail import list_changes
from nfse.services.companies import (
    CompanyData,
    CompanyInUse,
    CompanyTaken,
    InvalidCnae,
    InvalidDocument,
    NameDoesNotMatch,
    activate_company,
    create_company,
    deactivate_company,
    remove_company,
    suggest_gateway,
    switch_environment,
    update_company,
)
from nfse.services.places import InvalidPhone, InvalidPostalCode, UnknownCity
from nfse.states import SetupState
from nfse.tests.firms import (
    COMPANY_CNPJS,
    make_certificate,
    make_city,
    make_company,
    make_request,
    make_service,
    make_tax_profile,
)

pytestmark = pytest.mark.django_db
NATIONAL, PLUGNOTAS = Gateway.NATIONAL, Gateway.PLUGNOTAS


@pytest.fixture
def data(db):
    return CompanyData(
        legal_name="Oficina do Vale Ltda",
        tax_regime=TaxRegime.SIMPLES,
        city_code=make_city().pk,
        gateway=NATIONAL,
        main_cnae="4520-0/01",
        postal_code="97010-000",
        phone="(55) 99912-3456",
    )


def by(office, role="accountant"):
    return {"firm_id": office.firm.pk, "user_id": getattr(office, role).pk}


def names(office, now=None, **filters):
    rows = list_companies(office.firm.pk, CompanyFilters(**filters), now=now or timezone.now())
    return [row.legal_name for row in rows]


def test_a_company_is_kept_clean_and_starts_in_staging(office, data):
    company = create_company(**by(office), document="12.345.678/0001-95", data=data)
    assert (company.document, company.main_cnae, company.postal_code, company.phone) == (
        "12345678000195",
        "4520001",
        "97010000",
        "+5555999123456",
    )
    assert company.environment == Environment.STAGING
    change = list_changes(office.firm.pk, company_id=company.pk).get()
    assert (change.actor, change.action) == (office.accountant, ChangeRecord.Action.CREATED)


def test_alphanumeric_cnpj_and_cpf_are_documents_too(office, data):
    assert create_company(**by(office), document="12.abc.345/01de-35", data=data).document == "12ABC34501DE35"
    assert create_company(**by(office), document="111.444.777-35", data=data).document == "11144477735"
    change = ChangeRecord.objects.latest("pk")
    assert change.after["document"]["shown"] == "***.444.777-**"


def test_what_is_wrong_is_named_and_nothing_is_kept(office, data):
    for broken, error in (
        (replace(data, city_code="9999999"), UnknownCity),
        (replace(data, city_code=""), UnknownCity),
        (replace(data, phone="12"), InvalidPhone),
        (replace(data, main_cnae="45"), InvalidCnae),
        (replace(data, secondary_cnaes=("4520001", "x")), InvalidCnae),
        (replace(data, postal_code="123"), InvalidPostalCode),
    ):
        with pytest.raises(error):
            create_company(**by(office), document=COMPANY_CNPJS[0], data=broken)
    with pytest.raises(InvalidDocument):
        create_company(**by(office), document="12345678000190", data=data)
    assert not Company.objects.exists()


def test_the_database_takes_no_company_without_regime_or_with_a_broken_document(office):
    for fields in ({"tax_regime": ""}, {"document": "1234567800019X"}, {"gateway": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_company(office.firm, **fields)


def test_the_same_company_twice_is_refused_in_one_firm_and_fine_in_two(office, other_office, data):
    create_company(**by(office), document=COMPANY_CNPJS[0], data=data)
    with pytest.raises(CompanyTaken):
        create_company(**by(office), document=COMPANY_CNPJS[0], data=data)
    create_company(**by(other_office), document=COMPANY_CNPJS[0], data=data)
    assert Company.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_company_twice_at_once_is_one(office, data):
    def create(_):
        try:
            return create_company(**by(office), document=COMPANY_CNPJS[0], data=data)
        except CompanyTaken:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(made is not None for made in pool.map(create, range(2))) == 1
    assert ChangeRecord.objects.count() == 1


def test_a_change_leaves_only_what_differs_in_the_trail(office, company, data):
    update_company(**by(office), company_id=company.pk, data=data)
    update_company(**by(office), company_id=company.pk, data=replace(data, trade_name="Oficina"))
    change = ChangeRecord.objects.latest("pk")
    assert (change.before, change.after) == ({"trade_name": ""}, {"trade_name": "Oficina"})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE nfse_changerecord SET subject = 'x'",
        "DELETE FROM nfse_changerecord",
        "TRUNCATE nfse_changerecord",
    ],
)
def test_the_trail_only_grows(office, company, data, statement):
    update_company(**by(office), company_id=company.pk, data=data)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")


def test_saving_without_change_leaves_no_trace(office, company, data):
    update_company(**by(office), company_id=company.pk, data=data)
    count = ChangeRecord.objects.count()
    update_company(**by(office), company_id=company.pk, data=data)
    assert ChangeRecord.objects.count() == count


def test_a_new_city_forgets_the_agreement_of_the_old(office, company, data):
    Company.objects.update(city_uses_national=True, city_checked_at=timezone.now())
    rio = make_city("3304557", "Rio de Janeiro", "RJ")
    changed = update_company(**by(office), company_id=company.pk, data=replace(data, city_code=rio.pk))
    assert (changed.city_uses_national, changed.city_checked_at) == (None, None)


def test_plugnotas_must_hear_of_a_change(office, company, data):
    Company.objects.update(gateway=PLUGNOTAS, plugnotas_state=SetupState.SENT)
    changed = replace(data, gateway=PLUGNOTAS, email="oficina@nitro.example")
    assert update_company(**by(office), company_id=company.pk, data=changed).plugnotas_state == "pending"


def test_production_needs_the_name_typed(office, company):
    go = {**by(office), "company_id": company.pk, "environment": Environment.PRODUCTION}
    for typed in ("", "Oficina", "oficina do vale"):
        with pytest.raises(NameDoesNotMatch):
            switch_environment(**go, typed_name=typed)
    assert switch_environment(**go, typed_name="OFICINA DO VALE LTDA").environment == "production"
    change = ChangeRecord.objects.get()
    assert (change.before, change.after) == ({"environment": "staging"}, {"environment": "production"})
    back = {**go, "environment": Environment.STAGING}
    assert switch_environment(**back).environment == "staging"


def test_a_company_is_switched_off_and_on(office, company):
    assert not deactivate_company(**by(office), company_id=company.pk).is_active
    assert not deactivate_company(**by(office), company_id=company.pk).is_active
    assert count_companies(office.firm.pk) == 0
    assert activate_company(**by(office), company_id=company.pk).is_active
    assert ChangeRecord.objects.count() == 2


def test_an_unused_company_goes_with_all_that_is_its_own(office, company):
    make_tax_profile(company)
    make_service(company)
    make_certificate(office, company)
    remove_company(**by(office), company_id=company.pk)
    for model in (Company, TaxProfile, ServiceProfile, Certificate):
        assert not model.objects.exists()
    assert list_changes(office.firm.pk).get().before["document"] == company.document


def test_a_company_with_requests_stays(office, company):
    make_request(company)
    with pytest.raises(CompanyInUse):
        remove_company(**by(office), company_id=company.pk)
    assert Company.objects.filter(pk=company.pk).exists()
    assert not ChangeRecord.objects.exists()


def test_attendants_see_and_do_not_change(office, company, data):
    for change in (
        lambda who: create_company(**who, document=COMPANY_CNPJS[1], data=data),
        lambda who: update_company(**who, company_id=company.pk, data=data),
        lambda who: deactivate_company(**who, company_id=company.pk),
        lambda who: remove_company(**who, company_id=company.pk),
        lambda who: switch_environment(**who, company_id=company.pk, environment=Environment.STAGING),
    ):
        with pytest.raises(NotAllowed):
            change(by(office, "attendant"))


def test_strangers_meet_nothing(office, other_office, company, other_company, data):
    service = make_service(company)
    make_tax_profile(company)
    for who, company_id in ((by(office), other_company.pk), (by(other_office), company.pk)):
        for change in (
            lambda who, pk: update_company(**who, company_id=pk, data=data),
            lambda who, pk: deactivate_company(**who, company_id=pk),
            lambda who, pk: activate_company(**who, company_id=pk),
            lambda who, pk: remove_company(**who, company_id=pk),
            lambda who, pk: switch_environment(**who, company_id=pk, environment=Environment.STAGING),
        ):
            with pytest.raises(NotFound):
                change(who, company_id)
    firm_id = other_office.firm.pk
    for read in (
        lambda: get_company(firm_id, company.pk),
        lambda: read_readiness(get_company(firm_id, company.pk), now=timezone.now()),
        lambda: get_service(firm_id, service.pk),
    ):
        with pytest.raises(NotFound):
            read()
    assert find_tax_profile(firm_id, company.pk) is None
    assert not list_services(firm_id, company.pk).exists()
    assert not list_changes(firm_id, company_id=company.pk).exists()
    assert names(other_office) == ["Oficina Alheia Ltda"]
    assert count_companies(firm_id) == 1


def test_the_database_keeps_company_and_firm_together(company, other_office):
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        TaxProfile.objects.create(firm=other_office.firm, company=company)


def test_the_list_searches_filters_and_sorts(office, company):
    now = timezone.now()
    bakery = make_company(
        office.firm,
        COMPANY_CNPJS[1],
        legal_name="Padaria São José Ltda",
        trade_name="Pão Quente",
        gateway=PLUGNOTAS,
        environment="production",
        is_active=False,
    )
    make_certificate(office, bakery, until=now + timedelta(days=10))
    vale, jose = "Oficina do Vale Ltda", "Padaria São José Ltda"
    for filters, found in (
        ({}, [vale, jose]),
        ({"sort": "-name"}, [jose, vale]),
        ({"sort": "invented; drop"}, [vale, jose]),
        ({"text": "quente"}, [jose]),
        ({"text": "vale oficina"}, [vale]),
        ({"text": "98.765.432"}, [jose]),
        ({"text": "nada"}, []),
        ({"is_active": True}, [vale]),
        ({"is_active": False}, [jose]),
        ({"gateway": "plugnotas"}, [jose]),
        ({"environment": "staging"}, [vale]),
        ({"certificate": "ending"}, [jose]),
        ({"certificate": "none"}, [vale]),
        ({"certificate": "expired"}, []),
        ({"certificate": "ok"}, []),
        ({"sort": "certificate"}, [jose, vale]),
    ):
        assert names(office, now, **filters) == found, filters
    assert names(office, now + timedelta(days=11), certificate="expired") == [jose]
    assert names(office, now - timedelta(days=30), certificate="ok") == [jose]


def test_the_list_asks_one_query_and_counters_are_not_multiplied(office, company, django_assert_num_queries):
    make_tax_profile(company)
    make_service(company)
    for replaced in range(3):
        make_certificate(office, company, is_active=replaced == 2)
    for number in range(1, 4):
        make_request(company, number=number, issued=number < 3, environment="production")
    make_request(company, number=9, issued=True)
    for number in range(5):
        make_company(office.firm, f"1144477700{number:02}00", legal_name=f"Loja {number}")
    with django_assert_num_queries(1):
        rows = list(list_companies(office.firm.pk, CompanyFilters(sort="-notes"), now=timezone.now()))
        counts = [(row.note_count, row.taker_count, row.city.name, row.firm.account.name) for row in rows]
    assert len(rows) == 6
    assert counts[0] == (2, 1, "Santa Maria", "Contabilidade 1")
    assert [row.note_count for row in rows[1:]] == [0] * 5


@pytest.mark.parametrize(
    ("regime", "gateway"),
    [
        (TaxRegime.MEI, NATIONAL),
        (TaxRegime.SIMPLES, NATIONAL),
        (TaxRegime.SIMPLES_EXCESS, NATIONAL),
        (TaxRegime.NORMAL, PLUGNOTAS),
    ],
)
def test_the_law_suggests_the_gateway(regime, gateway):
    assert suggest_gateway(regime) == gateway
