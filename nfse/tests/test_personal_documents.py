"""The CPF of a self-employed person who issues is readable nowhere in the database (R28, decision 8)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from psycopg import sql

from core.documents import format_cpf
from fiscal.enumerations import Environment, Gateway, TaxRegime
from fiscal.tests.notes import ISSUER_CNPJ, ISSUER_CPF, PORTO_ALEGRE, TAKER_CPF
from nfse.models import Certificate, Company, NumberSeries
from nfse.selectors.companies import CompanyFilters, list_companies
from nfse.services.companies import CompanyData, CompanyTaken, LegalNameMissing, create_company
from nfse.services.issuing.gateways_of import prepared_note, reference_of
from nfse.services.notes.canceling import cancel_invoice
from nfse.services.plugnotas_setup import set_up_company
from nfse.services.takers import TakerData, create_taker
from nfse.states import SetupState, State
from nfse.tests.firms import (
    acting,
    make_city,
    make_company,
    make_office,
    make_service,
    make_taker,
    make_tax_profile,
)
from nfse.tests.issuing import PLACE, Shop, give_certificate, open_new_pfx, work_off
from queue_worker.tests.support import make_due, run_due

pytestmark = pytest.mark.django_db(transaction=True)
OFFICIAL = ("dps_id", "prepared_id", "access_key", "replaced_by_key")
"""Columns with identifiers of which the law makes the CPF a part (decision 8)."""
DATA = CompanyData(
    legal_name="João da Silva",
    tax_regime=TaxRegime.NORMAL,
    city_code=PORTO_ALEGRE,
    gateway=Gateway.NATIONAL,
    **PLACE,
)


def make_self_employed(office, sandbox, gateway) -> Shop:
    city = make_city(PORTO_ALEGRE, "Porto Alegre", "RS")
    who = {"firm_id": office.firm.pk, "user_id": office.accountant.pk}
    company = create_company(**who, document=ISSUER_CPF, data=replace(DATA, gateway=Gateway(gateway)))
    make_tax_profile(
        company,
        simples_apportionment=None,
        total_tax_mode="percents",
        total_tax_percent=None,
        total_tax_federal=Decimal("13.45"),
        total_tax_state=Decimal(0),
        total_tax_municipal=Decimal("2.00"),
        allow_unidentified_taker=True,
        ibs_cbs={"cindop": "100301", "cst": "000", "cclasstrib": "000001"},  # owed from 2027
    )
    rate = Decimal("2.50") if gateway == "plugnotas" else None
    service = make_service(company, ctribnac="010701", cnbs="115022000", cnae="6209100", iss_rate=rate)
    give_certificate(office, company, open_new_pfx(sandbox, ISSUER_CPF))
    taker = make_taker(office.firm, TAKER_CPF, name="Dona Maria", city=city, **PLACE)
    if gateway == "plugnotas":
        assert set_up_company(company_id=company.pk) == SetupState.SENT
        sandbox.set_plan(polls=1, seconds=0.05, cancel_seconds=0.05)
    return Shop(office, company, service, taker, sandbox, "sefin" if gateway == "national" else gateway)


def find_in_database(*texts: str) -> list[str]:
    """Name the columns of Notas and of the queue in which a text stands in the clear."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND (table_name LIKE 'nfse_%%' OR table_name LIKE 'queue_%%')"
        )
        for table, column in cursor.fetchall():
            query = sql.SQL("SELECT count(*) FROM {} WHERE {}::text LIKE ANY (%s)").format(
                sql.Identifier(table), sql.Identifier(column)
            )
            cursor.execute(query, [[f"%{text}%" for text in texts]])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return sorted(found)


@pytest.mark.parametrize("gateway", ["national", "plugnotas"])
def test_a_self_employed_person_issues_and_cancels_without_a_readable_cpf(office, sandbox, gateway):
    shop = make_self_employed(office, sandbox, gateway)

    request = work_off(shop.confirm())
    assert request.state == State.ISSUED, request.problems
    make_due()
    run_due()
    cancel_invoice(
        **shop.who, invoice_id=request.invoice.pk, reason_code="2", text="Serviço não foi prestado"
    )
    request = work_off(request, until=lambda state: state == State.CANCELED)
    make_due()
    run_due()

    assert request.state == State.CANCELED
    assert request.issuer_document == reference_of(request).issuer_document == ISSUER_CPF
    assert prepared_note(request).issuer_document == ISSUER_CPF
    readable = find_in_database(ISSUER_CPF, format_cpf(ISSUER_CPF), TAKER_CPF, format_cpf(TAKER_CPF))
    assert [each for each in readable if not each.endswith(OFFICIAL)] == OFFICIAL_ELSEWHERE[gateway]


OFFICIAL_ELSEWHERE = {
    # JSON that repeats the access key and the Id of the DPS, and the Id of an event, which holds the key.
    "national": [
        "nfse_invoice.reference",
        "nfse_invoicerequest.reference",
        "nfse_noteevent.event_id",
        "nfse_noteevent.facts",
    ],
    "plugnotas": [],
}


def test_the_search_really_sees_what_is_in_the_clear(office):
    make_company(office.firm, ISSUER_CNPJ)

    assert find_in_database(ISSUER_CNPJ) == ["nfse_company.cnpj"]


def test_a_cpf_is_found_whole_and_a_cnpj_by_a_part(office):
    person = make_company(office.firm, ISSUER_CPF, legal_name="João da Silva")
    firm = make_company(office.firm, ISSUER_CNPJ)

    def found(text):
        return list(list_companies(office.firm.pk, CompanyFilters(text=text), now=timezone.now()))

    assert found(ISSUER_CPF) == found(format_cpf(ISSUER_CPF)) == found("João 111.444.777-35") == [person]
    assert found(ISSUER_CPF[:9]) == found("11144477736") == []
    assert found(ISSUER_CNPJ[:8]) == found("12.345.678") == [firm]


def test_the_cpf_that_the_receita_writes_into_a_name_is_not_kept(office):
    make_city(PORTO_ALEGRE, "Porto Alegre", "RS")
    who = {"firm_id": office.firm.pk, "user_id": office.accountant.pk}
    name = f"12.345.678 João da Silva {ISSUER_CPF}"

    company = create_company(**who, document=ISSUER_CNPJ, data=replace(DATA, legal_name=name))
    taker = create_taker(
        actor=acting(office), document=ISSUER_CPF, data=TakerData(name=f"João da Silva {ISSUER_CPF}")
    )

    assert company.legal_name == taker.name == "João da Silva"
    assert find_in_database(ISSUER_CPF) == []
    with pytest.raises(LegalNameMissing):
        create_company(**who, document=ISSUER_CPF, data=replace(DATA, legal_name=format_cpf(ISSUER_CPF)))


def test_a_cpf_is_one_company_of_a_firm(office):
    make_city(PORTO_ALEGRE, "Porto Alegre", "RS")
    who = {"firm_id": office.firm.pk, "user_id": office.accountant.pk}
    create_company(**who, document=ISSUER_CPF, data=DATA)

    with pytest.raises(CompanyTaken):
        create_company(**who, document=format_cpf(ISSUER_CPF), data=DATA)
    other = make_office(2).firm
    assert make_company(other, ISSUER_CPF).document == ISSUER_CPF
    assert Company.objects.filter(document_index=Company.index_document(ISSUER_CPF)).count() == 2


def test_the_hash_of_one_table_says_nothing_in_another():
    hashes = {model.index_document(ISSUER_CPF) for model in (Company, Certificate)}

    assert len(hashes) == 2


def test_the_database_takes_no_company_without_a_document(office):
    facts = {"legal_name": "Sem documento", "tax_regime": "mei", "gateway": "national", "city": make_city()}

    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(firm=office.firm, **facts)


def test_one_person_has_one_numbering_whichever_firm_asks(office, sandbox):
    shop = make_self_employed(office, sandbox, "national")

    assert [shop.confirm(amount=amount).number for amount in ("10.00", "20.00")] == [1, 2]
    assert NumberSeries.objects.get().environment == Environment.STAGING
