"""The guided path of a new firm: one page, the step that is due, nothing twice (A11, N8)."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from lxml import html

from accounts.models import KeptForm
from fiscal.values import IbsCbs
from nfse.models import Company, InvoiceRequest, ServiceProfile, Taker, TaxProfile
from nfse.tests.firms import (
    COMPANY_CNPJS,
    make_certificate,
    make_city,
    make_company,
    make_request,
    make_service,
    make_tax_profile,
)
from nfse.tests.registered import make_record
from portal.tests.html_forms import read_form

pytestmark = pytest.mark.django_db(transaction=True)
START, ISSUE = reverse("nfse:start"), reverse("nfse:issue")
COMPANY = {
    "passo": "company",
    "document": COMPANY_CNPJS[0],
    "legal_name": "Oficina Nova Ltda",
    "tax_regime": "simples",
    "special_regime": "none",
    "gateway": "national",
    "nfse_enabled": "on",
    "city": "Santa Maria - RS",
    "city_code": "4316907",
}
TAX = {"passo": "tax", "simples_apportionment": "1", "total_tax_percent": "6,00"}
SERVICE = {
    "passo": "service",
    "nickname": "Suporte",
    "ctribnac": "1.07.01",
    "incidence_rule": "provider",
}


def step_of(client, company=None):
    address = f"{START}?empresa={company.pk}" if company else START
    return client.get(address).context["step"]


def test_a_firm_without_a_company_begins_with_its_cnpj(accountant):
    make_city()
    assert step_of(accountant) == "company"

    answer = accountant.post(START, COMPANY)

    company = Company.objects.get()
    assert answer["Location"] == f"{START}?empresa={company.pk}"
    assert step_of(accountant) == "certificate"


def test_each_step_is_what_the_company_lacks(accountant, office, company):
    assert step_of(accountant) == "certificate"
    make_certificate(office, company)
    assert step_of(accountant) == "tax"
    make_tax_profile(company)
    assert step_of(accountant) == "service"
    make_service(company)
    assert step_of(accountant) == "note"
    make_request(company, issued=True)
    assert step_of(accountant) == "done"


def test_taxes_and_service_are_saved_and_the_firm_is_the_first_taker(accountant, office, company):
    make_certificate(office, company)
    make_record(cnpj=office.firm.document)
    shown = accountant.get(START).context["form"]
    rest = {name: shown[name].value() for name in ("limit_cents", "series")}

    accountant.post(START, TAX | rest)
    accountant.post(START, SERVICE)

    assert TaxProfile.objects.get(company=company).total_tax_percent == 6
    assert ServiceProfile.objects.get(company=company).ctribnac == "010701"
    assert Taker.objects.get().cnpj == office.firm.document
    form = accountant.get(START).context["form"]
    assert form["amount"].value() == "1,00"
    assert form["taker_id"].value() == Taker.objects.get().pk


def test_a_step_that_was_done_meanwhile_is_not_done_twice(accountant, office, company):
    make_certificate(office, company)
    make_tax_profile(company)
    make_service(company)

    answer = accountant.post(START, SERVICE)

    assert answer.status_code == 302
    assert ServiceProfile.objects.count() == 1


def test_a_refused_step_keeps_what_was_typed_and_says_why(accountant, company, office):
    make_certificate(office, company)
    make_tax_profile(company)

    answer = accountant.post(START, SERVICE | {"ctribnac": "nada disso"})

    assert answer.status_code == 422
    assert answer.context["form"]["nickname"].value() == "Suporte"
    assert "ctribnac" in answer.context["form"].errors


def test_another_firm_s_company_is_not_there(accountant, other_company):
    assert accountant.get(f"{START}?empresa={other_company.pk}").status_code == 404


def test_a_second_company_has_its_own_path(accountant, office, company):
    make_request(company, issued=True)
    second = make_company(office.firm, COMPANY_CNPJS[1])
    assert step_of(accountant) == "done"
    assert step_of(accountant, second) == "certificate"


def test_what_was_typed_comes_back_after_the_session_ended(accountant, office, company):
    make_certificate(office, company)
    make_tax_profile(company)
    typed = read_form(accountant.get(START), "passo") | {"nickname": "Digitado às pressas"}
    Session.objects.all().delete()

    accountant.post(START, typed)
    accountant.force_login(office.accountant)
    back = accountant.get(START, {"rascunho": KeptForm.objects.get().key})

    assert read_form(back, "passo")["nickname"] == "Digitado às pressas"


# --- What became of the test note -------------------------------------------------------------------------
def look(client, **headers):
    return client.get(START, headers=headers).text


def test_a_note_that_waits_is_not_called_done_and_is_followed(accountant, ready):
    asked = make_request(ready)

    assert "está feita" not in look(accountant)
    assert "Situação: Na fila" in look(accountant)
    part = look(accountant, **{"HX-Request": "true"})
    assert "data-poll" in part
    assert "<html" not in part

    InvoiceRequest.objects.filter(pk=asked.pk).update(state="rejected")
    part = look(accountant, **{"HX-Request": "true"})
    assert "A nota de teste não foi emitida" in part
    assert "data-poll" not in part
    assert "A nota de teste anterior não foi emitida" in look(accountant), "and the form is there again"


def test_a_note_that_was_issued_is_done(accountant, ready):
    make_request(ready, issued=True)

    assert "A primeira nota está feita" in look(accountant)
    assert "data-poll" not in look(accountant, **{"HX-Request": "true"})


# --- The test note and the page of notes do not share what was typed -------------------------------------
@pytest.fixture
def ready(office, company):
    make_certificate(office, company)
    make_tax_profile(company)
    make_service(company)
    return company


def draft_of(answer):
    return html.fromstring(answer.text).xpath("//form/@data-draft")[0]


def test_the_test_note_has_a_draft_of_its_own(accountant, ready):
    path = draft_of(accountant.get(START))
    note = read_form(accountant.get(START), "form_key") | {"amount": "1,2"}

    assert path != draft_of(accountant.get(ISSUE))
    assert "data-draft-comes-back" in accountant.get(START).text
    for address in ("restore_draft", "mirror", "confirm"):
        assert draft_of(accountant.post(reverse(f"nfse:{address}"), note)) == path


def test_the_test_note_comes_back_to_the_path_after_the_session_ended(accountant, office, ready):
    note = read_form(accountant.get(START), "form_key") | {"description": "Digitado às pressas"}
    Session.objects.all().delete()

    accountant.post(reverse("nfse:confirm"), note)
    accountant.force_login(office.accountant)
    kept = {"rascunho": KeptForm.objects.get().key}

    assert accountant.get(START, kept).context["form"]["description"].value() == "Digitado às pressas"
    assert accountant.get(ISSUE, kept).context["form"]["description"].value() != "Digitado às pressas"


def test_what_another_step_was_sent_with_does_not_blank_the_test_note(accountant, office, company):
    make_certificate(office, company)
    make_tax_profile(company)
    accountant.post(START, read_form(accountant.get(START), "passo") | {"ctribnac": "nada disso"})
    make_service(company)  # somebody else did this step meanwhile

    form = accountant.get(START, {"rascunho": KeptForm.objects.get().key}).context["form"]

    assert form["guided"].value() == "1"
    assert form["amount"].value() == "1,00"
    assert form["form_key"].value()


def test_the_test_note_waits_on_the_path_while_its_taker_is_registered(accountant, ready):
    note = read_form(accountant.get(START), "form_key") | {"amount": "7,70", "cadastrar": "tomador"}

    new_taker = accountant.post(reverse("nfse:mirror"), note)["Location"]
    back = accountant.post(new_taker, {"document": "529.982.247-25", "name": "Dona Maria"}, follow=True)

    assert back.request["PATH_INFO"] == START
    form = back.context["form"]
    assert form["amount"].value() == "7,70"
    assert form["taker"].value().startswith("Dona Maria")


def test_a_company_in_production_is_led_to_the_page_of_notes_that_count(accountant, office, company):
    make_certificate(office, company)
    make_tax_profile(company)
    make_service(company)
    company.environment = "production"
    company.save()

    answer = accountant.get(f"{START}?empresa={company.pk}")

    assert answer["Location"] == f"{reverse('nfse:issue')}?empresa={company.pk}"


CHOSEN = {
    "default_withheld": True,
    "ibs_cbs": IbsCbs(cindop="100501", cst="000", cclasstrib="000001").to_dict(),
    "send_municipal_registration": True,
    "allow_unidentified_taker": True,
    "email_to_taker": True,
}


def test_what_the_step_of_taxes_does_not_ask_stays_as_it_was_chosen(accountant, office, company):
    make_certificate(office, company)
    make_tax_profile(company, total_tax_percent=None, **CHOSEN)
    typed = read_form(accountant.get(START), "passo") | {"total_tax_percent": "6,00"}

    assert accountant.post(START, typed).status_code == 302

    profile = TaxProfile.objects.get()
    assert profile.total_tax_percent == 6
    assert {name: getattr(profile, name) for name in CHOSEN} == CHOSEN


def test_the_iss_of_a_company_that_became_a_mei_is_not_withheld(accountant, office, company):
    make_certificate(office, company)
    make_tax_profile(company, **CHOSEN)
    company.tax_regime = "mei"
    company.save()

    assert accountant.post(START, read_form(accountant.get(START), "passo")).status_code == 302

    assert TaxProfile.objects.get().default_withheld is False


def test_a_limit_that_somebody_changed_meanwhile_is_told_and_not_changed_back(accountant, office, company):
    make_certificate(office, company)
    make_tax_profile(company)
    page = f"/notas/empresas/{company.pk}/fiscal/"
    theirs = read_form(accountant.get(page)) | {"limit_cents": "500,00"}
    TaxProfile.objects.update(total_tax_percent=None)
    mine = read_form(accountant.get(START), "passo") | {"total_tax_percent": "7,00"}
    accountant.post(page, theirs)
    TaxProfile.objects.update(total_tax_percent=None)

    answer = accountant.post(START, mine)

    assert answer.status_code == 422
    assert "Mudou depois que você abriu" in answer.text
    assert TaxProfile.objects.get().limit_cents == 50_000
