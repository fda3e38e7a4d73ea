"""Pages of certificates: sending one, its refusals, the list (A17, N4)."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from fiscal.documents import certificates as refusals
from nfse.models import Certificate, Company
from nfse.services.certificates import CertificateOfAnother, SameRootNotAccepted
from nfse.tests.firms import COMPANY_CNPJS, make_certificate, make_company
from sandbox import pki

pytestmark = pytest.mark.django_db
PASSWORD = "segredo-do-teste"
CNPJ, BRANCH, FOREIGN = "12345678000195", "12345678000276", "98765432000198"
LIST = "/notas/certificados/"


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Certificates of an authority made for this file, each kind made once."""
    home, made = tmp_path_factory.mktemp("authority"), {}

    def pfx(document=CNPJ, **how):
        key = (document, *sorted(how.items()))
        if key not in made:
            made[key] = pki.make_pfx(document, "OFICINA DO VALE LTDA", PASSWORD, home=home, **how)
        return made[key]

    return pfx


@pytest.fixture
def upload(client, office, company, make):
    """Send a file as the form does; `htmx` as the page with JavaScript does."""

    def send(data=None, password=PASSWORD, *, role="accountant", htmx=False, to=None, **more):
        client.force_login(getattr(office, role))
        file = SimpleUploadedFile("empresa.pfx", make() if data is None else data)
        return client.post(
            reverse("nfse:upload_certificate", args=[(to or company).pk]),
            {"file": file, "password": password, **more},
            headers={"HX-Request": "true"} if htmx else {},
        )

    return send


def problems(response):
    return list(response.context["form"].non_field_errors())


# --- Sending -----------------------------------------------------------------------------------------
def test_a_certificate_is_accepted_and_shown_in_the_history(company, page, upload):
    response = upload()
    assert response.url == f"/notas/empresas/{company.pk}/?aba=certificados"
    text = page(response.url).text
    assert "OFICINA DO VALE LTDA" in text
    assert "em uso" in text


def test_with_javascript_the_browser_is_sent_to_the_company(company, upload):
    response = upload(htmx=True)
    assert response.headers["HX-Redirect"] == f"/notas/empresas/{company.pk}/?aba=certificados"


@pytest.mark.parametrize("kind", ["rc2", "3des"])
def test_old_files_are_opened(upload, make, kind):
    assert upload(make(kind=kind)).status_code == 302


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("expired", refusals.Expired),
        ("not yet valid", refusals.NotYetValid),
        ("no client auth", refusals.NotForClients),
        ("no document", refusals.WithoutDocument),
    ],
)
def test_a_certificate_that_cannot_sign_is_refused_in_its_words(upload, make, kind, error):
    response = upload(make(kind=kind))
    assert (response.status_code, problems(response)) == (422, [error.message])
    assert error.message in response.text
    assert not Certificate.objects.exists()


def test_a_wrong_password_a_wrong_file_and_a_big_one_are_refused_each_in_its_words(upload):
    assert problems(upload(password="outra")) == [refusals.WrongPassword.message]
    assert problems(upload(b"%PDF-1.7")) == [refusals.NotAPfx.message]
    assert problems(upload(b"")) == [refusals.NotAPfx.message]
    response = upload(b"0" * (refusals.MAX_PFX_BYTES + 1))
    assert response.context["form"].errors["file"] == [refusals.PfxTooBig.message]
    assert response.status_code == 422


def test_no_file_is_asked_for(client, office, company):
    client.force_login(office.owner)
    response = client.post(reverse("nfse:upload_certificate", args=[company.pk]), {"password": PASSWORD})
    assert response.status_code == 422
    assert "Escolha o arquivo" in response.text


def test_the_certificate_of_another_company_is_refused_even_if_accepted(upload, make):
    response = upload(make(FOREIGN), accept_same_root="on")
    sentence = CertificateOfAnother("OFICINA DO VALE LTDA", FOREIGN).message
    assert problems(response) == [sentence]
    assert "id_accept_same_root" not in response.text


def test_another_branch_is_asked_about_and_then_accepted(upload, make):
    response = upload(make(BRANCH))
    assert response.status_code == 422
    assert SameRootNotAccepted(BRANCH).message in response.text
    assert 'id="id_accept_same_root"' in response.text
    assert "escolha o arquivo e digite a senha de novo" in response.text
    assert upload(make(BRANCH), accept_same_root="on").status_code == 302
    assert Certificate.objects.get().is_same_root


def test_with_javascript_only_the_refusal_is_answered_so_that_the_file_stays(upload, make):
    response = upload(make(BRANCH), htmx=True)
    assert response.status_code == 422
    assert response.text.lstrip().startswith('<div id="recusa">')
    assert "O arquivo e a senha continuam escolhidos" in response.text
    assert refusals.PfxTooBig.message in upload(b"0" * (refusals.MAX_PFX_BYTES + 1), htmx=True).text


def test_the_box_is_not_there_before_it_is_needed(company, page):
    text = page(reverse("nfse:upload_certificate", args=[company.pk])).text
    assert "accept_same_root" not in text
    assert 'autocomplete="off"' in text


@pytest.mark.parametrize("htmx", [False, True])
def test_the_password_never_comes_back(upload, htmx):
    for response in (upload(b"%PDF-1.7", htmx=htmx), upload(b"", htmx=htmx)):
        assert PASSWORD not in response.text


def test_too_many_tries_are_stopped(upload):
    codes = [upload(b"%PDF-1.7").status_code for _ in range(31)]
    assert codes[-1] == 429


# --- The list ----------------------------------------------------------------------------------------
@pytest.fixture
def three(office, company):
    """Ending, fine and expired, of three companies; the oldest end is the last one made."""
    others = [
        make_company(office.firm, document, legal_name=name)
        for document, name in ((COMPANY_CNPJS[1], "Beta Ltda"), ("11444777000161", "Gama Ltda"))
    ]
    now = timezone.now()
    for one, days in ((company, 10), (others[0], 200), (others[1], -5)):
        make_certificate(office, one, until=now + timedelta(days=days))
    return [company, *others]


def names(response):
    return [one.company.legal_name for one in response.context["page"]]


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("", ["Gama Ltda", "Oficina do Vale Ltda", "Beta Ltda"]),
        ("ending", ["Oficina do Vale Ltda"]),
        ("expired", ["Gama Ltda"]),
        ("ok", ["Beta Ltda"]),
    ],
)
def test_the_nearest_end_is_first_and_tabs_count_what_they_show(three, page, state, found):
    response = page(LIST, situacao=state)
    assert names(response) == found
    counts = {label: count for _name, label, count in response.context["tabs"]}
    assert counts == {"Todos": 3, "Vencem em 30 dias": 1, "Vencidos": 1, "Em dia": 1}


def test_days_left_and_the_state_at_plugnotas_are_shown(three, page):
    Company.objects.filter(legal_name="Beta Ltda").update(gateway="plugnotas", plugnotas_state="error")
    text = page(LIST).text
    for shown in ("10 dias", "200 dias", "Vencido", "Com erro"):
        assert shown in text, shown


def test_a_search_minds_neither_accents_nor_wildcards(three, page):
    Company.objects.filter(legal_name="Beta Ltda").update(trade_name="Clínica São José")
    for typed, found in (("clinica", ["Beta Ltda"]), ("béta", ["Beta Ltda"]), ("c%a", [])):
        assert names(page(LIST, q=typed)) == found, typed


def test_the_list_is_searched_and_keeps_the_tab(three, page):
    response = page(LIST, q="beta", situacao="ok")
    assert names(response) == ["Beta Ltda"]
    assert 'name="situacao" value="ok"' in response.text


def test_companies_without_one_are_counted_and_linked(office, three, page):
    make_company(office.firm, "11222333000181", legal_name="Delta Ltda")
    response = page(LIST)
    assert "1 empresa ativa sem certificado não emite notas." in response.text
    linked = page("/notas/empresas/", situacao="bloqueadas", certificado="none")
    assert [row.company.legal_name for row in linked.context["rows"]] == ["Delta Ltda"]


def test_replaced_certificates_and_inactive_companies_are_left_out(office, company, page):
    make_certificate(office, company, is_active=False)
    closed = make_company(office.firm, COMPANY_CNPJS[1], legal_name="Beta Ltda", is_active=False)
    make_certificate(office, closed)
    assert names(page(LIST)) == []


def test_the_list_asks_the_same_number_of_queries_for_1_and_for_20(
    office, page, django_assert_max_num_queries
):
    def add(number):
        company = make_company(office.firm, f"1144477700{number:02}00", legal_name=f"Loja {number}")
        make_certificate(office, company)

    add(0)
    page(LIST)
    with django_assert_max_num_queries(20) as few:
        page(LIST)
    for number in range(1, 20):
        add(number)
    with django_assert_max_num_queries(len(few)) as many:
        page(LIST)
    assert not any("nfse_certificatesecret" in query["sql"] for query in many.captured_queries)


# --- Who may -----------------------------------------------------------------------------------------
def test_attendants_see_and_send_no_certificate(company, page, upload):
    assert page(LIST, role="attendant").status_code == 403
    assert upload(role="attendant").status_code == 403
    assert not Certificate.objects.exists()


def test_strangers_meet_nothing(other_office, other_company, page, upload):
    make_certificate(other_office, other_company)
    assert names(page(LIST)) == []
    assert upload(to=other_company).status_code == 404
    assert page(reverse("nfse:upload_certificate", args=[other_company.pk])).status_code == 404
