"""Taking leads out as CSV (L22, L27, X1, R50)."""

import csv
import io
import re

import pytest

from accounts.tests.factories import make_buyer
from core.formatting import format_cnpj
from leads.models import ExportAudit
from leads.selectors.accesses import BaseFilter
from leads.selectors.searches import SearchNotFound
from leads.services.exports import HEADER, export_my_base, export_search
from leads.tests.factories import make_access, make_companies, make_company, make_search

pytestmark = pytest.mark.django_db(transaction=True)


def read(export):
    data = b"".join(export.chunks)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def test_a_search_is_exported_as_spreadsheets_here_open_it(account, user):
    company = make_company(rating="4.7")
    search = make_search(account)
    make_access(search, company, credits_charged=0)
    export = export_search(account_id=account.pk, user_id=user.pk, search_id=search.pk)
    data = b"".join(export.chunks)
    assert data.startswith(b'\xef\xbb\xbf"Empresa";"CNPJ";')
    assert data.count(b"\r\n") == 2
    assert re.fullmatch(r"nitro_leads_\d{8}_\d{6}\.csv", export.file_name)


def test_a_row_says_what_the_page_says(account, user):
    company, search = make_company(), make_search(account)
    make_access(search, company)
    rows = read(export_search(account_id=account.pk, user_id=user.pk, search_id=search.pk))
    assert rows[0] == list(HEADER)
    row = dict(zip(*rows, strict=True))
    assert row["Empresa"] == "Valdora 1"
    assert row["CNPJ"] == format_cnpj(company.cnpj)
    assert row["Telefone (Maps)"] == "(55) 99000-0001"
    assert row["Telefones"] == "(55) 99000-0001 | (55) 3000-0001"
    assert row["Data de abertura"] == "09/03/2015"
    assert (row["Sócios comprados"], row["Contatos comprados"], row["Busca nº"]) == (
        "não",
        "0",
        str(search.pk),
    )
    assert (row["Cidade"], row["UF"], row["Nicho"], row["Origem"]) == (
        "Santa Maria",
        "RS",
        "Pet Shop",
        "Busca",
    )
    assert row["Sócios / Decisores"] == ""


def test_formulas_are_made_harmless(account, user):
    search = make_search(account)
    make_access(search, make_company(place_name="=HYPERLINK(1)", registry_email="+x@valdora.example"))
    row = read(export_search(account_id=account.pk, user_id=user.pk, search_id=search.pk))[1]
    assert row[0] == "'=HYPERLINK(1)"
    assert row[4] == "'+x@valdora.example"


def test_the_base_is_exported_once_each_and_as_filtered(account, user):
    search, companies = make_search(account), make_companies(3)
    for company in companies:
        make_access(search, company)
    make_access(make_search(account), companies[0])
    whose = {"account_id": account.pk, "user_id": user.pk}
    assert len(read(export_my_base(**whose))) == 4
    assert len(read(export_my_base(**whose, chosen=BaseFilter(text=companies[1].cnpj)))) == 2


def test_every_export_is_written_down(account, user):
    search = make_search(account)
    make_access(search, make_company())
    whose = {"account_id": account.pk, "user_id": user.pk}
    export_search(**whose, search_id=search.pk)
    export_my_base(**whose, chosen=BaseFilter(text="valdora", has_phone=True))
    first, second = ExportAudit.objects.order_by("pk")
    assert (first.user, first.search, first.row_count, first.filters) == (user, search, 1, {})
    assert (second.search, second.filters) == (None, {"text": "valdora", "has_phone": "True"})


def test_a_stranger_exports_nothing(account):
    search = make_search(account)
    other_user, other = make_buyer("outro@nitro.example")
    make_access(search, make_company())
    with pytest.raises(SearchNotFound):
        export_search(account_id=other.pk, user_id=other_user.pk, search_id=search.pk)
    assert len(read(export_my_base(account_id=other.pk, user_id=other_user.pk))) == 1
    assert ExportAudit.objects.count() == 1
