"""The CNPJ look-up (A20; N9, R47, R55)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nfse.models import Taker
from nfse.services.takers import update_registry_status
from nfse.tests.firms import make_city, make_taker
from nfse.tests.registered import BAKERY_CNPJ, make_record, make_unanswered
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due
from registry.models import CnpjRecord
from registry.services.lookups import request_cnpj

pytestmark = pytest.mark.django_db
PAGE, RESULT, ADD = "/notas/consulta/", "/notas/consulta/resultado/", "/notas/consulta/adicionar/"


@pytest.fixture
def attendant(client, office):
    client.force_login(office.attendant)
    return client


def text_of(answer):
    return " ".join(answer.content.decode().split())


def ask(client, cnpj=BAKERY_CNPJ):
    return client.post(PAGE, {"cnpj": cnpj}, follow=True)


ASK = f'name="cnpj" value="{BAKERY_CNPJ}"'  # the button of the result, which posts


def test_a_cnpj_is_asked_for_once_and_the_result_reads_until_it_is_there(attendant):
    assert "data-poll" not in text_of(attendant.get(PAGE))
    for typed in ("11.444.777/0001-61", BAKERY_CNPJ):
        answer = ask(attendant, typed)
        assert answer.redirect_chain == [(f"{PAGE}?cnpj={BAKERY_CNPJ}", 302)]
        text = text_of(answer)
        assert "Consultando" in text
        assert ASK not in text
        assert f'hx-get="{RESULT}?cnpj={BAKERY_CNPJ}"' in text
    assert WorkItem.objects.count() == 1


@pytest.mark.parametrize("typed", ["11.222.333/0001-82", "", "52998224725", "\x00", "x" * 500])
def test_digits_are_checked_before_anybody_is_asked(attendant, typed):
    for send, status in ((attendant.post, 422), (attendant.get, 200)):
        answer = send(PAGE, {"cnpj": typed})
        assert answer.status_code == status
        assert answer.context["form"].errors["cnpj"]
        assert answer.context["form"]["cnpj"].value() == typed
    assert not CnpjRecord.objects.exists()


def test_letters_are_taken(attendant):
    assert "12.ABC.345/01DE-35" in text_of(ask(attendant, "12abc34501de35"))


def test_an_address_with_a_cnpj_fills_the_form_and_asks_nobody(attendant):
    text = text_of(attendant.get(PAGE, {"cnpj": BAKERY_CNPJ}))
    assert 'value="11.444.777/0001-61"' in text
    assert "Ainda não consultamos" in text
    assert ASK in text
    assert "data-poll" not in text
    assert not CnpjRecord.objects.exists()
    assert not WorkItem.objects.exists()


@pytest.mark.parametrize(
    ("days", "is_old"), [(29, False), (31, True)], ids=["within REGISTRY_MAX_AGE_DAYS", "older"]
)
def test_old_data_are_shown_with_a_button_that_asks_for_newer(attendant, days, is_old):
    make_record(fetched_at=timezone.now() - timedelta(days=days))
    text = text_of(attendant.get(PAGE, {"cnpj": BAKERY_CNPJ}))
    assert "PADARIA CENTRAL LTDA" in text
    assert ("Buscar dados de hoje" in text) == is_old
    assert not WorkItem.objects.exists()
    assert ("Consultando" in text_of(ask(attendant))) == is_old
    assert WorkItem.objects.count() == is_old


def test_nobody_asks_without_the_token(office):
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.attendant)
    assert client.post(PAGE, {"cnpj": BAKERY_CNPJ}).status_code == 403
    assert not CnpjRecord.objects.exists()


def test_asking_is_limited_and_reading_is_not(attendant):
    # A minute of the clock may end on the way: more than two of them allow.
    answers = [attendant.post(PAGE, {"cnpj": BAKERY_CNPJ}).status_code for _ in range(121)]
    assert answers[:60] == [302] * 60
    assert 429 in answers
    assert attendant.get(PAGE, {"cnpj": BAKERY_CNPJ}).status_code == 200


def test_what_was_found_is_shown_with_source_and_date(attendant):
    make_record()
    for path in (PAGE, RESULT):
        text = text_of(attendant.get(path, {"cnpj": BAKERY_CNPJ}))
        for words in (
            "PADARIA CENTRAL LTDA", "Ativa", "4721-1/02", "RUA DO ACAMPAMENTO", "97050-000",
            "Microempresa", "03/05/2010", "Receita Federal, pela BrasilAPI", "Adicionar aos tomadores",
        ):  # fmt: skip
            assert words in text, (path, words)
        assert "data-poll" not in text


@pytest.mark.parametrize(
    ("state", "words"), [("not_found", "Duas fontes"), ("unknown", "não respondeu agora")]
)
def test_an_end_without_data_says_so(attendant, state, words):
    make_unanswered(state=state)
    for path in (PAGE, RESULT):
        text = text_of(attendant.get(path, {"cnpj": BAKERY_CNPJ}))
        assert words in text
        assert (ASK in text) == (state == "unknown")
        assert "data-poll" not in text
    assert not WorkItem.objects.exists()


def test_who_asks_anew_after_no_answer_is_served(attendant):
    make_unanswered(state="unknown")
    assert "Consultando" in text_of(ask(attendant))
    assert WorkItem.objects.count() == 1


def test_an_old_absence_may_be_asked_about_again(attendant):
    row = make_unanswered(state="not_found")
    row.fetched_at -= timedelta(hours=25)
    row.save()
    assert ASK in text_of(attendant.get(PAGE, {"cnpj": BAKERY_CNPJ}))
    assert "Consultando" in text_of(ask(attendant))


def test_one_denial_and_one_silence_are_told_apart_from_no_answer(attendant):
    row = make_unanswered(state="unknown")
    row.silent_sources = ["brasilapi"]
    row.save()
    for path in (RESULT, "/notas/preencher/"):
        text = text_of(attendant.get(path, {"cnpj": BAKERY_CNPJ}))
        assert "Uma fonte não" in text, path


def test_the_result_alone_asks_nobody(attendant):
    assert attendant.get(RESULT, {"cnpj": BAKERY_CNPJ}).status_code == 302
    assert not CnpjRecord.objects.exists()


def test_what_was_found_becomes_a_taker_that_is_in_the_list_at_once(attendant):
    make_city()
    make_record()
    assert attendant.post(ADD, {"cnpj": BAKERY_CNPJ}).status_code == 302
    taker = Taker.objects.get()
    assert (taker.name, taker.phone, taker.city_id) == ("PADARIA CENTRAL LTDA", "+555532221100", "4316907")
    assert taker.registry_status == "02"
    assert "PADARIA CENTRAL LTDA" in text_of(attendant.get("/notas/tomadores/"))
    assert "Já é tomador" in text_of(attendant.get(PAGE, {"cnpj": BAKERY_CNPJ}))


def test_added_twice_it_is_one(attendant, office):
    taker = make_taker(office.firm)
    make_record()
    answer = attendant.post(ADD, {"cnpj": BAKERY_CNPJ})
    assert answer["Location"] == f"/notas/tomadores/{taker.pk}/"
    assert Taker.objects.count() == 1


def test_who_is_closed_is_not_added(attendant):
    make_record(status="08")
    assert "Adicionar aos tomadores" not in text_of(attendant.get(PAGE, {"cnpj": BAKERY_CNPJ}))
    answer = attendant.post(ADD, {"cnpj": BAKERY_CNPJ, "accept_status": "on"})
    assert answer.status_code == 422
    assert "baixado ou nulo" in text_of(answer)
    assert not Taker.objects.exists()


def test_who_is_suspended_is_asked_about(attendant):
    make_record(status="03")
    assert "Sei da situação" in text_of(attendant.get(PAGE, {"cnpj": BAKERY_CNPJ}))
    assert attendant.post(ADD, {"cnpj": BAKERY_CNPJ}).status_code == 422
    assert attendant.post(ADD, {"cnpj": BAKERY_CNPJ, "accept_status": "on"}).status_code == 302
    assert Taker.objects.get().registry_status == "03"


@pytest.mark.parametrize("cnpj", [BAKERY_CNPJ, "", "1"])
def test_what_nobody_looked_up_is_not_added(attendant, cnpj):
    assert attendant.post(ADD, {"cnpj": cnpj}).status_code == 302
    assert not Taker.objects.exists()


def test_registry_text_that_fits_no_field_is_cut_or_left_out(attendant):
    make_record(
        legal_name="X" * 300, street="Y" * 300, number="Z" * 60, email="isto não", phones=("+551",),
        ibge_code="", city_name="Nenhures", postal_code="1",
    )  # fmt: skip
    assert attendant.post(ADD, {"cnpj": BAKERY_CNPJ}).status_code == 302
    taker = Taker.objects.get()
    assert (len(taker.name), taker.email, taker.phone, taker.city, taker.postal_code) == (
        160, "", "", None, ""
    )  # fmt: skip


def test_other_accounts_look_up_the_same_and_keep_their_own(attendant, other_office):
    make_record()
    make_taker(other_office.firm)
    assert "Já é tomador" not in text_of(attendant.get(PAGE, {"cnpj": BAKERY_CNPJ}))


@pytest.mark.django_db(transaction=True)
def test_every_firms_taker_learns_what_the_receita_says_now(office, other_office, sandbox):
    make_city()
    cnpj = sandbox.world("pet shop", "Santa Maria - RS")["right"][0]
    takers = [make_taker(one.firm, cnpj) for one in (office, other_office)]
    stranger = make_taker(office.firm)
    request_cnpj(cnpj=cnpj)
    run_due()
    for taker in takers:
        taker.refresh_from_db()
        assert (taker.registry_status, taker.registry_fetched_at is None) == ("02", False)
    stranger.refresh_from_db()
    assert stranger.registry_status == ""


def test_older_news_of_a_taker_are_no_news(office):
    taker = make_taker(office.firm, registry_status="08", registry_fetched_at=timezone.now())
    older = timezone.now() - timedelta(days=1)
    update_registry_status(cnpj=BAKERY_CNPJ, status="02", fetched_at=older)
    taker.refresh_from_db()
    assert taker.registry_status == "08"
