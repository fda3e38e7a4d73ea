"""In every list a CNPJ is found by any part of it from three characters, with or without its mask."""

import pytest
from django.utils import timezone

from accounts.tests.factories import make_buyer
from leads.selectors.accesses import BaseFilter, list_my_base
from leads.tests.factories import make_access, make_search
from leads.tests.factories import make_company as make_lead
from nfse.models import ChangeRecord
from nfse.selectors.companies import CompanyFilters, list_companies
from nfse.selectors.invoices import RequestFilters, list_requests
from nfse.selectors.takers import list_takers
from nfse.selectors.trail import TrailFilter, list_trail
from nfse.services.trail import record_change
from nfse.tests.firms import make_company, make_office, make_request, make_taker
from operations.selectors.firms import list_firms

pytestmark = pytest.mark.django_db
CNPJ = "11444777000161"
OTHER = "98765432000198"


def companies(office):
    make_company(office.firm, CNPJ)
    make_company(office.firm, OTHER)
    return lambda text: list_companies(office.firm.pk, CompanyFilters(text=text), now=timezone.now())


def takers(office):
    make_taker(office.firm, CNPJ)
    make_taker(office.firm, OTHER)
    return lambda text: list_takers(office.firm.pk, text=text)


def notes_by_company(office):
    taker = make_taker(office.firm, "45448325000170")
    for number, document in enumerate((CNPJ, OTHER), 1):
        make_request(make_company(office.firm, document), number=number, taker=taker)
    return lambda text: list_requests(office.firm.pk, RequestFilters(text=text))


def notes_by_taker(office):
    company = make_company(office.firm, "12345678000195")
    for number, document in enumerate((CNPJ, OTHER), 1):
        make_request(company, number=number, taker=make_taker(office.firm, document))
    return lambda text: list_requests(office.firm.pk, RequestFilters(text=text))


def trail(office):
    for document in (CNPJ, OTHER):
        company = make_company(office.firm, document)
        record_change(
            firm_id=office.firm.pk,
            actor_id=office.owner.pk,
            action=ChangeRecord.Action.CHANGED,
            subject="company",
            subject_id=company.pk,
            label="Empresa",
            company_id=company.pk,
            before={"number": "1"},
            after={"number": "2"},
        )
    return lambda text: list_trail(office.firm.pk, TrailFilter(company=text), with_team=True)


def firms(office):
    office.firm.document = CNPJ
    office.firm.save()
    return lambda text: list_firms(text=text)


def bought_companies(_office):
    account = make_buyer("compra@nitro.example")[1]
    for number, document in enumerate((CNPJ, OTHER), 1):
        make_access(make_search(account), make_lead(number, cnpj=document))
    return lambda text: list_my_base(account.pk, BaseFilter(text=text))


@pytest.mark.parametrize(
    "make_list", [companies, takers, notes_by_company, notes_by_taker, trail, firms, bought_companies]
)
def test_any_part_of_a_cnpj_finds_it(make_list):
    search = make_list(make_office())

    for text in (CNPJ, "11.444.777/0001-61", "444777", "44.777/00", "0161"):
        assert search(text).count() == 1, text
    for text in ("777444", "61"):
        assert search(text).count() == 0, text
