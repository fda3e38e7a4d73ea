import csv
import io
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from fiscal.enumerations import Environment
from fiscal.tests.notes import FEDERAL, make_issuer, normal_snapshot
from fiscal.values import Substitution
from nfse.models import ChangeRecord, InvoiceRequest, Package
from nfse.services.exports import zips
from nfse.services.exports.notes import HEADER, note_row, read_notes
from nfse.tests.closings import (
    ISSUED_AT,
    MONTH,
    add_event,
    close,
    make_note,
    open_package,
    read_sheets,
)
from portal.views import exports as views
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)
X4 = (
    "Empresa; CNPJ/CPF da empresa; Tomador; CNPJ/CPF do tomador; Número; Série; DPS; Chave de acesso; "
    "Código de verificação; Situação; Emissão; Competência; Serviço (cTribNac); Código municipal; Descrição; "
    "Valor do serviço; Deduções/descontos; Base de cálculo; Alíquota ISS; Valor ISS; ISS retido; "
    "Retenções federais; Valor líquido; Município de incidência; Emissor; Ambiente; Origem; Pedido por; "
    "Protocolo; Cancelada em; Motivo; Substitui; Substituída por; Recusa"
)


@pytest.fixture
def attendant(client, office):
    client.force_login(office.attendant)
    return client


def row_of(request):
    note = next(read_notes(InvoiceRequest.objects.filter(pk=request.pk)))
    return dict(zip(HEADER, note_row(note), strict=True))


def get(client, extension, **query):
    response = client.get(reverse("nfse:export_invoices", args=[extension]), query)
    assert response.status_code == 200
    return response


def read_csv(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def read_zip(response):
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


# --- The row ---------------------------------------------------------------------------------------
def test_the_columns_are_those_of_the_product():
    assert "; ".join(HEADER) == X4


def test_a_row_says_everything_of_a_note(company, office):
    row = row_of(make_note(company, 42, amount="1500.00"))

    assert row == {
        "Empresa": "Oficina do Vale Ltda",
        "CNPJ/CPF da empresa": "12.345.678/0001-95",
        "Tomador": "Padaria Central Ltda",
        "CNPJ/CPF do tomador": "11.444.777/0001-61",
        "Número": "42",
        "Série": "900",
        "DPS": "42",
        "Chave de acesso": row["Chave de acesso"],
        "Código de verificação": "VC42",
        "Situação": "Emitida",
        "Emissão": ISSUED_AT,
        "Competência": date(2026, 10, 15),
        "Serviço (cTribNac)": "010701",
        "Código municipal": "",
        "Descrição": "Manutenção do site em novembro",
        "Valor do serviço": Decimal("1500.00"),
        "Deduções/descontos": None,
        "Base de cálculo": None,
        "Alíquota ISS": None,
        "Valor ISS": None,
        "ISS retido": False,
        "Retenções federais": None,
        "Valor líquido": Decimal("1500.00"),
        "Município de incidência": "Porto Alegre - RS",
        "Emissor": "Emissor nacional",
        "Ambiente": "Produção",
        "Origem": "manual",
        "Pedido por": office.owner.full_name,
        "Protocolo": "P42",
        "Cancelada em": None,
        "Motivo": "",
        "Substitui": "",
        "Substituída por": "",
        "Recusa": "",
    }
    assert len(row["Chave de acesso"]) == 50


def test_the_issue_of_a_note_of_plugnotas_is_a_day(company):
    row = row_of(make_note(company, 1, gateway="plugnotas", dps_id=None))

    assert type(row["Emissão"]) is date
    assert row["Emissão"] == timezone.localdate(ISSUED_AT)


def test_figures_are_the_authoritys_where_it_computed_them(company):
    request = make_note(company, 1)
    figures = "<vCalcDR>50.00</vCalcDR><vBC>1450.00</vBC><pAliqAplic>2.00</pAliqAplic><vISSQN>29.00</vISSQN>"
    text = request.invoice.xml.decode()
    text = text.replace("<vLiq>1500.00</vLiq>", f"{figures}<vLiq>1471.00</vLiq>")
    request.invoice.xml = text.replace("<tpRetISSQN>1<", "<tpRetISSQN>2<").encode()
    request.invoice.save()

    row = row_of(request)

    names = ("Deduções/descontos", "Base de cálculo", "Alíquota ISS", "Valor ISS", "Valor líquido")
    assert [row[name] for name in names] == [Decimal(text) for text in ("50", "1450", "2", "29", "1471")]
    assert row["ISS retido"] is True


def test_without_a_document_the_figures_are_the_confirmed_ones(company):
    snapshot = normal_snapshot(
        environment=Environment.PRODUCTION,
        issuer=make_issuer(document=company.document),
        iss_rate=Decimal("2.00"),
        withheld=True,
        federal=FEDERAL,
        competence_date=MONTH,
    )

    row = row_of(make_note(company, 1, snapshot=snapshot, with_xml=False))

    names = ("Base de cálculo", "Alíquota ISS", "Valor ISS", "Retenções federais", "Valor líquido")
    expected = ("1500.00", "2.00", "30.00", "257.25", "1212.75")
    assert [row[name] for name in names] == [Decimal(text) for text in expected]
    assert row["ISS retido"] is True


def test_a_canceled_note_says_when_and_why(company):
    ours = make_note(company, 1, state="canceled", events=("101101",))
    ours.invoice.cancel_reason_code, ours.invoice.cancel_reason_text = "2", "O serviço não aconteceu"
    ours.invoice.save()
    theirs = make_note(company, 2, state="canceled")
    add_event(theirs.invoice, "305101", "Cancelada de ofício")

    assert row_of(ours)["Motivo"] == "Serviço não prestado: O serviço não aconteceu"
    assert row_of(ours)["Cancelada em"] == ISSUED_AT + timedelta(days=1)
    assert row_of(theirs)["Motivo"] == "Erro na emissão: Cancelada de ofício"


def test_a_replaced_note_and_its_successor_name_each_other(company):
    old = make_note(company, 1, state="replaced")
    snapshot = normal_snapshot(
        issuer=make_issuer(document=company.document),
        environment=Environment.PRODUCTION,
        competence_date=MONTH,
        substitutes=Substitution(old.invoice.access_key, "99", "Valor errado na nota anterior"),
    )
    new = make_note(company, 2, snapshot=snapshot, substitutes=old.invoice)

    assert row_of(new)["Substitui"] == old.invoice.access_key
    assert row_of(old)["Substituída por"] == new.invoice.access_key


def test_a_refusal_names_code_and_text(company):
    problems = [
        {"code": code, "field": "", "message_pt": text, "who_fixes": "firm"}
        for code, text in (("E0014", "Já existe."), ("E0050", "Tomador inválido."))
    ]

    row = row_of(make_note(company, 1, state="rejected", problems=problems))

    assert row["Recusa"] == "E0014: Já existe. | E0050: Tomador inválido."
    assert (row["Número"], row["Emissão"]) == ("", None)


def test_reading_costs_the_same_queries_for_few_and_many(company, django_assert_max_num_queries):
    def count(numbers):
        ids = [make_note(company, number, events=("305102",)).pk for number in numbers]
        with django_assert_max_num_queries(10) as queries:
            assert len(list(read_notes(InvoiceRequest.objects.filter(pk__in=ids)))) == len(ids)
        return len(queries)

    assert count([1]) == count(range(2, 12))


# --- The files -------------------------------------------------------------------------------------
def test_csv_has_the_filtered_rows_as_brazilian_spreadsheets_read_them(attendant, company):
    make_note(company, 1, amount="1234.56")
    make_note(company, 2, state="canceled")

    response = get(attendant, "csv", situacao="issued")
    header, *rows = read_csv(response)

    assert tuple(header) == HEADER
    assert len(rows) == 1
    row = dict(zip(header, rows[0], strict=True))
    assert (row["Valor do serviço"], row["Emissão"], row["ISS retido"]) == (
        "1234,56",
        "15/10/2026 15:00",
        "não",
    )
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="nitro_notas_' in response["Content-Disposition"]


def test_xlsx_keeps_keys_as_text_and_money_as_numbers(attendant, company):
    request = make_note(company, 7, amount="1234.56")

    data = b"".join(get(attendant, "xlsx").streaming_content)
    page = load_workbook(io.BytesIO(data))["Notas"]
    row = dict(zip(HEADER, next(page.iter_rows(min_row=2)), strict=True))

    assert (row["Chave de acesso"].data_type, row["Chave de acesso"].value) == (
        "s",
        request.invoice.access_key,
    )
    assert (row["Número"].data_type, row["Número"].value) == ("s", "7")
    assert (row["Valor do serviço"].data_type, row["Valor do serviço"].value) == ("n", 1234.56)
    assert row["Competência"].value == datetime(2026, 10, 15)  # noqa: DTZ001
    assert page.freeze_panes == "A2"


def test_a_description_that_would_run_is_neutralized(attendant, company):
    snapshot = normal_snapshot(
        issuer=make_issuer(document=company.document, legal_name="=HYPERLINK(1)"), competence_date=MONTH
    )
    make_note(company, 1, snapshot=snapshot)

    assert read_csv(get(attendant, "csv"))[1][0] == "'=HYPERLINK(1)"


def test_who_took_what_is_written_down_without_the_text_that_was_searched(attendant, office, company):
    make_note(company, 1)
    b"".join(get(attendant, "csv", q="529.982.247-25", ambiente="production").streaming_content)

    record = ChangeRecord.objects.get(action="exported")
    assert (record.actor, record.subject) == (office.attendant, "notas")
    assert record.subject_label.startswith("nitro_notas_")
    assert record.after == {"linhas": 0, "ambiente": "production", "busca": "por texto"}


def test_a_stranger_takes_only_own_rows(client, company, other_office):
    make_note(company, 1)
    client.force_login(other_office.owner)

    assert read_csv(get(client, "csv")) == [list(HEADER)]
    assert read_csv(get(client, "csv", empresa=company.pk)) == [list(HEADER)]


@pytest.mark.parametrize("extension", ["pdf", "exe", "csvx"])
def test_another_extension_is_no_page(attendant, extension):
    assert attendant.get(f"/notas/emitidas/exportar.{extension}").status_code == 404


# --- Long lists ------------------------------------------------------------------------------------
@pytest.fixture
def long_list(monkeypatch, company):
    monkeypatch.setattr(views, "ROWS_AT_ONCE", 2)
    for number in (1, 2, 3):
        make_note(company, number, amount=f"{number}.00")
    make_note(company, 4, state="canceled")


@pytest.mark.usefixtures("long_list")
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_a_long_list_is_made_by_work(attendant, office, extension):
    query = "situacao=issued&de=2026-10-01"
    offer = attendant.get(reverse("nfse:export_invoices", args=[extension]) + f"?{query}")
    assert "Exportar 3 linhas" in offer.content.decode()
    address = reverse("nfse:ask_export", args=[extension])
    assert f'action="{address}?situacao=issued&amp;de=2026-10-01"' in offer.content.decode()
    assert not Package.objects.exists()

    assert attendant.post(f"{address}?{query}").url == reverse("nfse:invoice_exports")
    attendant.post(f"{address}?{query}")
    run_due("cpu")

    package = Package.objects.get()
    assert (package.state, package.counts) == ("ready", {"notes": 3})
    link = reverse("nfse:closing_download", args=[package.pk])
    assert link in attendant.get(reverse("nfse:invoice_exports")).content.decode()
    response = attendant.get(link)
    data = b"".join(response.streaming_content)
    assert response["Content-Disposition"] == f'attachment; filename="{package.file_name}"'
    if extension == "csv":
        assert len(data.decode("utf-8-sig").splitlines()) == 4
    else:
        assert load_workbook(io.BytesIO(data))["Notas"].max_row == 4


@pytest.mark.usefixtures("long_list")
def test_another_filter_is_another_file(attendant):
    address = reverse("nfse:ask_export", args=["csv"])
    attendant.post(f"{address}?situacao=issued")
    attendant.post(f"{address}?situacao=canceled")

    assert Package.objects.count() == 2


# --- XML of a filter -------------------------------------------------------------------------------
def test_the_zip_has_the_xml_of_the_filter(attendant, company):
    note = make_note(company, 1, events=("305102",))
    make_note(company, 2, state="canceled")
    test = make_note(company, 3, environment="staging")

    archive = read_zip(attendant.get(reverse("nfse:export_invoices_zip"), {"situacao": "issued"}))

    stem = f"{company.document}/2026-10/NFSe"
    assert archive.testzip() is None
    assert set(archive.namelist()) == {
        f"{stem}_1_{note.invoice.access_key}.xml",
        f"{stem}_1_{note.invoice.access_key}_evento_305102.xml",
        f"TESTE/{stem}_3_{test.invoice.access_key}.xml",
    }
    assert archive.read(f"{stem}_1_{note.invoice.access_key}.xml") == note.invoice.xml


def test_notes_without_xml_are_named_in_the_zip(attendant, company):
    make_note(company, 1, with_xml=False)

    archive = read_zip(attendant.get(reverse("nfse:export_invoices_zip")))

    assert archive.namelist() == ["notas_sem_xml.csv"]
    assert '"1"' in archive.read("notas_sem_xml.csv").decode()


def test_more_notes_than_a_zip_takes_are_refused_with_the_number(attendant, company, monkeypatch):
    monkeypatch.setattr(zips, "MOST_NOTES", 1)
    make_note(company, 1)
    make_note(company, 2)

    response = attendant.get(reverse("nfse:export_invoices_zip"), {"ambiente": "production"}, follow=True)

    assert response.redirect_chain[0][0] == "/notas/emitidas/?ambiente=production"
    assert "São 2 notas, e o ZIP leva até 1." in response.content.decode()


def test_a_filter_without_notes_says_so(attendant, company):
    make_note(company, 1, state="rejected")

    response = attendant.get(reverse("nfse:export_invoices_zip"), follow=True)

    assert "Nenhuma nota neste filtro" in response.content.decode()


def test_closing_and_list_have_the_same_rows(office, company):

    request = make_note(company, 5, amount="10.00")
    sheet = read_sheets(open_package(office, close(office)))["Notas"]

    row = row_of(request)
    assert sheet[0][7] == row["Chave de acesso"]
    assert Decimal(str(sheet[0][15])) == row["Valor do serviço"]
