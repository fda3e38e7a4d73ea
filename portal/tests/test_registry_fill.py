"""The Receita's answer inside a form (A13, A19; R47, R55, R89)."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from nfse.tests.firms import make_city
from nfse.tests.registered import BAKERY_CNPJ, make_record, make_unanswered
from queue_worker.models import WorkItem
from registry.models import CnpjRecord

pytestmark = pytest.mark.django_db
URL = "/notas/preencher/"


@pytest.fixture
def attendant(client, office):
    client.force_login(office.attendant)
    return client


def ask(client, cnpj):
    return client.post(URL, {"cnpj": cnpj}, HTTP_HX_REQUEST="true").content.decode()


def read(client, cnpj):
    return client.get(URL, {"cnpj": cnpj}, HTTP_HX_REQUEST="true").content.decode()


def filled(text):
    found = re.search(r'data-fill="([^"]*)"', text)
    return json.loads(unescape(found[1])) if found else None


def test_a_new_cnpj_is_asked_for_and_the_fragment_reads_until_it_is_there(attendant):
    text = ask(attendant, "11.444.777/0001-61")
    assert "Consultando a Receita" in text
    assert f'hx-get="{URL}?cnpj={BAKERY_CNPJ}"' in text
    assert CnpjRecord.objects.get().state == "pending"
    assert read(attendant, BAKERY_CNPJ) == text
    assert WorkItem.objects.count() == 1


def test_reading_asks_nobody(attendant):
    text = read(attendant, BAKERY_CNPJ)
    assert "data-poll" not in text
    assert "Receita" not in text
    assert not CnpjRecord.objects.exists()
    assert not WorkItem.objects.exists()


def test_reading_old_data_asks_nobody_and_asking_does(attendant):
    make_record(fetched_at=timezone.now() - timedelta(days=365))
    assert filled(read(attendant, BAKERY_CNPJ))
    assert not WorkItem.objects.exists()
    assert "Consultando a Receita" in ask(attendant, BAKERY_CNPJ)
    assert WorkItem.objects.count() == 1


@pytest.mark.parametrize("address", [URL, "/notas/empresas/preencher/"])
def test_nobody_asks_without_the_token(office, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.owner)
    assert client.post(address, {"cnpj": BAKERY_CNPJ}).status_code == 403
    assert not CnpjRecord.objects.exists()


def test_asking_is_limited_and_reading_is_not(attendant):
    # A minute of the clock may end on the way: more than two of them allow.
    answers = [attendant.post(URL, {"cnpj": BAKERY_CNPJ}).status_code for _ in range(121)]
    assert answers[:60] == [200] * 60
    assert 429 in answers
    assert attendant.get(URL, {"cnpj": BAKERY_CNPJ}).status_code == 200


def test_what_the_receita_says_comes_by_field_name(attendant):
    make_city()
    make_record()
    text = ask(attendant, BAKERY_CNPJ)
    assert filled(text) == {
        "name": "PADARIA CENTRAL LTDA",
        "legal_name": "PADARIA CENTRAL LTDA",
        "trade_name": "PADARIA CENTRAL",
        "street": "RUA DO ACAMPAMENTO",
        "number": "100",
        "district": "CENTRO",
        "postal_code": "97050-000",
        "city": "Santa Maria - RS",
        "city_code": "4316907",
        "phone": "(55) 3222-1100",
        "email": "contato@padaria.example",
        "main_cnae": "4721102",
        "main_cnae_text": "4721-1/02 Padaria e confeitaria com predominância de revenda",
        "opening_date": "2010-05-03",
    }
    assert "Ativa" in text
    assert "data-poll" not in text


@pytest.mark.parametrize(
    ("state", "words"),
    [("not_found", "não existe na Receita"), ("unknown", "não respondeu agora")],
)
def test_an_end_without_data_says_so_and_stops_asking(attendant, state, words):
    make_unanswered(state=state)
    text = read(attendant, BAKERY_CNPJ)
    assert words in text
    assert "data-poll" not in text
    assert not WorkItem.objects.exists()


def test_who_asks_anew_after_no_answer_is_served(attendant):
    make_unanswered(state="unknown")
    assert "Consultando a Receita" in ask(attendant, BAKERY_CNPJ)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("11.222.333/0001-82", "CNPJ inválido"), ("12", "CNPJ inválido"), ("", ""), ("529.982.247-25", "")],
)
def test_only_a_cnpj_is_asked_for(attendant, typed, words):
    for text in (ask(attendant, typed), read(attendant, typed)):
        assert words in text
        assert not words or "data-fill" not in text
    assert not CnpjRecord.objects.exists()


def test_alphanumeric_cnpjs_are_asked_for(attendant):
    assert "Consultando" in ask(attendant, "12.abc.345/01de-35")
    assert CnpjRecord.objects.get().cnpj == "12ABC34501DE35"


def test_outside_text_is_escaped(attendant):
    make_record(legal_name='<script>"x"</script>')
    text = ask(attendant, BAKERY_CNPJ)
    assert "<script>" not in text
    assert filled(text)["name"] == '<script>"x"</script>'


def test_a_stranger_gets_401(client):
    for send in (client.get, client.post):
        assert send(URL, {"cnpj": BAKERY_CNPJ}, HTTP_HX_REQUEST="true").status_code == 401
