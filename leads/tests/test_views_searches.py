"""Minhas buscas and one search: states, live progress, cancel, hide, repeat (L12, L13)."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads.models import Search
from leads.services.delivery import deliver_leads
from leads.tests.factories import make_companies, make_niche, make_search
from registry.tests.factories import make_city

pytestmark = pytest.mark.django_db
LIST = "/leads/buscas/"


@pytest.fixture
def dona(client, user):
    client.force_login(user)
    return client


def page_text(answer):
    return " ".join(answer.content.decode().split())


def deliver(search, count, *, start=1):
    deliver_leads(
        search_id=search.pk, company_ids=[company.pk for company in make_companies(count, start=start)]
    )


def end(search, status="completed", reason=""):
    Search.objects.filter(pk=search.pk).update(status=status, reason=reason, finished_at=timezone.now())


def url(name, search):
    return reverse(f"leads:{name}", args=[search.pk])


# --- The list --------------------------------------------------------------------------------------
def test_the_list_shows_what_was_asked_what_came_and_what_it_cost(dona, account):
    search = make_search(account, quantity=40)
    deliver(search, 2)
    text = page_text(dona.get(LIST))
    assert "Pet Shop em Santa Maria - RS" in text
    assert "<b>2</b> de 40" in text


def test_all_searches_are_there_twenty_a_page(dona, account):
    for _ in range(23):
        make_search(account)
    assert len(dona.get(LIST).context["searches"]) == 20
    second = dona.get(f"{LIST}?page=2")
    assert len(second.context["searches"]) == 3
    assert "21–23 de 23" in page_text(second)


@pytest.mark.parametrize("page", ["0", "-1", "99", "abc"])
def test_a_page_that_does_not_exist_shows_one_that_does(dona, account, page):
    make_search(account)
    assert len(dona.get(f"{LIST}?page={page}").context["searches"]) == 1


def test_the_number_of_queries_does_not_depend_on_the_rows(dona, account, django_assert_num_queries):
    make_search(account)
    dona.get(LIST)
    with django_assert_num_queries(6):
        dona.get(LIST)
    for number in range(5):
        deliver(make_search(account), 2, start=number * 2 + 1)
    with django_assert_num_queries(6):
        dona.get(LIST)


def test_the_list_asks_again_while_something_runs_and_answers_without_the_page(dona, account):
    search = make_search(account)
    assert "data-poll" in page_text(dona.get(LIST))
    answer = dona.get(LIST, headers={"HX-Request": "true"})
    assert "<html" not in page_text(answer)
    end(search)
    assert "data-poll" not in page_text(dona.get(LIST, headers={"HX-Request": "true"}))


def test_nothing_yet_leads_to_the_first_search(dona):
    assert "Você ainda não fez buscas" in page_text(dona.get(LIST))


@pytest.mark.parametrize(
    ("status", "reason", "sentence"),
    [
        ("partial", "exhausted", "Não achamos mais empresas novas deste nicho nesta cidade."),
        ("partial", "provider", "O buscador ficou fora do ar. Você pagou só pelo que recebeu."),
        ("partial", "credits", "Seu saldo acabou no meio da busca."),
        ("failed", "provider", "O buscador ficou fora do ar antes da primeira empresa."),
    ],
)
def test_the_reason_is_said_in_the_list_and_in_the_search(dona, account, status, reason, sentence):
    search = make_search(account)
    if status == "partial":
        deliver(search, 1)
    end(search, status, reason)
    assert sentence in page_text(dona.get(LIST))
    assert sentence in page_text(dona.get(url("search", search)))


# --- One search ------------------------------------------------------------------------------------
def test_a_running_search_shows_real_counts_and_a_cancel_button(dona, account):
    search = make_search(account, quantity=40, found_count=23, checked_count=20)
    deliver(search, 3)
    text = page_text(dona.get(url("search", search)))
    assert '<progress class="progress-native search-progress" value="3" max="40"' in text
    assert "Cancelar busca" in text
    assert "data-poll" in text
    assert "Valdora 1" in text


def test_a_final_search_stops_asking_and_offers_export_repeat_and_hide(dona, account):
    search = make_search(account)
    deliver(search, 1)
    end(search)
    text = page_text(dona.get(url("search", search)))
    assert "data-poll-limit" not in text
    assert all(words in text for words in ("Exportar CSV", "Repetir busca", "Arquivar"))


def test_a_search_without_result_says_that_nothing_was_charged(dona, account):
    search = make_search(account)
    end(search, "completed", "exhausted")
    text = page_text(dona.get(url("search", search)))
    assert "Nenhuma empresa nesta busca" in text
    assert "Nada foi cobrado." in text


@pytest.mark.parametrize(
    ("status", "reason", "sentence"),
    [
        ("completed", "exhausted", "Não encontramos empresas confirmadas deste nicho nesta cidade."),
        ("failed", "provider", "O buscador ficou fora do ar antes da primeira empresa."),
        ("canceled", "canceled", "Você cancelou a busca antes da primeira empresa."),
    ],
)
def test_a_search_that_ends_empty_replaces_the_skeleton_at_once(dona, account, status, reason, sentence):
    kindred = make_niche("Adestrador", slug="adestrador", is_reviewed=True)
    near = make_city("4311205", "Júlio de Castilhos", "RS", latitude=-29.2, longitude=-53.7)
    niche = make_niche("Pet Shop", is_reviewed=True)
    search = make_search(account, niche=niche)
    assert "skeleton" in page_text(dona.get(url("search", search)))
    end(search, status, reason)

    text = page_text(dona.get(url("search_status", search), {"mostradas": "0"}))

    assert 'id="empresas"' in text
    assert "skeleton" not in text
    assert sentence in text
    assert f"/leads/?nicho={kindred.name}&amp;cidade=4316907" in text
    assert f"/leads/?nicho=Pet%20Shop&amp;cidade={near.pk}" in text


def test_a_link_of_an_empty_search_fills_the_form(dona, account):
    city = make_city()
    form = dona.get("/leads/", {"nicho": "Adestrador", "cidade": city.pk}).context["form"]
    assert (form.initial["niche"], form.initial["city"]) == ("Adestrador", "Santa Maria - RS")
    assert dona.get("/leads/", {"nicho": "x", "cidade": "\x00"}).status_code == 200


def test_a_failed_search_says_that_nothing_was_charged(dona, account):
    search = make_search(account)
    end(search, "failed", "provider")
    assert "Nada foi cobrado." in page_text(dona.get(url("search", search)))


def test_the_rows_are_fifty_a_page(dona, account):
    search = make_search(account, quantity=60)
    deliver(search, 52)
    assert len(list(dona.get(url("search", search)).context["page"])) == 50
    assert len(list(dona.get(url("search", search) + "?page=2").context["page"])) == 2


def test_a_large_search_takes_as_many_queries_as_a_small_one(dona, account, django_assert_num_queries):
    search = make_search(account, quantity=60)
    deliver(search, 1)
    address = url("search", search)
    dona.get(address)
    with django_assert_num_queries(9):
        dona.get(address)
    deliver(search, 40, start=2)
    with django_assert_num_queries(9):
        dona.get(address)


def test_no_list_loads_enrichment(dona, account):
    search = make_search(account)
    deliver(search, 2)
    for address in (url("search", search), url("search_status", search), "/leads/base/", LIST, "/leads/"):
        with CaptureQueriesContext(connection) as queries:
            dona.get(address)
        assert len(queries) > 2
        assert not any("leads_leadenrichment" in query["sql"] for query in queries.captured_queries)


# --- Live progress ---------------------------------------------------------------------------------
def test_the_poll_brings_new_rows_only_when_there_are_some(dona, account):
    search = make_search(account)
    deliver(search, 2)
    address = url("search_status", search)

    new = page_text(dona.get(address, {"mostradas": "0"}))
    same = page_text(dona.get(address, {"mostradas": "2"}))

    assert 'id="empresas" aria-label="Empresas recebidas" hx-swap-oob="true"' in new
    assert "Valdora 2" in new
    assert "Valdora 2" not in same
    assert 'value="2" max="10"' in same


def test_a_poll_of_an_unchanged_search_is_cheap(dona, account, django_assert_num_queries):
    """Session, user and account; then the search and the balance."""
    search = make_search(account)
    deliver(search, 2)
    with django_assert_num_queries(5):
        dona.get(url("search_status", search), {"mostradas": "2"})


def test_the_last_poll_says_the_end_and_asks_no_more(dona, account):
    search = make_search(account)
    end(search, "partial", "provider")
    text = page_text(dona.get(url("search_status", search), {"mostradas": "0"}))
    assert "hx-trigger" not in text
    assert "O buscador ficou fora do ar" in text


def test_a_row_is_the_same_in_the_page_and_in_the_poll(dona, account):
    search = make_search(account)
    deliver(search, 1)

    def row(address):
        text = page_text(dona.get(address))
        return text[
            text.index('<tr role="row"> <td') : text.index("</tr>", text.index('<tr role="row"> <td'))
        ]

    assert "Valdora 1" in row(url("search", search))
    assert row(url("search", search)) == row(url("search_status", search))


# --- Cancel, hide, repeat --------------------------------------------------------------------------
def test_cancel_ends_the_search_and_keeps_what_came(dona, account):
    search = make_search(account)
    deliver(search, 2)
    answer = dona.post(url("cancel_search", search), follow=True)
    search.refresh_from_db()
    assert search.status == "canceled"
    assert "O que já chegou continua seu." in page_text(answer)
    assert "Valdora 1" in page_text(answer)


def test_a_hidden_search_leaves_the_list_and_nothing_is_deleted(dona, account):
    search = make_search(account)
    deliver(search, 1)
    end(search)
    dona.post(url("archive_search", search))
    assert not dona.get(LIST).context["searches"]
    assert list(dona.get(f"{LIST}?arquivadas=1").context["searches"]) == [search]
    assert "Valdora 1" in page_text(dona.get("/leads/base/"))


def test_a_running_search_is_not_hidden(dona, account):
    search = make_search(account)
    answer = dona.post(url("archive_search", search), follow=True)
    search.refresh_from_db()
    assert search.archived_at is None
    assert "ainda está em andamento" in page_text(answer)


def test_repeat_starts_a_search_like_it(dona, account):
    search = make_search(account, quantity=7)
    end(search)
    answer = dona.post(url("repeat_search", search), {"unit_price": "1", "form_key": str(uuid4())})
    repeated = Search.objects.latest("pk")
    assert repeated.pk != search.pk
    assert (repeated.quantity, repeated.city_id, repeated.niche_id) == (7, search.city_id, search.niche_id)
    assert answer["Location"] == url("search", repeated)


def test_repeat_sent_twice_is_one_search(dona, account):
    search = make_search(account)
    end(search)
    asked = {"unit_price": "1", "form_key": str(uuid4())}
    dona.post(url("repeat_search", search), asked)
    dona.post(url("repeat_search", search), asked)
    assert Search.objects.count() == 2


def test_repeat_above_the_balance_goes_to_the_form_and_says_why(dona, account):
    search = make_search(account, quantity=500)
    end(search)
    answer = dona.post(
        url("repeat_search", search), {"unit_price": "1", "form_key": str(uuid4())}, follow=True
    )
    assert Search.objects.count() == 1
    assert answer.redirect_chain[-1][0] == f"/leads/?repetir={search.pk}"
    assert "Seu saldo é de 100 e esta ação custa 500." in page_text(answer)


def test_repeat_shows_its_price_before(dona, account):
    search = make_search(account, quantity=7)
    end(search)
    text = page_text(dona.get(url("search", search)))
    assert "Buscar até 7 empresas (até 7 créditos)" in text
    assert "a partir de 93" in text


@pytest.mark.parametrize("name", ["cancel_search", "archive_search", "repeat_search"])
def test_what_changes_something_is_not_done_by_get(dona, account, name):
    search = make_search(account)
    assert dona.get(url(name, search))["Location"] == url("search", search)
    search.refresh_from_db()
    assert search.archived_at is None
    assert not search.is_final
