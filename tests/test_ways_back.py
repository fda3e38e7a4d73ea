"""Whatever went wrong, a person stays in the pages of Nitro and finds a way on."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError
from django.http import Http404
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.tests.factories import make_buyer
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as of_the_product
from core.ratelimit import LimiterDown
from nfse.tests.firms import make_office
from nfse.tests.populated import make_populated
from tests.test_stranger_firm import OF_THE_FIRM, signed_in

__all__ = ["handler400", "handler403", "handler404", "handler500"]
pytestmark = pytest.mark.django_db


def fail(error):
    def view(_request):
        raise error

    return view


@require_POST
def only_forms(_request):
    return None


urlpatterns = [
    path("notas/falha/403/", fail(PermissionDenied("Só o dono."))),
    path("notas/falha/404/", fail(Http404())),
    path("notas/falha/500/", fail(RuntimeError("segredo"))),
    path("notas/falha/503/", fail(LimiterDown())),
    *of_the_product,
]
in_our_urls = pytest.mark.urls(__name__)


@pytest.fixture
def member(db):
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(make_office(1).accountant)
    return client


def is_framed(answer):
    return all(
        mark in answer.text for mark in ('class="sidebar"', "Notas emitidas", "portal/portal", 'class="bell"')
    )


# --- An address that only takes forms -------------------------------------------------------------------
def open_to_the_end(client, address):
    """Follow the redirects of a GET; a circle never ends."""
    seen = []
    answer = client.get(address)
    while answer.status_code == 302:
        assert address not in seen, seen
        seen.append(address)
        address = answer["Location"]
        answer = client.get(address)
    return address, answer


def test_every_address_of_a_firm_that_only_takes_forms_leads_to_a_page(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    ours = make_populated(1)
    client = signed_in(ours)
    led = {}
    for route in (route for route in OF_THE_FIRM if route.namespace == "nfse"):
        for address in route.addresses(ours.ids):
            if client.put(address).get("Allow") == "POST":
                led[route.name], answer = open_to_the_end(client, address)
                assert answer.status_code == 200, address

    assert led["mirror"] == led["confirm"] == "/notas/emitidas/nova/"
    assert led["upload_logo"] == "/notas/configuracoes/"
    assert led["deactivate_company"] == f"/notas/empresas/{ours.ids['company_id']}/"
    assert led["set_main_phone"] == f"/notas/telefones/{ours.ids['phone_id']}/"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/leads/buscas/nova/", "/leads/"),
        ("/creditos/pedidos/novo/", "/creditos/"),
        ("/creditos/aviso-de-saldo/", "/creditos/extrato/"),
        ("/creditos/aviso-de-saldo/e-mail/", "/creditos/extrato/"),
        ("/conta/tema/", "/conta/"),
        ("/sair/", "/"),
    ],
)
def test_so_does_one_of_a_buyer(client, address, page):
    client.force_login(make_buyer()[0])

    assert open_to_the_end(client, address)[0] == page


def test_who_is_out_comes_to_the_page_by_way_of_sign_in(client):
    answer = client.get("/leads/buscas/nova/")

    assert answer["Location"] == "/entrar/?next=/leads/buscas/nova/"


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Accept": "application/json"}])
def test_a_script_is_told_what_the_address_takes(member, headers):
    answer = member.get("/notas/telefones/previa/", headers=headers)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "só recebe formulários" in answer.content.decode()


def test_an_address_of_machines_leads_nowhere(client):
    answer = client.get("/webhooks/stripe/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_what_is_no_way_to_open_a_page_is_a_page_in_the_frame(member):
    member.handler.enforce_csrf_checks = False

    answer = member.put("/notas/empresas/")

    assert answer.status_code == 405
    assert "Esta página não abre assim" in answer.text
    assert is_framed(answer)
    assert "Content-Security-Policy" in answer


# --- Pages of errors ------------------------------------------------------------------------------------
@in_our_urls
@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/notas/falha/403/", 403, "Só o dono."),
        ("/notas/falha/404/", 404, "Página não encontrada"),
        ("/notas/nada/", 404, "Página não encontrada"),
        ("/notas/falha/500/", 500, "O erro foi registrado."),
        ("/notas/falha/503/", 503, "Voltamos em instantes"),
    ],
)
def test_an_error_in_the_portal_keeps_its_frame(member, address, status, said):
    answer = member.get(address)

    assert answer.status_code == status
    assert said in answer.text
    assert "segredo" not in answer.text
    assert is_framed(answer)
    assert 'href="/painel/"' in answer.text


def test_a_body_that_is_too_large_keeps_the_frame(member):
    answer = member.generic(
        "POST", "/notas/empresas/nova/", b"x" * (10 * 1024 * 1024 + 1), "application/x-www-form-urlencoded"
    )

    assert answer.status_code == 413
    assert is_framed(answer)


def test_a_form_without_its_token_keeps_the_frame(member):
    answer = member.post("/notas/empresas/nova/", {"legal_name": "Padaria"})

    assert answer.status_code == 403
    assert "ficou aberta tempo demais" in answer.text
    assert is_framed(answer)


@in_our_urls
def test_a_buyer_stays_in_the_pages_of_leads(client):
    client.force_login(make_buyer()[0])

    answer = client.get("/leads/nada/")

    assert (answer.status_code, "leads/leads" in answer.text) == (404, True)
    assert "Minhas buscas" in answer.text


def test_who_is_out_sees_the_public_page(client):
    answer = client.get("/nada/")

    assert answer.status_code == 404
    assert 'class="public-header"' in answer.text
    assert 'class="sidebar"' not in answer.text


@in_our_urls
@pytest.mark.parametrize("error", [DatabaseError(), OperationalError(), RuntimeError(), ConnectionError()])
def test_when_the_frame_fails_as_well_the_page_comes_without_it(member, monkeypatch, error):
    def fails(_request):
        raise error

    monkeypatch.setattr("core.responses.find_layout", fails)

    answer = member.get("/notas/falha/500/")

    assert answer.status_code == 500
    assert "O erro foi registrado." in answer.text
    assert 'class="sidebar"' not in answer.text
    assert "X-Request-ID" in answer
