"""The list of requests and notes: what it shows, narrows, adds up, and how it follows what moves (A21)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from fiscal.documents.clock import SAO_PAULO
from nfse.models import Invoice, InvoiceRequest
from nfse.tests.firms import COMPANY_CNPJS, make_company, make_request, make_taker
from portal.forms.invoice_filters import list_months

pytestmark = pytest.mark.django_db
URL = "/notas/emitidas/"
STATUS = "/notas/emitidas/andamento/"


@pytest.fixture
def page(client, office):
    """The list as somebody of the firm sees it: the response, its text in `.text`, its rows in `.rows`."""
    signed_in = []

    def get(query="", role="accountant", url=URL):
        if signed_in != [role]:
            client.force_login(getattr(office, role))
            signed_in[:] = [role]
        answer = client.get(url + query)
        assert answer.status_code == 200
        answer.text = " ".join(answer.content.decode().split())
        answer.rows = [request.pk for request in answer.context["requests"]]
        return answer

    return get


def set_state(request, state, **fields):
    InvoiceRequest.objects.filter(pk=request.pk).update(state=state, **fields)
    return request


# --- What it shows ---------------------------------------------------------------------------------
def test_a_row_says_whose_how_much_and_how_it_stands(page, company):
    make_request(company, number=7, amount="1234.56", issued=True)

    text = page().text

    for words in ("NFS-e", "Oficina do Vale Ltda", "Padaria Central Ltda", "R$ 1.234,56", "Emitida", "TESTE"):
        assert words in text
    assert "Portal · PlugNotas" in text


def test_a_day_of_plugnotas_is_shown_as_a_day(page, company):
    moment = datetime(2026, 11, 24, tzinfo=SAO_PAULO)
    make_request(company, issued=True)
    Invoice.objects.update(issued_at=moment)

    text = page().text

    assert '<span class="cell-sub">24/11/2026</span>' in text
    assert "00:00" not in text


def test_totals_are_of_production_notes_that_stand(page, company):
    make_request(company, number=1, amount="10.10", issued=True, environment="production")
    make_request(company, number=2, amount="20.20", issued=True, environment="production")
    set_state(make_request(company, number=3, issued=True, environment="production"), "canceled")
    make_request(company, number=4, issued=True)

    answer = page()

    totals = answer.context["totals"]
    assert (totals.requests, totals.notes, totals.amount, totals.test_notes) == (4, 2, Decimal("30.30"), 1)
    assert "R$ 30,30" in answer.text
    assert "1 de teste fora do total" in answer.text


def test_the_totals_are_those_of_the_filter(page, company):
    make_request(company, number=1, amount="10.10", issued=True, environment="production")
    make_request(company, number=2, amount="20.20", issued=True, environment="production")
    totals = page("?q=20,20").context["totals"]
    assert (totals.requests, totals.notes, totals.amount) == (1, 1, Decimal("20.20"))


def test_an_empty_list_offers_the_first_note_to_who_may_issue(page):
    assert "A primeira nota aparece aqui" in page().text
    assert reverse("nfse:issue") in page().text
    assert reverse("nfse:issue") not in page(role="attendant").text


def test_a_refusal_says_why_in_its_row(page, company):
    problem = {"code": "E0312", "message_pt": "Serviço não administrado pelo município."}
    set_state(make_request(company), "rejected", problems=[problem])
    assert problem["message_pt"] in page().text


def test_what_a_taker_is_called_is_escaped(page, office, company):
    make_request(company, taker=make_taker(office.firm, name="<script>alert(1)</script>"))
    answer = page()
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


# --- The filter ------------------------------------------------------------------------------------
@pytest.fixture
def two(office, company):
    """A test note of the workshop for the bakery, and a production request of the other company."""
    other = make_company(office.firm, COMPANY_CNPJS[1], legal_name="Clínica Sul Ltda", gateway="national")
    first = make_request(company, number=77, amount="1500.00", issued=True)
    taker = make_taker(office.firm, "11222333000181", name="Mercado Bom Ltda")
    second = make_request(other, number=2, amount="99.90", environment="production", taker=taker)
    return first, second


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {0, 1}),
        ("?q=oficina", {0}),
        ("?q=clínica+mercado", {1}),
        ("?q=CLINICA+mércado", {1}),
        ("?q=cl_nica", set()),
        ("?q=%25", set()),
        ("?q=oficina+mercado", set()),
        ("?q=77", {0}),
        ("?q=1.500,00", {0}),
        ("?q=12.345.678/0001-95", {0}),
        ("?q=11222333", {1}),
        ("?situacao=emitidas", {0}),
        ("?situacao=andamento", {1}),
        ("?situacao=pendentes", {1}),
        ("?situacao=queued", {1}),
        ("?situacao=canceladas", set()),
        ("?ambiente=production", {1}),
        ("?ambiente=staging", {0}),
        ("?origem=chat", set()),
        ("?origem=hand", {0, 1}),
        ("?emissor=plugnotas", {0, 1}),
        ("?emissor=national", set()),
        ("?de=2026-11-24&ate=2026-11-24", {0, 1}),
        ("?ate=2026-11-23", set()),
        ("?q=%00", {0, 1}),
    ],
)
def test_the_filter(page, two, query, found):
    assert set(page(query).rows) == {two[number].pk for number in found}


def test_a_link_narrows_to_a_company_or_to_a_taker_and_those_merged_into_it(page, office, two):
    first, second = two
    assert page(f"?empresa={first.company_id}").rows == [first.pk]
    answer = page(f"?tomador={second.taker_id}")
    assert answer.rows == [second.pk]
    assert "Tomador: <b>Mercado Bom Ltda</b>" in answer.text
    kept = make_taker(office.firm, "11222333000262", name="Mercado Matriz Ltda")
    second.taker.merged_into = kept
    second.taker.save()
    assert page(f"?tomador={kept.pk}").rows == [second.pk]


def test_the_day_of_the_issue_is_a_day_of_sao_paulo(page, company):
    request = make_request(company, issued=True)
    midnight = timezone.make_aware(timezone.datetime(2026, 11, 25))
    Invoice.objects.filter(request=request).update(issued_at=midnight - timedelta(seconds=1))
    assert page("?emitida_de=2026-11-24&emitida_ate=2026-11-24").rows == [request.pk]
    assert page("?emitida_de=2026-11-25").rows == []


def test_who_confirmed_is_a_filter(page, office, company):
    request = make_request(company)
    assert page(f"?por={request.confirmed_by_id}").rows == [request.pk]
    assert page(f"?por={office.attendant.pk}").rows == []


def test_a_period_that_ends_before_it_begins_is_refused_in_one_sentence(page, company):
    make_request(company)
    answer = page("?de=2026-11-25&ate=2026-11-24")
    assert "O fim do período vem antes do começo." in answer.text
    assert answer.context["form"]["de"].value() == "2026-11-25"


@pytest.mark.parametrize(
    "query", ["?situacao=nada", "?de=ontem", "?empresa=x", "?tomador=99999999999999999999"]
)
def test_what_cannot_be_read_asks_for_nothing(page, company, query):
    request = make_request(company)
    assert page(query).rows == [request.pk]


def test_another_firm_s_company_finds_nothing_and_shows_no_name(page, company, other_company):
    make_request(company)
    make_request(other_company, number=2)
    answer = page(f"?empresa={other_company.pk}")
    assert answer.rows == []
    assert "Oficina Alheia" not in answer.text


def test_above_two_hundred_companies_a_link_brings_the_company(page, office, company):
    request = make_request(company)
    assert '<select name="empresa"' in page().text
    for number in range(200):
        make_company(office.firm, f"{number:08d}000191", legal_name=f"Loja {number}")
    answer = page(f"?empresa={company.pk}")
    assert answer.rows == [request.pk]
    assert f'<input type="hidden" name="empresa" value="{company.pk}"' in answer.text
    assert f"Empresa: <b>{company.display_name}</b>" in answer.text
    assert "Loja 7" not in answer.text


def test_pages_keep_the_filter_and_the_menu_goes_with_the_role(page, company):
    for number in range(1, 53):
        make_request(company, number=number)
    answer = page("?ambiente=staging")
    assert len(answer.rows) == 50
    assert "?ambiente=staging&amp;page=2" in answer.text
    assert len(page("?ambiente=staging&page=2").rows) == 2
    assert "Copiar para nova nota" in answer.text
    assert "Copiar para nova nota" not in page("?ambiente=staging", role="attendant").text


def test_exports_carry_the_filter(page, company):
    make_request(company)
    text = page("?situacao=andamento&page=1").text
    assert f'{reverse("nfse:export_invoices", args=["xlsx"])}?situacao=andamento"' in text


def test_the_number_of_queries_does_not_grow(page, company, django_assert_num_queries):
    make_request(company, number=1, issued=True)
    page()
    with django_assert_num_queries(10) as few:
        page()
    for number in range(2, 30):
        make_request(company, number=number, issued=number % 2 == 0)
    with django_assert_num_queries(len(few)):
        page()


# --- Rows that move --------------------------------------------------------------------------------
def status_query(answer):
    """What the page will ask for."""
    address = answer.text.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    assert urlsplit(address).path == STATUS
    return f"?{urlsplit(address).query}"


def test_a_page_asks_for_what_moves_and_only_then(page, company):
    set_state(make_request(company, number=1), "rejected")
    assert "data-poll" not in page().text
    moving = make_request(company, number=2)

    query = status_query(page("?origem=hand"))

    assert parse_qs(query[1:])["mostradas"] == [f"{moving.pk}:queued"]
    assert parse_qs(query[1:])["origem"] == ["hand"]


def test_what_did_not_change_is_not_sent_again(page, company):
    make_request(company)
    query = status_query(page())
    answer = page(query, url=STATUS)
    assert answer.rows == []
    assert "data-poll" in answer.text
    assert "<tr" not in answer.text


def test_a_changed_row_comes_with_new_totals_and_the_asking_ends(page, company):
    request = make_request(company, environment="production", amount="55.00")
    query = status_query(page())
    set_state(request, "issued")

    answer = page(query, url=STATUS)

    assert answer.rows == [request.pk]
    assert f'id="nota-{request.pk}" hx-swap-oob="true"' in answer.text
    assert "R$ 55,00" in answer.text.partition('id="totais"')[2]
    assert "data-poll" not in answer.text


def test_nobody_is_told_of_another_firm_s_rows(page, other_company):
    request = make_request(other_company)
    answer = page(f"?mostradas={request.pk}:sending", url=STATUS)
    assert answer.rows == []
    assert "<tr" not in answer.text


@pytest.mark.parametrize("shown", ["", "x", "1:", "1:queued,;drop", "9" * 30 + ":queued"])
def test_nonsense_in_the_question_is_no_question(page, shown):
    assert page(f"?mostradas={shown}", url=STATUS).rows == []


def test_asking_takes_few_queries(page, company, django_assert_max_num_queries):
    for number in range(1, 21):
        make_request(company, number=number)
    query = status_query(page())
    with django_assert_max_num_queries(6):
        page(query, url=STATUS)


def test_competence_is_shown(page, company):
    request = make_request(company)
    assert request.competence_date == date(2026, 11, 24)
    assert "Comp. 24/11/2026" in page().text


# --- Chips -------------------------------------------------------------------------------------------
def test_a_month_is_a_preset_and_the_other_filters_fold(page, company):
    request = make_request(company, issued=True, environment="production")

    answer = page(f"?mes={request.competence_date:%Y-%m}")

    assert answer.rows == [request.pk]
    assert page("?mes=2020-02").rows == []
    form = answer.context["form"]
    assert [field.name for field in form.chips] == ["mes", "empresa", "situacao"]
    assert form.more_used == 0
    assert page("?ambiente=production").context["form"].more_used == 1


@pytest.mark.parametrize("month", ["2026-13", "x", "0000-01", "2026-1"])
def test_a_month_that_is_none_asks_for_nothing(page, company, month):
    make_request(company, issued=True)
    assert len(page(f"?mes={month}").rows) == 1


def test_the_presets_begin_with_this_month():
    names = list_months(date(2026, 1, 15))
    assert names[1:4] == [
        ("2026-01", "Este mês"),
        ("2025-12", "Mês passado"),
        ("2025-11", "novembro de 2025"),
    ]
    assert len(names) == 14
