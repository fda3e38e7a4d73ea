"""Pages of companies: what they show, refuse and keep (A12-A15, N6-N8, N22, X7)."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from nfse.models import ChangeRecord, Company
from nfse.permissions import Right
from nfse.selectors.companies import CompanyFilters
from nfse.services.companies import CompanyTaken, InvalidCnae, InvalidDocument
from nfse.services.exports.companies import describe_companies
from nfse.services.places import InvalidPhone, InvalidPostalCode, UnknownCity
from nfse.tests.firms import (
    COMPANY_CNPJS,
    make_certificate,
    make_company,
    make_request,
    make_service,
    make_taker,
    make_tax_profile,
)
from queue_worker.models import WorkItem
from registry.models import CnpjRecord

pytestmark = pytest.mark.django_db
LIST = "/notas/empresas/"
EVERYTHING = frozenset(Right)
FORM = {
    "document": "98.765.432/0001-98",
    "legal_name": "Padaria São José Ltda",
    "trade_name": "Pão Quente",
    "tax_regime": "simples",
    "special_regime": "none",
    "gateway": "national",
    "city": "Santa Maria - RS",
    "city_code": "4316907",
    "main_cnae": "1091-1/02",
    "secondary_cnaes": "4721-1/02, 5611-2/03",
    "postal_code": "97010-000",
    "street": "Rua do Acampamento",
    "number": "100",
    "phone": "(55) 99912-3456",
    "email": "padaria@nitro.example",
    "nfse_enabled": "on",
}


def make_ready(office, document=COMPANY_CNPJS[0], **fields):
    company = make_company(office.firm, document, **fields)
    make_tax_profile(company)
    make_service(company)
    make_certificate(office, company)
    return company


def url(name, company):
    return reverse(f"nfse:{name}", args=[company.pk])


def shown_names(response):
    return [row.company.legal_name for row in response.context["rows"]]


def tab_counts(response):
    return {label: count for _name, label, count in response.context["tabs"]}


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- The list ----------------------------------------------------------------------------------------
@pytest.fixture
def three(office):
    """One ready, one without anything, one switched off."""
    return (
        make_ready(office, legal_name="Alfa Ltda", city_uses_national=True),
        make_company(office.firm, COMPANY_CNPJS[1], legal_name="Beta Ltda", environment="production"),
        make_company(office.firm, "11444777000161", legal_name="Gama Ltda", is_active=False),
    )


def test_the_list_shows_state_certificate_and_document(three, page):
    text = page(LIST).text
    for shown in (
        "Alfa Ltda",
        "12.345.678/0001-95",
        "Pronta",
        "200 dias",
        "Bloqueada",
        "Perfil fiscal completo",
    ):
        assert shown in text, shown


@pytest.mark.parametrize(
    ("tab", "names"),
    [
        ("", ["Alfa Ltda", "Beta Ltda", "Gama Ltda"]),
        ("prontas", ["Alfa Ltda"]),
        ("bloqueadas", ["Beta Ltda"]),
        ("inativas", ["Gama Ltda"]),
        ("inventada", ["Alfa Ltda", "Beta Ltda", "Gama Ltda"]),
    ],
)
def test_each_tab_counts_what_it_shows(three, page, tab, names):
    response = page(LIST, situacao=tab)
    assert shown_names(response) == names
    assert tab_counts(response) == {"Todas": 3, "Prontas": 1, "Bloqueadas": 1, "Inativas": 1}


def test_a_search_minds_neither_accents_nor_wildcards(three, page):
    Company.objects.filter(legal_name="Beta Ltda").update(trade_name="Clínica São José")
    for typed, names in (
        ("clinica JOSE", ["Beta Ltda"]),
        ("clínica", ["Beta Ltda"]),
        ("cl%ca", []),
        ("_", []),
    ):
        assert shown_names(page(LIST, q=typed)) == names, typed


def test_filters_narrow_the_list_and_the_counts(three, page):
    assert shown_names(page(LIST, q="beta")) == ["Beta Ltda"]
    assert shown_names(page(LIST, certificado="none")) == ["Beta Ltda", "Gama Ltda"]
    response = page(LIST, ambiente="production")
    assert shown_names(response) == ["Beta Ltda"]
    assert tab_counts(response) == {"Todas": 1, "Prontas": 0, "Bloqueadas": 1, "Inativas": 0}


def test_filters_survive_paging_and_tabs(office, page):
    for number in range(21):
        make_company(office.firm, f"1144477700{number:02}00", legal_name=f"Loja {number:02}")
    response = page(LIST, q="loja", ordem="-name")
    assert len(response.context["rows"]) == 20
    assert "?q=loja&amp;ordem=-name&amp;page=2" in response.text
    assert "?q=loja&amp;ordem=-name&amp;situacao=prontas" in response.text
    assert shown_names(page(LIST, q="loja", ordem="-name", page=2)) == ["Loja 00"]


def test_counters_show_real_notes_and_link_to_them(office, page):
    company = make_ready(office)
    for number in (1, 2):
        make_request(company, number=number, issued=True, environment="production")
    make_request(company, number=9, issued=True)
    response = page(LIST)
    row = response.context["rows"][0].company
    assert (row.note_count, row.taker_count) == (2, 1)
    address = f"/notas/emitidas/?empresa={company.pk}&amp;ambiente=production&amp;situacao=emitidas"
    assert address in response.text
    linked = page(address.replace("&amp;", "&"))
    assert len(linked.context["requests"]) == 2


def test_the_list_asks_the_same_number_of_queries_for_1_and_for_20(
    office, page, django_assert_max_num_queries
):
    make_ready(office)
    page(LIST)
    with django_assert_max_num_queries(20) as few:
        page(LIST)
    for number in range(19):
        make_ready(office, f"1144477700{number:02}00", legal_name=f"Loja {number}")
    with django_assert_max_num_queries(len(few)):
        page(LIST)


def test_attendants_see_companies_but_no_certificate(three, page):
    response = page(LIST, role="attendant")
    assert "Alfa Ltda" in response.text
    assert "200 dias" not in response.text
    assert "Nova empresa" not in response.text
    assert shown_names(page(LIST, role="attendant", certificado="none")) == [
        "Alfa Ltda",
        "Beta Ltda",
        "Gama Ltda",
    ]


def test_a_firm_without_companies_is_told_how_to_begin(office, page):
    assert "Cadastrar a primeira empresa" in page(LIST).text
    assert "Cadastrar a primeira empresa" not in page(LIST, role="attendant").text


def test_a_filter_that_finds_nothing_offers_all(three, page):
    assert "Nenhuma empresa combina" in page(LIST, q="zebra").text


# --- The file ----------------------------------------------------------------------------------------
def read_csv(response):
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_csv_has_the_rows_of_the_filter(three, page):
    (row,) = read_csv(page(f"{LIST}exportar.csv", situacao="prontas"))
    assert (row["Documento"], row["Razão social"]) == ("12.345.678/0001-95", "Alfa Ltda")
    assert (row["Município"], row["UF"]) == ("Santa Maria", "RS")
    assert (row["Pronta"], row["Pendências"], row["Dias"]) == ("sim", "", "200")


def test_the_file_counts_the_real_notes_of_the_month(office, three):
    """The notes of the factory are of competence 2026-11-24."""
    for number in (1, 2):
        make_request(three[0], number=number, issued=True, environment="production", amount="1500.50")
    make_request(three[0], number=9, issued=True, amount="7.00")
    for month, expected in ((11, [2, Decimal("3001.00")]), (12, [0, Decimal(0)])):
        now = datetime(2026, month, 25, tzinfo=UTC)
        table = describe_companies(office.firm.pk, CompanyFilters(text="alfa"), rights=EVERYTHING, now=now)
        assert next(iter(table.rows))[-2:] == expected


def test_the_file_says_what_is_missing(three, page):
    rows = read_csv(page(f"{LIST}exportar.csv", situacao="bloqueadas"))
    assert rows[0]["Pendências"] == "Perfil fiscal completo | Serviço cadastrado | Certificado A1 válido"


def test_the_xlsx_has_text_documents_and_number_cells(three, page):
    content = b"".join(page(f"{LIST}exportar.xlsx"))
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet["A2"].value == "12.345.678/0001-95"
    assert sheet["A2"].data_type == "s"
    assert (sheet["N2"].value, sheet["N2"].data_type) == (0, "n")
    assert sheet["K2"].is_date


def test_a_download_is_written_down_with_its_filter(office, three, page):
    b"".join(page(f"{LIST}exportar.csv", situacao="bloqueadas", q="beta"))
    record = ChangeRecord.objects.get(action="exported")
    assert (record.actor, record.after["linhas"]) == (office.accountant, 1)
    assert (record.after["situação"], record.after["texto"]) == ("bloqueadas", "beta")


def test_the_file_of_an_attendant_has_no_certificate(three, page):
    rows = read_csv(page(f"{LIST}exportar.csv", role="attendant"))
    assert {row["Certificado até"] for row in rows} == {""}


def test_another_extension_is_no_page(three, page):
    assert page(f"{LIST}exportar.pdf").status_code == 404


# --- The form ----------------------------------------------------------------------------------------
def test_a_company_is_added_in_homologacao(office, company, send):
    response = send("/notas/empresas/nova/", **FORM)
    added = Company.objects.get(legal_name="Padaria São José Ltda")
    assert response.url == url("company", added)
    assert (added.firm, added.document, added.environment) == (office.firm, "98765432000198", "staging")
    assert (added.main_cnae, added.secondary_cnaes) == ("1091102", ["4721102", "5611203"])
    assert (added.phone, added.postal_code) == ("+5555999123456", "97010000")


@pytest.mark.parametrize("document", ["12.ABC.345/01DE-35", "111.222.333-96"])
def test_letters_in_a_cnpj_and_a_cpf_are_documents(company, send, document):
    send("/notas/empresas/nova/", **FORM | {"document": document})
    assert Company.objects.filter(legal_name=FORM["legal_name"]).exists()


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("document", "98.765.432/0001-99", InvalidDocument),
        ("document", "12.345.678/0001-95", CompanyTaken),
        ("city_code", "9999999", UnknownCity),
        ("main_cnae", "123", InvalidCnae),
        ("secondary_cnaes", "6202300, 12", InvalidCnae),
        ("postal_code", "123", InvalidPostalCode),
        ("phone", "123", InvalidPhone),
    ],
)
def test_each_refusal_is_at_its_field_and_nothing_typed_is_lost(company, send, field, typed, error):
    response = send("/notas/empresas/nova/", **FORM | {field: typed})
    form = response.context["form"]
    at = "city" if field == "city_code" else field
    assert response.status_code == 422
    assert form.errors == {at: [error.message]}
    for name in ("legal_name", "street", "email", "secondary_cnaes"):
        assert form[name].value() == ({**FORM, field: typed})[name]


@pytest.mark.parametrize("field", ["document", "legal_name", "tax_regime", "city", "gateway"])
def test_nothing_fiscal_is_presumed(company, send, field):
    response = send(
        "/notas/empresas/nova/", **FORM | {field: "", "city_code": "" if field == "city" else "4316907"}
    )
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Company.objects.filter(legal_name=FORM["legal_name"]).exists()


def test_a_city_written_in_full_counts_as_chosen(company, send):
    send("/notas/empresas/nova/", **FORM | {"city": "santa maria rs", "city_code": ""})
    assert Company.objects.get(legal_name=FORM["legal_name"]).city_id == "4316907"


def test_the_form_suggests_no_regime_and_explains_the_gateway(page):
    response = page("/notas/empresas/nova/")
    assert response.context["form"]["tax_regime"].value() is None
    assert 'data-gateway-reason="mei" data-gateway="national"' in response.text
    assert 'data-gateway-reason="normal" data-gateway="plugnotas"' in response.text


def test_editing_shows_what_is_stored_and_keeps_the_document(company, page, send):
    Company.objects.filter(pk=company.pk).update(phone="+5555999123456", secondary_cnaes=["6202300"])
    form = page(url("edit_company", company)).context["form"]
    assert (form["phone"].value(), form["city"].value()) == ("(55) 99912-3456", "Santa Maria - RS")
    assert "document" not in form.fields
    send(url("edit_company", company), **FORM)
    company.refresh_from_db()
    assert (company.legal_name, company.document) == ("Padaria São José Ltda", COMPANY_CNPJS[0])


def test_saving_what_the_form_shows_changes_nothing(company, page, send):
    Company.objects.filter(pk=company.pk).update(
        phone="+5555999123456", secondary_cnaes=["6202300"], main_cnae="6201501", opening_date="2019-03-11"
    )
    form = page(url("edit_company", company)).context["form"]
    shown = {field.name: field.value() for field in form if field.value() not in (None, False)}
    assert send(url("edit_company", company), **shown).status_code == 302
    assert not ChangeRecord.objects.exists()


def test_the_registry_is_asked_once_and_shown_when_it_knows(company, page, send):
    address, cnpj = reverse("nfse:company_autofill"), COMPANY_CNPJS[1]
    assert "Receita" not in page(address, cnpj=cnpj).text
    assert not WorkItem.objects.exists()
    assert "Consultando a Receita" in send(address, cnpj=cnpj).text
    assert f'hx-get="{address}?cnpj={cnpj}"' in page(address, cnpj=cnpj).text
    assert WorkItem.objects.filter(kind="registry.fetch_cnpj").count() == 1
    record = CnpjRecord.objects.get(cnpj=cnpj)
    record.state, record.fetched_at = "found", timezone.now()
    record.data = {
        "cnpj": cnpj,
        "legal_name": "PADARIA SAO JOSE LTDA",
        "status": "02",
        "source": "brasilapi",
        "ibge_code": "4316907",
    }
    record.save()
    text = page(address, cnpj=cnpj).text
    assert "PADARIA SAO JOSE LTDA" in text
    assert "data-poll" not in text


@pytest.mark.parametrize("state", ["not_found", "unknown"])
def test_the_registry_that_knows_nothing_stops_asking_and_says_so(company, page, state):
    CnpjRecord.objects.create(cnpj=COMPANY_CNPJS[1], state=state, fetched_at=timezone.now())
    text = page(reverse("nfse:company_autofill"), cnpj=COMPANY_CNPJS[1]).text
    assert "data-poll" not in text
    assert ("não existe na Receita" in text) == (state == "not_found")


# --- The page ----------------------------------------------------------------------------------------
TABS = ("dados", "fiscal", "tomadores", "telefones", "certificados", "notas", "historico")


@pytest.mark.parametrize("tab", [*TABS, "inexistente"])
def test_every_tab_opens_and_unknown_ones_show_the_data(office, page, tab):
    company = make_ready(office)
    response = page(url("company", company), aba=tab)
    assert response.status_code == 200
    assert response.context["tab"] == (tab if tab in TABS else "dados")


def test_what_is_missing_is_listed_with_who_fixes_it_and_the_way_there(company, page):
    text = page(url("company", company)).text
    for missing in ("Perfil fiscal completo", "Serviço cadastrado", "Certificado A1 válido"):
        assert missing in text
    assert "A contabilidade corrige." in text
    for name in ("tax_profile", "new_service", "upload_certificate"):
        assert f'href="{url(name, company)}"' in text


def test_an_attendant_reads_what_is_missing_without_buttons(company, page):
    text = page(url("company", company), role="attendant").text
    assert "Certificado A1 válido" in text
    for name in ("tax_profile", "new_service", "upload_certificate", "edit_company", "switch_environment"):
        assert url(name, company) not in text


def test_an_attendant_has_no_tab_of_certificates_nor_of_history(office, page):
    company = make_ready(office)
    response = page(url("company", company), role="attendant", aba="certificados")
    tabs = [name for name, _label in response.context["tabs"]]
    assert tabs == ["dados", "fiscal", "tomadores", "telefones", "notas"]
    assert response.context["tab"] == "dados"
    assert "certificado até" not in response.text


def test_a_ready_company_says_so_and_offers_to_issue(office, page):
    company = make_ready(office)
    text = page(url("company", company)).text
    assert "Pronta para emitir notas" in text
    assert f"/notas/emitidas/nova/?empresa={company.pk}" in text
    assert "/notas/emitidas/nova/" not in page(url("company", company), role="attendant").text


def test_a_company_in_homologacao_says_test_and_one_in_production_does_not(office, company, page):
    assert "TESTE" in page(url("company", company)).text
    Company.objects.update(environment="production")
    assert "TESTE" not in page(url("company", company)).text


def test_a_certificate_that_ends_soon_is_told(office, company, page):
    make_certificate(office, company, until=timezone.now() + timedelta(days=10))
    assert "vence em 10 dias" in page(url("company", company)).text
    assert "vence em 10 dias" not in page(url("company", company), role="attendant").text


def test_the_page_asks_again_only_while_work_is_on_its_way(office, client, page):
    company = make_ready(office, gateway="plugnotas", plugnotas_state="pending")
    assert "data-poll " in page(url("company", company)).text
    Company.objects.update(plugnotas_state="sent")
    answer = client.get(url("company", company), headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    assert "data-poll " not in page(url("company", company)).text


def test_a_registration_that_waits_for_a_certificate_is_not_polled(office, page):
    company = make_company(office.firm, gateway="plugnotas", plugnotas_state="pending")
    text = page(url("company", company)).text
    assert "data-poll " not in text
    assert "um certificado válido e o perfil fiscal" in text


def test_a_failed_registration_shows_the_reason_and_goes_again(office, page, send):
    company = make_ready(
        office, gateway="plugnotas", plugnotas_state="error", plugnotas_error="Senha vencida."
    )
    text = page(url("company", company)).text
    assert "Senha vencida." in text
    assert f'action="{url("resend_setup", company)}"' in text
    send(url("resend_setup", company))
    company.refresh_from_db()
    assert company.plugnotas_state == "pending"
    assert WorkItem.objects.filter(kind="nfse.set_up_company").exists()


def test_takers_are_listed_with_notes_and_sum_of_production(office, page):
    company = make_ready(office)
    merged = make_taker(office.firm, "11222333000181", name="Padaria Antiga")
    kept = make_taker(office.firm, name="Padaria Central Ltda")
    for number, taker in enumerate((kept, merged), start=1):
        make_request(
            company, number=number, issued=True, environment="production", amount="100.50", taker=taker
        )
    make_request(company, number=9, issued=True, amount="7.00", taker=kept)
    type(merged).objects.filter(pk=merged.pk).update(merged_into=kept)
    (row,) = page(url("company", company), aba="tomadores").context["page"].object_list
    assert (row["who"], row["name"]) == (kept.pk, "Padaria Central Ltda")
    assert (row["note_count"], row["note_total"]) == (2, Decimal("201.00"))
    assert page(LIST).context["rows"][0].company.taker_count == 1


def test_notes_are_the_latest_of_this_company_alone(office, page):
    company, other = make_ready(office), make_ready(office, COMPANY_CNPJS[1], legal_name="Outra Ltda")
    mine = make_request(company)
    make_request(other, number=2)
    assert [one.pk for one in page(url("company", company), aba="notas").context["requests"]] == [mine.pk]


def test_history_shows_the_change_and_who_made_it(office, company, page, send):
    send(url("edit_company", company), **FORM)
    text = page(url("company", company), aba="historico").text
    assert "Padaria São José Ltda" in text
    assert office.accountant.full_name in text


# --- What its buttons do -----------------------------------------------------------------------------
def test_production_needs_the_name_typed(company, send):
    address = url("switch_environment", company)
    for typed, reason in (("", "Digite a razão social"), ("Outra Ltda", "não é o da empresa")):
        response = send(address, to="production", typed_name=typed)
        assert response.status_code == 422
        assert reason in response.context["form"].errors["typed_name"][0]
        assert response.context["form"]["typed_name"].value() == typed
    assert Company.objects.get().environment == "staging"
    assert send(address, to="production", typed_name="oficina do vale ltda").url == url("company", company)
    assert Company.objects.get().environment == "production"


def test_going_back_to_homologacao_needs_no_name(company, send):
    Company.objects.update(environment="production")
    send(url("switch_environment", company), to="staging")
    assert Company.objects.get().environment == "staging"


def test_an_old_page_does_not_switch_back(company, send):
    """Two people: the second one's page offered what the first did already."""
    Company.objects.update(environment="production")
    response = send(url("switch_environment", company), to="production", typed_name=company.legal_name)
    assert response.status_code == 302
    assert Company.objects.get().environment == "production"


def test_a_company_is_switched_off_and_on(company, page, send):
    send(url("deactivate_company", company))
    assert "Empresa desativada" in page(url("company", company)).text
    send(url("activate_company", company))
    assert Company.objects.get().is_active


def test_an_unused_company_is_removed_with_all_that_is_its_own(office, page, send):
    company = make_ready(office)
    assert url("remove_company", company) in page(url("company", company)).text
    assert send(url("remove_company", company)).url == LIST
    assert not Company.objects.exists()


def test_a_used_company_stays_with_one_clear_message(office, page, send):
    company = make_ready(office)
    make_request(company)
    assert url("remove_company", company) not in page(url("company", company)).text
    response = send(url("remove_company", company))
    assert said(response) == [
        "Esta empresa já tem notas ou pedidos e não pode ser removida. Use “Desativar”."
    ]
    assert Company.objects.filter(pk=company.pk).exists()


# --- Who may -----------------------------------------------------------------------------------------
CHANGES = ("deactivate_company", "activate_company", "remove_company", "resend_setup", "switch_environment")


@pytest.mark.parametrize("name", CHANGES)
def test_attendants_change_nothing(company, send, name):
    assert send(url(name, company), role="attendant", to="production").status_code == 403
    assert Company.objects.get().environment == "staging"


def test_attendants_have_no_form(company, page):
    for address in ("/notas/empresas/nova/", url("edit_company", company), reverse("nfse:company_autofill")):
        assert page(address, role="attendant").status_code == 403


def test_attendants_ask_nothing_for_a_form_they_do_not_have(send):
    answer = send(reverse("nfse:company_autofill"), role="attendant", cnpj=COMPANY_CNPJS[1])
    assert answer.status_code == 403
    assert not CnpjRecord.objects.exists()


@pytest.mark.parametrize("name", [*CHANGES, "edit_company"])
def test_strangers_meet_nothing(office, other_company, send, name):
    assert send(url(name, other_company), **FORM).status_code == 404
    assert Company.objects.get(pk=other_company.pk).is_active


def test_the_page_of_another_firm_is_404_and_its_list_is_empty(office, other_company, page):
    assert page(url("company", other_company)).status_code == 404
    assert shown_names(page(LIST)) == []


@pytest.mark.parametrize("name", ["deactivate_company", "activate_company", "remove_company", "resend_setup"])
def test_changes_are_posted(company, page, name):
    assert page(url(name, company))["Location"] == url("company", company)
    assert not ChangeRecord.objects.exists()
