"""A session that ended costs nobody what was typed (R117): each form, by the pages that a browser sees."""

import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from lxml import html

from accounts.models import KeptForm
from accounts.services import clear_kept_forms
from accounts.services.kept_forms import LIFE, MOST_OF_A_USER
from accounts.tests.factories import PASSWORD, make_buyer
from credits.tests.factories import fund
from leads.models import Search
from nfse.models import Company, Taker
from nfse.tests.firms import make_company, make_office, make_phone, make_service, make_taker, make_tax_profile
from portal.tests.html_forms import read_form

pytestmark = pytest.mark.django_db
SECRET_TEXT = "Digitado às pressas"
SEARCHED = {"city": "Santa Maria - RS", "city_code": "4316907"}


@dataclass(frozen=True)
class Form:
    """Where a form is shown and where it is sent, and what is typed into one of its text fields."""

    page: str
    typed: dict[str, str]
    sent_to: str = ""
    role: str = "accountant"


FORMS = {
    "new company": Form("/notas/empresas/nova/", {"legal_name": SECRET_TEXT}),
    "company": Form("/notas/empresas/{company}/editar/", {"trade_name": SECRET_TEXT}),
    "tax profile": Form("/notas/empresas/{company}/fiscal/", {"total_tax_percent": "7,77"}),
    "new service": Form("/notas/empresas/{company}/servicos/novo/", {"nickname": SECRET_TEXT}),
    "service": Form("/notas/servicos/{service}/", {"nickname": SECRET_TEXT}),
    "new taker": Form("/notas/tomadores/novo/?next=/notas/emitidas/nova/", {"name": SECRET_TEXT}),
    "taker": Form("/notas/tomadores/{taker}/editar/", {"nickname": SECRET_TEXT}),
    "new phone": Form("/notas/empresas/{company}/telefones/novo/", {"name": SECRET_TEXT}),
    "phone": Form("/notas/telefones/{phone}/", {"name": SECRET_TEXT}),
    "firm": Form("/notas/configuracoes/", {"trade_name": SECRET_TEXT}, role="owner"),
    "note": Form("/notas/emitidas/nova/", {"description": SECRET_TEXT}, "/notas/emitidas/espelho/"),
    "yes": Form("/notas/emitidas/nova/", {"description": SECRET_TEXT}, "/notas/emitidas/confirmar/"),
    "search": Form("/leads/", {"niche": SECRET_TEXT}, "/leads/buscas/nova/", role="buyer"),
}


@pytest.fixture
def office(db):
    office = make_office(1)
    company = make_company(office.firm)
    make_tax_profile(company)
    service = make_service(company)
    rows = {
        "company": company.pk,
        "service": service.pk,
        "taker": make_taker(office.firm).pk,
        "phone": make_phone(company).pk,
    }
    buyer, account = make_buyer()
    fund(account, 100)
    people = {role: getattr(office, role) for role in ("owner", "accountant", "attendant")} | {"buyer": buyer}
    return people, rows


@pytest.fixture(params=FORMS.values(), ids=FORMS)
def form(request):
    return request.param


def open_form(office, form, client=None):
    """Sign in, open the page and return the browser, the page's address and what the form would send."""
    people, rows = office
    client = client or Client()
    client.force_login(people[form.role])
    address = form.page.format(**rows)
    return client, address, read_form(client.get(address), "form_owner") | form.typed


def sign_in(client, user, next_page="", **extra):
    data = {"email": user.email, "password": PASSWORD, "next": next_page, **extra}
    return client.post("/entrar/", data)


def send_after_the_end(client, form, address, values, **headers):
    Session.objects.all().delete()
    return client.post(form.sent_to or address, values, headers=headers)


def come_back(client, user, answer):
    """Sign in where the answer leads, and return the page to which that leads."""
    next_page = parse_qs(urlsplit(answer["Location"]).query)["next"][0]
    return client.get(sign_in(client, user, next_page)["Location"])


def address_of(page):
    return f"{page.request['PATH_INFO']}?{page.request['QUERY_STRING']}"


def typed_of(form):
    return next(iter(form.typed.values()))


def test_what_was_typed_comes_back_after_sign_in(office, form):
    client, address, values = open_form(office, form)

    answer = send_after_the_end(client, form, address, values)

    assert answer.status_code == 302
    door = client.get(answer["Location"])
    assert "Sua sessão terminou" in door.text
    assert "está guardado" in door.text
    page = come_back(client, office[0][form.role], answer)
    assert page.status_code == 200
    assert "Recuperamos o que você" in page.text
    back = read_form(page, "form_owner")
    for name in (*form.typed, "next"):
        assert back.get(name) == values.get(name)
    assert typed_of(form) in client.get(address_of(page)).text, "and again after a reload"


@pytest.mark.parametrize("name", ["company", "note", "search"])
@pytest.mark.parametrize("other", ["owner", "stranger"])
def test_somebody_else_who_signs_in_sees_nothing_of_it(office, name, other):
    form = FORMS[name]
    client, address, values = open_form(office, form)
    answer = send_after_the_end(client, form, address, values)

    person = make_office(2).accountant if other == "stranger" else office[0][other]

    assert typed_of(form) not in come_back(client, person, answer).text


def test_htmx_goes_to_sign_in_and_comes_back_to_the_filled_form(office):
    form = FORMS["note"]
    client, address, values = open_form(office, form)

    answer = send_after_the_end(
        client,
        form,
        address,
        values,
        **{"HX-Request": "true", "HX-Current-URL": f"http://testserver{address}"},
    )

    assert (answer.status_code, answer["Form-Kept"]) == (401, "1")
    assert "rascunho" in answer["HX-Redirect"]
    answer["Location"] = answer["HX-Redirect"]
    page = come_back(client, office[0]["accountant"], answer)
    assert read_form(page, "form_owner")["description"] == SECRET_TEXT


def test_a_part_of_a_page_that_asked_for_itself_keeps_nothing(office):
    form = FORMS["new phone"]
    client, _address, values = open_form(office, form)
    Session.objects.all().delete()

    answer = client.post("/notas/telefones/previa/", values, headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert "Form-Kept" not in answer
    assert not KeptForm.objects.exists()


def test_the_note_that_replaces_another_comes_back_to_its_own_page(office):
    form = FORMS["note"]
    client, address, values = open_form(office, form)

    answer = send_after_the_end(client, form, address, values | {"substitutes": "7"})

    assert "substituir%3D7" in answer["Location"]


def test_a_note_that_waits_for_a_new_taker_outlives_the_session(office):
    form = FORMS["note"]
    client, _address, values = open_form(office, form)
    new_taker = client.post(form.sent_to, values | {"cadastrar": ""})["Location"]
    typed = {"document": "12.ABC.345/01DE-35", "name": "Nova"}
    typed = read_form(client.get(new_taker), "form_owner") | typed

    Session.objects.all().delete()
    page = come_back(client, office[0]["accountant"], client.post(new_taker, typed))
    answer = client.post(address_of(page), read_form(page, "form_owner"))

    assert answer.status_code == 302
    note = read_form(client.get(answer["Location"]), "form_owner")
    assert note["description"] == SECRET_TEXT
    assert note["taker_id"] == str(Taker.objects.get(name="Nova").pk)


def test_without_any_cookie_it_is_the_same(office, form):
    client, address, values = open_form(office, form)
    client.cookies.clear()

    answer = client.post(form.sent_to or address, values)

    assert typed_of(form) in come_back(client, office[0][form.role], answer).text


def test_a_box_that_was_not_ticked_stays_so(office):
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    assert values.pop("nfse_enabled") == "on"

    page = come_back(client, office[0]["accountant"], send_after_the_end(client, form, address, values))

    assert "nfse_enabled" not in read_form(page, "form_owner")


def test_once_it_is_saved_it_is_no_longer_kept(office):
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    page = come_back(client, office[0]["accountant"], send_after_the_end(client, form, address, values))

    answer = client.post(address_of(page), read_form(page, "form_owner"))

    assert answer.status_code == 302
    assert Company.objects.get().trade_name == SECRET_TEXT
    assert not KeptForm.objects.exists()


def test_coming_back_sends_nothing(office):
    form = FORMS["search"]
    client, address, values = open_form(office, form)

    come_back(client, office[0]["buyer"], send_after_the_end(client, form, address, values))

    assert not Search.objects.exists()


# --- A form that was refused ------------------------------------------------------------------------------
REFUSED = {
    "new company": {"document": "1"},
    "company": {"legal_name": ""},
    "tax profile": {"series": "0"},
    "new service": {"ctribnac": "x"},
    "service": {"ctribnac": "x"},
    "new taker": {"document": "1"},
    "taker": {"name": ""},
    "new phone": {"number": "1"},
    "phone": {"number": "1"},
    "firm": {"postal_code": "1"},
    "note": {"amount": "x"},
    "yes": {"amount": "x"},
    "search": {"quantity": "0"},
}


def refuse(office, name):
    """Send a form with something wrong in it; return the browser, and the address that its page names."""
    form = FORMS[name]
    client, address, values = open_form(office, form)
    answer = client.post(form.sent_to or address, values | REFUSED[name])
    assert answer.status_code == 422
    return client, html.fromstring(answer.text).xpath("//input/@data-kept-address")[0]


def open_page(client, address):
    page = client.get(address)
    while page.status_code == 302:
        page = client.get(page["Location"])
    return page


@pytest.mark.parametrize("name", FORMS)
def test_a_refused_form_can_be_reloaded_with_what_was_typed(office, name):
    client, address = refuse(office, name)

    page = open_page(client, address)

    assert page.status_code == 200
    back = read_form(page, "form_owner")
    for field, value in (FORMS[name].typed | REFUSED[name]).items():
        assert back.get(field, "") == value


def test_of_a_form_that_was_refused_twice_the_last_one_is_kept(office):
    client, address = refuse(office, "company")

    values = read_form(client.get(address), "form_owner") | {"trade_name": "Outra tentativa"}
    again = client.post("/notas/empresas/{company}/editar/".format(**office[1]), values)

    assert again.status_code == 422
    assert dict(KeptForm.objects.get().typed)["trade_name"] == "Outra tentativa"


@pytest.mark.parametrize("name", ["company", "search"])
def test_a_refused_form_is_no_longer_kept_once_it_was_accepted(office, name):
    form = FORMS[name]
    client, address = refuse(office, name)
    right = {"legal_name": "Oficina"} if name == "company" else {"quantity": "10", **SEARCHED}

    values = read_form(client.get(address), "form_owner") | right
    answer = client.post(form.sent_to or form.page.format(**office[1]), values)

    assert answer.status_code == 302
    assert not KeptForm.objects.exists()


def test_what_a_stranger_was_refused_is_nobody_else_s(office):
    _, address = refuse(office, "company")
    other = Client()
    other.force_login(office[0]["owner"])

    assert SECRET_TEXT not in other.get(address).text


# --- A page of an earlier session -------------------------------------------------------------------------
def test_a_page_of_an_earlier_session_of_the_same_person_comes_back_filled(office, form):
    client, address, values = open_form(office, form, Client(enforce_csrf_checks=True))
    client.cookies["csrftoken"] = "x" * 32  # signed in again in another tab: another token

    answer = client.post(form.sent_to or address, values)

    assert answer.status_code == 302
    page = client.get(answer["Location"])
    while page.status_code == 302:
        page = client.get(page["Location"])
    assert typed_of(form) in page.text


def test_a_page_of_somebody_else_is_too_old(office):
    form = FORMS["company"]
    _, address, values = open_form(office, form)
    other = Client(enforce_csrf_checks=True)
    other.force_login(office[0]["owner"])

    answer = other.post(address, values)

    assert answer.status_code == 403
    assert not KeptForm.objects.exists()


# --- What is kept, and how --------------------------------------------------------------------------------
def test_passwords_tokens_and_files_are_never_kept(office):
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    secrets = {"password": "hunter2", "senha": "hunter2", "csrfmiddlewaretoken": "hunter2"}

    send_after_the_end(client, form, address, values | secrets)
    names = {name for name, _ in KeptForm.objects.get().typed}
    assert names.isdisjoint({*secrets, "form_owner"})

    file = SimpleUploadedFile("a1.pfx", b"segredo")
    company = office[1]["company"]
    client.post(
        f"/notas/empresas/{company}/certificado/",
        values | {"password": "hunter2", "file": file},
    )
    assert KeptForm.objects.count() == 1, "the form of a certificate is not kept at all"


def test_it_is_unreadable_in_the_database(office):
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    send_after_the_end(client, form, address, values)

    with connection.cursor() as cursor:
        cursor.execute("SELECT kept::text FROM accounts_keptform kept")
        assert SECRET_TEXT not in cursor.fetchone()[0]


def test_it_lives_two_hours(office):
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    answer = send_after_the_end(client, form, address, values)
    KeptForm.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert SECRET_TEXT not in come_back(client, office[0]["accountant"], answer).text
    assert (clear_kept_forms(timezone.now()), clear_kept_forms(timezone.now())) == (1, 0)
    assert timedelta(hours=2) == LIFE


@pytest.mark.parametrize("door", ["/sair/", "/admin/logout/"])
def test_signing_out_erases_it(office, door):
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    send_after_the_end(client, form, address, values)
    sign_in(client, office[0]["accountant"])

    client.post(door)

    assert not KeptForm.objects.exists()


@pytest.mark.parametrize("owner", ["", "1", "1:forjado", "x" * 3000, "²:x"])
def test_a_form_that_does_not_prove_for_whom_it_was_drawn_is_not_kept(office, owner):
    form = FORMS["company"]
    client, address, values = open_form(office, form)

    answer = send_after_the_end(client, form, address, values | {"form_owner": owner})

    assert answer.status_code == 302
    assert not KeptForm.objects.exists()


def test_a_page_that_outlived_every_session_keeps_nothing(office, monkeypatch):
    """Who finds an old page of somebody cannot put text into that person's forms."""
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    later = time.time() + settings.SESSION_REMEMBER_AGE + 60
    monkeypatch.setattr(signing.time, "time", lambda: later)

    assert send_after_the_end(client, form, address, values).status_code == 302

    assert not KeptForm.objects.exists()


def test_of_one_person_no_more_than_twenty_are_kept_and_none_too_long(office):
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    for number in range(MOST_OF_A_USER + 2):
        send_after_the_end(client, form, address, values | {"trade_name": str(number)})
    send_after_the_end(client, form, address, values | {"trade_name": "x" * 100_000})

    kept = [dict(each.typed)["trade_name"] for each in KeptForm.objects.order_by("created_at")]
    assert kept == [str(number) for number in range(2, MOST_OF_A_USER + 2)]


def test_of_a_page_with_an_endless_address_nothing_is_kept(office):
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    company = str(office[1]["company"])

    answer = send_after_the_end(client, form, address.replace(company, company.zfill(250)), values)

    assert answer.status_code == 302
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize("key", ["x", "0" * 32, "'", "", "%00"])
def test_an_odd_key_is_an_empty_form(office, key):
    form = FORMS["company"]
    client, address, _ = open_form(office, form)

    assert client.get(address, {"rascunho": key}).status_code == 200


def test_the_button_that_saves_over_is_not_pressed_again(office):
    form = FORMS["company"]
    client, address, values = open_form(office, form)
    answer = send_after_the_end(client, form, address, values | {"over": "99"})

    page = come_back(client, office[0]["accountant"], answer)
    assert not html.fromstring(page.text).xpath("//*[@name='over']")
    assert "over" not in dict(KeptForm.objects.get().typed)
