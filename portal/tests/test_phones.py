"""The phones of a company on its page: list, form, preview, main, off and on (A16, N8)."""

import csv
import io

import pytest
from django.urls import reverse

from nfse.models import AuthorizedPhone, InvoiceRequest
from nfse.tests.firms import COMPANY_CNPJS, make_company, make_phone, make_request

pytestmark = pytest.mark.django_db
SENT = {
    "name": "João do Vale",
    "number": "(55) 9912-3456",
    "cpf": "",
    "email": "",
    "can_issue": "on",
}


def tab(company):
    return f"{reverse('nfse:company', args=[company.pk])}?aba=telefones"


def new(company):
    return reverse("nfse:new_phone", args=[company.pk])


def of(phone, action="edit_phone"):
    return reverse(f"nfse:{action}", args=[phone.pk])


def test_an_attendant_adds_changes_and_switches_phones(company, page, send):
    empty = page(reverse("nfse:company", args=[company.pk]), "attendant", aba="telefones")
    assert "Nenhum telefone ainda" in empty.text
    assert new(company) in empty.text

    answer = send(new(company), "attendant", **SENT)
    assert (answer.status_code, answer["Location"]) == (302, tab(company))
    phone = AuthorizedPhone.objects.get()
    listed = page(reverse("nfse:company", args=[company.pk]), "attendant", aba="telefones").text
    for shown in ("João do Vale", "(55) 99912-3456", "Principal", "pedir notas"):
        assert shown in listed

    assert page(of(phone), "attendant").context["form"]["number"].value() == "(55) 99912-3456"
    send(of(phone), "attendant", **SENT | {"name": "Ana do Vale", "can_cancel": "on"})
    send(of(phone, "deactivate_phone"), "attendant")
    phone.refresh_from_db()
    assert (phone.name, phone.can_cancel) == ("Ana do Vale", True)
    assert (phone.is_active, phone.is_main) == (False, False)

    send(of(phone, "activate_phone"), "attendant")
    send(of(phone, "set_main_phone"), "attendant")
    phone.refresh_from_db()
    assert (phone.is_active, phone.is_main) == (True, True)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"name": ""}, "name", "Informe o nome"),
        ({"number": "123"}, "number", "Número inválido"),
        ({"cpf": "123"}, "cpf", "CPF inválido"),
        ({"email": "joão"}, "email", "E-mail inválido"),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(company, send, change, field, sentence):
    answer = send(new(company), **SENT | {"email": "joao@vale.example"} | change)

    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors[field][0]
    typed = SENT | {"email": "joao@vale.example"} | change
    kept = {name: answer.context["form"][name].value() for name in ("name", "number", "cpf", "email")}
    assert kept == {name: typed[name] for name in kept}
    assert not AuthorizedPhone.objects.exists()


def test_a_number_that_the_company_has_is_said_at_the_number(company, send):
    make_phone(company)
    answer = send(new(company), **SENT)
    assert "já está cadastrado nesta empresa" in answer.context["form"].errors["number"][0]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("(55) 9912-3456", "Será salvo como <b>+5555999123456</b>, com o nono dígito."),
        ("55 99912 3456", "Será salvo como <b>+5555999123456</b>."),
        ("(55) 3222-3456", "Será salvo como <b>+555532223456</b>, telefone fixo."),
        ("(55) 99", "Número inválido. Informe o WhatsApp com DDD"),
        ("", ""),
    ],
)
def test_the_number_is_shown_as_it_will_be_stored_while_it_is_typed(send, typed, shown):
    answer = send(reverse("nfse:phone_preview"), "attendant", number=typed)
    text = " ".join(answer.text.split())
    assert shown in text
    assert bool(text) == bool(typed)


def test_the_form_asks_for_the_preview_by_post_so_that_no_number_stands_in_an_address(company, page):
    assert f'hx-post="{reverse("nfse:phone_preview")}"' in page(new(company)).text


# --- Readiness, lists and files ----------------------------------------------------------------------
def test_what_the_chat_needs_is_said_apart_and_keeps_nobody_from_issuing(company, page):
    address = reverse("nfse:company", args=[company.pk])
    without = page(address)
    assert "Para o WhatsApp" in without.text
    assert "phone" not in {item.need for item in without.context["items"]}

    phone = make_phone(company)
    assert "Para o WhatsApp" not in page(address).text
    AuthorizedPhone.objects.filter(pk=phone.pk).update(can_issue=False)
    assert "Para o WhatsApp" in page(address).text


def test_list_and_file_count_the_active_phones_of_a_company(office, company, page):
    make_phone(company)
    make_phone(company, "+5555999120002", is_active=False)
    make_phone(make_company(office.firm, COMPANY_CNPJS[1], legal_name="Zeta Ltda"), "+5555999120003")
    make_phone(company, "+5555999120004")

    first = page("/notas/empresas/").context["rows"][0].company
    assert (first.pk, first.phone_count) == (company.pk, 2)
    assert 'aria-label="2 telefones de Oficina do Vale Ltda"' in page("/notas/empresas/").text
    content = b"".join(page("/notas/empresas/exportar.csv")).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(content), delimiter=";")
    assert [row["Telefones ativos"] for row in rows] == ["2", "1"]


def test_notes_of_a_phone_are_a_filter_and_every_list_names_it(company, page):
    phone = make_phone(company)
    asked, by_hand = make_request(company, number=1, asked_by=phone), make_request(company, number=2)

    listed = page("/notas/emitidas/", telefone=phone.pk)
    assert [request.pk for request in listed.context["requests"]] == [asked.pk]
    assert "Pedidas por: <b>João do Vale</b>" in listed.text
    assert "João do Vale (WhatsApp)" in listed.text
    everything = page("/notas/emitidas/")
    assert [one.pk for one in everything.context["requests"]] == [by_hand.pk, asked.pk]
    assert by_hand.confirmed_by.full_name in everything.text
    assert InvoiceRequest.objects.get(pk=asked.pk).confirmer_name == "João do Vale (WhatsApp)"
