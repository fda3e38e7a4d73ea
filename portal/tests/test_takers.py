"""Takers: list, page, form, merge, file, suggestions (A19, N9, R101)."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from nfse.models import ChangeRecord, Taker
from nfse.selectors.takers import find_open_taker, find_taker_by_text
from nfse.tests.firms import make_city, make_company, make_request, make_taker
from nfse.tests.registered import BAKERY_CNPJ, make_record, make_unanswered

pytestmark = pytest.mark.django_db
LIST, NEW = "/notas/tomadores/", "/notas/tomadores/novo/"
BRANCH, OTHER_BRANCH, CPF, CLINIC = "11444777000242", "11444777000323", "52998224725", "11222333000181"
REAL = {"issued": True, "environment": "production"}
SENT = {
    "document": "11.444.777/0001-61",
    "name": "Padaria Central Ltda",
    "nickname": "a padaria",
    "municipal_registration": "",
    "email": "oi@padaria.example",
    "phone": "(55) 99912-3456",
    "postal_code": "97050-000",
    "street": "Rua do Acampamento",
    "number": "100",
    "complement": "",
    "district": "Centro",
    "city": "Santa Maria - RS",
    "city_code": "",
    "remark": "",
}


@pytest.fixture
def attendant(client, office):
    client.force_login(office.attendant)
    return client


def text_of(answer):
    return " ".join(answer.content.decode().split())


def at(taker, action=""):
    return f"/notas/tomadores/{taker.pk}/{action}"


def shown(answer):
    return [taker.name for taker in answer.context["takers"]]


# --- List ------------------------------------------------------------------------------------------
def test_the_list_shows_documents_and_what_counts(attendant, office, company):
    bakery = make_taker(office.firm, nickname="pão", city=make_city())
    make_taker(office.firm, CPF, name="João da Silva")
    make_request(company, number=1, amount="1234.56", taker=bakery, **REAL)
    make_request(company, number=2, amount="99.00", taker=bakery, issued=True)
    page = attendant.get(LIST)
    text = text_of(page)
    for words in ("11.444.777/0001-61", "529.982.247-25", "R$ 1.234,56", "Santa Maria - RS", "pão"):
        assert words in text
    assert [(taker.note_count, taker.note_total) for taker in page.context["takers"]] == [
        (0, Decimal(0)),
        (1, Decimal("1234.56")),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "joao"}, ["João da Silva"]),
        ({"q": "PÃO"}, ["Padaria Central Ltda"]),
        ({"q": "pao"}, ["Padaria Central Ltda"]),
        ({"q": "central padaria"}, ["Padaria Central Ltda"]),
        ({"q": "11.444.777"}, ["Padaria Central Ltda"]),
        ({"q": "529.982.247-25"}, ["João da Silva"]),
        ({"q": "529"}, []),
        ({"q": "100%"}, []),
        ({"q": "clinica FECHADA"}, ["Clínica Fechada"]),
        ({"q": "cl_nica"}, []),
        ({"q": "cl.nica"}, []),
        ({"situacao": "encerrada"}, ["Clínica Fechada"]),
        ({"situacao": "ativa"}, ["Padaria Central Ltda"]),
        ({"situacao": "outra"}, ["Clínica Fechada", "João da Silva", "Padaria Central Ltda"]),
    ],
)
def test_the_filter_shows_what_it_says(attendant, office, query, expected):
    make_taker(office.firm, nickname="pão", registry_status="02")
    make_taker(office.firm, CPF, name="João da Silva")
    make_taker(office.firm, CLINIC, name="Clínica Fechada", registry_status="08")
    assert shown(attendant.get(LIST, query)) == expected


def test_alphanumeric_documents_are_found(attendant, office):
    make_taker(office.firm, "12ABC34501DE35", name="Letras Ltda")
    for typed in ("12.abc.345/01de-35", "12ABC", "12.ABC.345"):
        assert shown(attendant.get(LIST, {"q": typed})) == ["Letras Ltda"]


def test_the_takers_of_one_company_include_those_merged(attendant, office, company):
    kept, gone = make_taker(office.firm), make_taker(office.firm, BRANCH, name="Filial")
    make_taker(office.firm, CLINIC, name="De outra")
    make_request(company, taker=gone)
    gone.merged_into = kept
    gone.save()
    assert shown(attendant.get(LIST, {"empresa": company.pk})) == [kept.name]


def test_another_firms_company_finds_nothing_and_shows_no_name(attendant, office, other_company):
    make_taker(office.firm)
    answer = attendant.get(LIST, {"empresa": other_company.pk})
    assert shown(answer) == []
    assert other_company.display_name not in text_of(answer)


def test_above_two_hundred_companies_a_link_brings_the_company(attendant, office, company):
    billed = make_taker(office.firm)
    make_taker(office.firm, CLINIC, name="De outra")
    make_request(company, taker=billed)
    few = attendant.get(LIST, {"empresa": company.pk})
    assert '<select name="empresa"' in text_of(few)
    assert "filter-chip" not in text_of(few)
    for number in range(200):
        make_company(office.firm, f"{number:08d}000191", legal_name=f"Loja {number}")
    many = attendant.get(LIST, {"empresa": company.pk, "q": "padaria"})
    assert shown(many) == shown(few) == [billed.name]
    text = text_of(many)
    assert f'<input type="hidden" name="empresa" value="{company.pk}"' in text
    assert f"Empresa: <b>{company.display_name}</b>" in text
    assert 'href="?q=padaria" aria-label="Tirar o filtro da empresa"' in text
    assert "Loja 7" not in text
    b"".join(attendant.get(f"{LIST}exportar.csv", {"empresa": company.pk}).streaming_content)
    assert ChangeRecord.objects.get().after["empresa"] == company.display_name
    tab = attendant.get(f"/notas/empresas/{company.pk}/", {"aba": "tomadores"})
    assert f'href="{LIST}?empresa={company.pk}"' in text_of(tab)


def test_pages_have_twenty_and_keep_the_filter(attendant, office):
    for number in range(21):
        make_taker(office.firm, f"{number:08d}000191"[:14], name=f"Tomador {number:02d}")
    text = text_of(attendant.get(LIST, {"q": "tomador"}))
    assert "1–20 de 21" in text
    assert "?q=tomador&amp;page=2" in text


def test_the_number_of_queries_does_not_depend_on_the_rows(
    attendant, office, company, django_assert_max_num_queries
):
    make_taker(office.firm)
    attendant.get(LIST)
    with django_assert_max_num_queries(8) as few:
        attendant.get(LIST)
    for number in range(15):
        taker = make_taker(office.firm, f"{number:08d}000191", name=f"Tomador {number}", city=make_city())
        make_request(company, number=number + 1, taker=taker, **REAL)
    with django_assert_max_num_queries(len(few.captured_queries)):
        attendant.get(LIST)


def test_the_page_asks_as_much_for_few_notes_as_for_many(
    attendant, office, company, django_assert_max_num_queries
):
    taker = make_taker(office.firm)
    make_record()
    make_request(company, number=1, taker=taker, **REAL)
    attendant.get(at(taker))
    with django_assert_max_num_queries(12) as few:
        attendant.get(at(taker))
    for number in range(2, 9):
        make_request(company, number=number, taker=taker, **REAL)
        make_taker(office.firm, f"11444777{number:04d}00", name=f"Filial {number}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        attendant.get(at(taker))


def test_an_empty_list_leads_to_the_first_taker(attendant, office):
    text = text_of(attendant.get(LIST))
    assert "Nenhum tomador ainda" in text
    assert "Exportar" not in text
    make_taker(office.firm)
    assert "Limpar filtros" in text_of(attendant.get(LIST, {"q": "nada disso"}))


# --- Page ------------------------------------------------------------------------------------------
def test_the_page_shows_totals_per_company_and_the_latest_notes(attendant, office, company):
    taker = make_taker(office.firm, email="oi@padaria.example", postal_code="97050000", city=make_city())
    other = make_company(office.firm, "98765432000198", legal_name="Serra Ltda")
    make_request(company, number=1, amount="100.00", taker=taker, **REAL)
    make_request(other, number=2, amount="200.00", taker=taker, **REAL)
    text = text_of(attendant.get(at(taker)))
    for words in ("R$ 100,00", "R$ 200,00", "R$ 300,00", "Serra Ltda", "97050-000", "Últimas notas"):
        assert words in text


def test_the_registry_data_come_with_their_date(attendant, office):
    taker = make_taker(office.firm, registry_status="04")
    fetched = datetime(2026, 11, 20, 15, tzinfo=UTC)
    make_record(status="04", fetched_at=fetched)
    text = text_of(attendant.get(at(taker)))
    assert "Inapta" in text
    assert "Dados de 20/11/2026" in text


def test_a_merged_taker_leads_to_the_one_that_stayed(attendant, office):
    kept, gone = make_taker(office.firm), make_taker(office.firm, BRANCH)
    gone.merged_into = kept
    gone.save()
    for action in ("", "editar/", "unir/"):
        assert attendant.get(at(gone, action)).status_code == 302


def test_outside_text_is_escaped(attendant, office):
    taker = make_taker(office.firm, name="<script>alert(1)</script>", remark="<script>alert(2)</script>")
    make_record(legal_name="<script>alert(3)</script>")
    for path in (LIST, at(taker), at(taker, "editar/"), at(taker, "unir/")):
        assert "<script>alert" not in attendant.get(path).content.decode(), path


# --- New and changed -------------------------------------------------------------------------------
def test_a_taker_is_registered_with_what_the_receita_says(attendant):
    make_city()
    make_record()
    answer = attendant.post(NEW, SENT)
    assert answer.status_code == 302, answer.context["form"].errors
    taker = Taker.objects.get()
    assert (taker.cnpj, taker.city_id, taker.phone) == (BAKERY_CNPJ, "4316907", "+5555999123456")
    assert taker.registry_status == "02"
    assert taker.registry_fetched_at is not None


def test_a_registry_that_is_down_costs_nothing(attendant):
    make_city()
    make_unanswered(state="unknown")
    assert attendant.post(NEW, SENT).status_code == 302
    assert Taker.objects.get().registry_status == ""


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"document": "11.444.777/0001-62"}, "document", "Documento inválido"),
        ({"document": ""}, "document", "Informe o CNPJ ou o CPF"),
        ({"document": CPF, "name": ""}, "name", "Informe o nome"),
        ({"phone": "123"}, "phone", "Telefone inválido"),
        ({"postal_code": "1"}, "postal_code", "CEP inválido"),
        ({"city": "Cidade Nenhuma - RS"}, "city", "Escolha a cidade"),
        ({"city": "Nada", "city_code": "9999999"}, "city", "Escolha a cidade"),
        ({"email": "isto não"}, "email", "E-mail inválido"),
    ],
)
def test_a_refused_taker_says_where_and_keeps_what_was_typed(attendant, change, field, words):
    make_city()
    answer = attendant.post(NEW, SENT | change)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert "Rua do Acampamento" in answer.content.decode()
    assert not Taker.objects.exists()


def test_a_document_is_of_one_taker(attendant, office):
    make_city()
    same = make_taker(office.firm)
    answer = attendant.post(NEW, SENT)
    assert "Já existe um tomador" in answer.context["form"].errors["document"][0]
    assert f'href="{at(same)}"' in answer.content.decode()


@pytest.mark.parametrize("status", ["01", "08"])
def test_who_is_closed_is_refused(attendant, status):
    make_city()
    make_record(status=status)
    for accepted in ({}, {"accept_status": "on"}):
        answer = attendant.post(NEW, SENT | accepted)
        assert "baixado ou nulo" in answer.context["form"].errors["document"][0]
    assert not Taker.objects.exists()


@pytest.mark.parametrize("status", ["03", "04"])
def test_who_is_suspended_is_asked_about(attendant, status):
    make_city()
    make_record(status=status)
    answer = attendant.post(NEW, SENT)
    assert answer.status_code == 422
    assert 'name="accept_status"' in answer.content.decode()
    assert "suspenso ou inapto" in answer.context["form"].errors["accept_status"][0]
    assert attendant.post(NEW, SENT | {"accept_status": "on"}).status_code == 302
    assert Taker.objects.get().registry_status == status


def test_nothing_asks_for_acceptance_before_it_is_needed(attendant):
    assert 'name="accept_status"' not in attendant.get(NEW).content.decode()


def test_a_taker_is_changed_and_keeps_its_document(attendant, office):
    taker = make_taker(office.firm, phone="+5555999123456", city=make_city(), registry_status="03")
    form = attendant.get(at(taker, "editar/")).context["form"]
    assert (form["phone"].value(), form["city"].value()) == ("(55) 99912-3456", "Santa Maria - RS")
    sent = {name: form[name].value() or "" for name in form.fields} | {"name": "Outro nome", "document": CPF}
    assert attendant.post(at(taker, "editar/"), sent).status_code == 302
    taker.refresh_from_db()
    assert (taker.name, taker.cnpj, taker.phone) == ("Outro nome", BAKERY_CNPJ, "+5555999123456")
    assert (taker.city_id, taker.registry_status) == ("4316907", "03")


def test_a_city_that_is_emptied_goes(attendant, office):
    taker = make_taker(office.firm, city=make_city())
    assert (
        attendant.post(at(taker, "editar/"), SENT | {"city": "", "city_code": "4316907"}).status_code == 302
    )
    taker.refresh_from_db()
    assert taker.city is None


# --- Merge -----------------------------------------------------------------------------------------
def test_two_are_compared_before_they_are_one(attendant, office, company):
    kept = make_taker(office.firm, email="oi@padaria.example")
    gone = make_taker(office.firm, BRANCH, name="Padaria Filial", phone="+5555999123456", email="x@y.example")
    make_request(company, number=1, amount="10.00", taker=kept, **REAL)
    make_request(company, number=2, amount="20.00", taker=gone, **REAL)
    page = attendant.get(at(kept, "unir/"), {"outro": gone.pk, "taker": gone.name})
    text = text_of(page)
    assert "R$ 30,00" in text
    assert "vem do outro" in text
    after = {field.name: (field.after, field.is_taken) for field in page.context["fields"]}
    assert after["email"] == ("oi@padaria.example", False)
    assert after["phone"] == ("+5555999123456", True)
    assert attendant.post(at(kept, "unir/"), {"outro": gone.pk, "taker": gone.name}).status_code == 302
    gone.refresh_from_db()
    assert gone.merged_into == kept


def test_the_other_one_is_found_by_what_was_written(attendant, office):
    kept, gone = make_taker(office.firm), make_taker(office.firm, BRANCH, name="Padaria Filial")
    for typed in ("Padaria Filial", "PADARIA FÍLIAL", "11.444.777/0002-42", "X · 11.444.777/0002-42"):
        page = attendant.get(at(kept, "unir/"), {"taker": typed})
        assert page.context["merged"] == gone, typed


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"taker": ""}, "Escolha o outro"),
        ({"taker": "ninguém"}, "Escolha o outro"),
        ({"taker": "Clínica"}, "mesma raiz"),
        ({"taker": "Padaria Central Ltda"}, "dois tomadores diferentes"),
    ],
)
def test_what_cannot_be_merged_is_said(attendant, office, asked, words):
    kept = make_taker(office.firm)
    make_taker(office.firm, CLINIC, name="Clínica")
    for ask, status in ((attendant.get, 200), (attendant.post, 422)):
        answer = ask(at(kept, "unir/"), asked)
        assert answer.status_code == status
        assert words in answer.context["form"].errors["taker"][0]
    assert not Taker.objects.exclude(merged_into=None).exists()


def test_a_stranger_firms_taker_is_not_merged(attendant, office, other_office):
    kept, theirs = make_taker(office.firm), make_taker(other_office.firm, BRANCH)
    answer = attendant.post(at(kept, "unir/"), {"outro": theirs.pk, "taker": theirs.name})
    assert answer.status_code == 422
    assert theirs.name not in text_of(attendant.get(at(kept, "unir/"))).replace(kept.name, "")


# --- Suggestions and the text of a form ------------------------------------------------------------
def test_suggestions_put_first_what_begins_so(attendant, office):
    make_taker(office.firm, CLINIC, name="A Padaria do Zé")
    padaria = make_taker(office.firm)
    make_taker(office.firm, CPF, name="Maria Padaria")
    answer = attendant.get("/notas/api/tomadores/", {"q": "PADÁRIA"}).json()
    assert [one["label"] for one in answer["results"]] == [
        "Padaria Central Ltda · 11.444.777/0001-61",
        "A Padaria do Zé · 11.222.333/0001-81",
        "Maria Padaria · ***.982.247-**",
    ]
    assert answer["results"][0]["id"] == padaria.pk
    assert attendant.get("/notas/api/tomadores/", {"q": " "}).json() == {"results": []}


def test_a_taker_is_found_by_its_label_or_its_name(office, other_office):
    taker = make_taker(office.firm)
    for text in ("Padaria Central Ltda", "x · 11.444.777/0001-61", "11444777000161"):
        assert find_taker_by_text(office.firm.pk, text) == taker
        assert find_taker_by_text(other_office.firm.pk, text) is None
    make_taker(office.firm, BRANCH)
    assert find_taker_by_text(office.firm.pk, "Padaria Central Ltda") is None


def test_a_merged_taker_stands_for_the_one_that_stayed(office, other_office):
    kept, gone = make_taker(office.firm), make_taker(office.firm, BRANCH)
    gone.merged_into = kept
    gone.save()
    assert find_open_taker(office.firm.pk, gone.pk) == kept
    assert find_open_taker(other_office.firm.pk, kept.pk) is None


# --- Export ----------------------------------------------------------------------------------------
def test_the_file_has_the_rows_and_totals_of_the_page(attendant, office, company):
    taker = make_taker(
        office.firm, nickname="=pão", city=make_city(), postal_code="97050000", phone="+5555999123456"
    )
    make_taker(office.firm, CPF, name="João da Silva")
    make_request(company, number=1, amount="1234.56", taker=taker, **REAL)
    answer = attendant.get(f"{LIST}exportar.csv", {"q": "padaria"})
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content), delimiter=";")
    assert (row["Documento"], row["Notas"], row["Total"]) == ("11.444.777/0001-61", "1", "1234,56")
    assert (row["Apelido"], row["CEP"], row["Telefone"]) == ("'=pão", "97050-000", "(55) 99912-3456")
    assert row["Última nota"] == f"{timezone.localdate():%d/%m/%Y}"
    change = ChangeRecord.objects.get()
    assert (change.action, change.subject, change.after["linhas"]) == ("exported", "tomadores", 1)
    assert change.after["texto"] == "padaria"


def test_a_document_that_was_searched_stays_out_of_the_trail(attendant, office):
    make_taker(office.firm, CPF, name="João da Silva")
    answer = attendant.get(f"{LIST}exportar.xlsx", {"q": CPF})
    assert b"".join(answer.streaming_content).startswith(b"PK")
    change = ChangeRecord.objects.get()
    assert change.after["linhas"] == 1
    assert CPF not in str(change.after)


def test_another_format_is_not_there(attendant):
    assert attendant.get(f"{LIST}exportar.pdf").status_code == 404


# --- Strangers -------------------------------------------------------------------------------------
def test_another_firms_taker_is_not_there(attendant, other_office):
    theirs = make_taker(other_office.firm)
    for action in ("", "editar/", "unir/"):
        assert attendant.get(at(theirs, action)).status_code == 404
    for action in ("editar/", "unir/"):
        assert attendant.post(at(theirs, action), SENT).status_code == 404
    assert shown(attendant.get(LIST)) == []
    assert attendant.get("/notas/api/tomadores/", {"q": "PADÁRIA"}).json() == {"results": []}
