"""Registration of a firm on the web (A7)."""

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AccountEmail, Membership, User
from accounts.tests.factories import PASSWORD, make_buyer, make_operator, make_user
from accounts.tests.mail import deliver_mail, link_in
from accounts.tests.pages import words_of
from nfse.models import Firm
from nfse.services.firms import FirmNotRegistered
from nfse.services.operators import TELL_FIRM_TAKEN
from nfse.tests.firms import FIRM_CNPJS
from nfse.tests.registered import make_record, make_unanswered
from queue_worker.models import WorkItem
from registry.models import CnpjRecord

pytestmark = pytest.mark.django_db

PAGE, DONE, LOOKUP = "/notas/cadastro/", "/notas/cadastro/pronto/", "/notas/cadastro/consulta/"
CNPJ = FIRM_CNPJS[0]
FIRM = {"document": "11.222.333/0001-81", "legal_name": "Contas em Dia S/A", "trade_name": "Contas em Dia"}
OWNER = {"full_name": "Célia Contadora", "email": "celia@nitro.example", "password": PASSWORD, "terms": "on"}


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["accounts.tests.hashers.QuickHasher"]


def register(client, **changes):
    return client.post(PAGE, FIRM | OWNER | changes)


def test_a_newcomer_registers_a_firm_and_enters_by_the_link(client):
    answer = register(client)
    assert answer["Location"] == DONE
    assert "celia@nitro.example" in client.get(DONE).text
    firm = Firm.objects.get()
    assert (firm.document, firm.legal_name, firm.trade_name) == (CNPJ, "Contas em Dia S/A", "Contas em Dia")
    deliver_mail()
    page = client.get(link_in(mail.outbox[0]), follow=True)
    assert client.post(page.request["PATH_INFO"])["Location"] == "/notas/comecar/"
    assert User.objects.get().is_email_confirmed


def test_who_then_signs_up_as_a_buyer_is_not_led_to_the_page_of_firms(client):
    register(client)
    client.post("/criar-conta/", OWNER | {"email": "compras@nitro.example"})
    deliver_mail()
    letter = next(one for one in mail.outbox if one.to == ["compras@nitro.example"])
    page = client.get(link_in(letter), follow=True)

    assert client.post(page.request["PATH_INFO"])["Location"] == "/leads/"


def test_a_signed_in_person_registers_with_two_fields(client):
    user = make_buyer()[0]
    client.force_login(user)
    assert "Senha" not in client.get(PAGE).text
    assert client.post(PAGE, FIRM)["Location"] == "/notas/comecar/"
    assert Membership.objects.get(user=user, role="owner").account.firm.document == CNPJ


def test_who_has_a_firm_goes_to_it(client, office):
    client.force_login(office.attendant)
    for answer in (client.get(PAGE), client.post(PAGE, FIRM | {"document": FIRM_CNPJS[1]})):
        assert answer["Location"] == "/notas/"
    assert Firm.objects.count() == 1


def test_a_taken_address_is_answered_as_a_new_one(client):
    make_user("celia@nitro.example")
    taken = register(client)
    new = register(Client(), email="nova@nitro.example")
    assert (taken.status_code, taken["Location"]) == (new.status_code, new["Location"])
    assert [firm.document for firm in Firm.objects.all()] == [CNPJ], "of the new address"
    letter = AccountEmail.objects.get(user__email="celia@nitro.example")
    assert letter.template == AccountEmail.Template.ALREADY_REGISTERED


def test_a_taken_cnpj_is_refused_the_same_whoever_has_the_address(client, office):
    make_user("celia@nitro.example")
    taken = register(client, document=office.firm.document)
    new = register(Client(), document=office.firm.document, email="nova@nitro.example")
    for answer in (taken, new):
        assert answer.status_code == 422
        assert FirmNotRegistered.message in answer.text
        assert office.firm.legal_name not in answer.text
    assert words_of(taken).replace("celia@", "nova@") == words_of(new)
    assert WorkItem.objects.filter(kind=TELL_FIRM_TAKEN).count() == 1
    assert not User.objects.filter(email="nova@nitro.example").exists()


def test_a_taken_cnpj_is_refused_to_who_is_signed_in(client, office):
    client.force_login(make_user("outra@nitro.example"))
    answer = client.post(PAGE, FIRM | {"document": office.firm.document})
    assert answer.status_code == 422
    assert FirmNotRegistered.message in answer.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"document": "11.222.333/0001-82"}, "CNPJ inválido"),
        ({"legal_name": ""}, "Informe a razão social."),
        ({"trade_name": "Ganhe em www.golpe.example"}, "Informe só o nome"),
        ({"password": "12345678"}, "senha"),
        ({"terms": ""}, "aceitar os termos"),
        ({"email": "sem-arroba"}, "e-mail válido"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_keeps_what_was_typed(client, changes, said):
    answer = register(client, **changes)
    assert answer.status_code == 422
    assert said in answer.text
    kept = {
        name: value for name, value in (FIRM | OWNER | changes).items() if name not in ("password", "terms")
    }
    for value in filter(None, kept.values()):
        assert f'value="{value}"' in answer.text
    assert PASSWORD not in answer.text
    assert not Firm.objects.exists()
    assert not User.objects.exists()


def test_an_operator_may_look_at_the_page(client):
    client.force_login(make_operator())
    assert client.get(PAGE).status_code == 200


# --- The registry fills the names ------------------------------------------------------------------
def look_up(client, **typed):
    return client.post(LOOKUP, {"document": CNPJ, "legal_name": "", "trade_name": "", **typed})


def test_an_unknown_cnpj_is_asked_for_and_waited_for(client):
    answer = look_up(client)
    assert "Consultando o CNPJ" in answer.text
    assert "data-poll" in answer.text
    assert CnpjRecord.objects.get(cnpj=CNPJ).state == CnpjRecord.State.PENDING
    work = WorkItem.objects.filter(kind="registry.fetch_cnpj")
    assert work.count() == 1
    client.get(LOOKUP, {"document": CNPJ})
    assert work.count() == 1, "reading asks nobody"


def test_a_get_asks_nobody(client):
    assert client.get(LOOKUP, {"document": CNPJ}).status_code == 200
    assert not CnpjRecord.objects.exists()


def test_what_is_found_fills_what_nobody_typed(client):
    make_record(CNPJ, legal_name="CONTAS EM DIA LTDA", trade_name="CONTAS")
    page = look_up(client, trade_name="Meu nome").text
    assert 'value="CONTAS EM DIA LTDA"' in page
    assert 'value="Meu nome"' in page
    assert 'value="CONTAS"' not in page
    assert "hx-get" not in page
    assert 'name="filled_legal_name" value="CONTAS EM DIA LTDA"' in page


def test_names_of_another_cnpj_do_not_stay(client):
    make_record(CNPJ, legal_name="CERTA LTDA", trade_name="")
    page = look_up(client, legal_name="ERRADA LTDA", filled_legal_name="ERRADA LTDA").text
    assert 'value="CERTA LTDA"' in page
    assert "ERRADA" not in page


def test_an_inactive_company_is_pointed_out(client):
    make_record(CNPJ, status="08")
    assert "situação deste CNPJ na Receita é baixada" in look_up(client).text


@pytest.mark.parametrize(
    ("state", "said"), [("unknown", "Preencha à mão"), ("not_found", "não conhece este CNPJ")]
)
def test_without_an_answer_the_form_is_filled_by_hand(client, state, said):
    make_unanswered(CNPJ, state)
    page = client.get(LOOKUP, {"document": CNPJ}).text
    assert said in page
    assert "hx-get" not in page
    assert register(client)["Location"] == DONE


def test_bad_digits_ask_nobody(client):
    assert "não confere" in look_up(client, document="11222333000182").text
    assert not CnpjRecord.objects.exists()


def test_asking_the_registry_is_limited(client):
    answers = [look_up(client).status_code for _ in range(21)]
    assert answers[-2:] == [200, 429]
