from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_buyer
from credits import references
from credits.references import Link
from credits.services import debit_many, refund_credits
from credits.tests.factories import debit, fund, make_debits, make_owing

URL = reverse("credits:statement")


@pytest.fixture
def signed_in(client, buyer):
    client.force_login(buyer[0])
    return client


@pytest.fixture(autouse=True)
def searches_have_names(credits_alone):
    """What leads registers in life."""
    references.register(
        "search", lambda _, ids: {pk: Link(f"Busca nº {pk}", f"/leads/buscas/{pk}/") for pk in ids}
    )


def backdate(entry, moment):
    """Write the entry's time as a restore would: with the guards off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE credits_ledgerentry SET created_at = %s WHERE id = %s", [moment, entry.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")


def lines_of(response):
    return [(line.title, line.amount, line.balance_after, line.entries) for line in response.context["lines"]]


def test_debits_of_a_search_are_one_line_that_links_to_it(signed_in, account):
    debit_many(account_id=account.pk, debits=make_debits(3))

    response = signed_in.get(URL)

    assert lines_of(response) == [
        ("Busca nº 7", -3, 97, 3),
        ("Compra de créditos", 100, 100, 1),
    ]
    assert '<a class="cell-main" href="/leads/buscas/7/">Busca nº 7</a>' in response.text
    assert "3 lançamentos" in response.text
    assert "−3" in response.text


def test_a_refund_is_a_line_of_its_own(signed_in, account):
    spend, *_ = debit_many(account_id=account.pk, debits=make_debits(3))
    refund_credits(entry_id=spend.pk, reason="Devolvemos 1 crédito: empresa fechada.")

    response = signed_in.get(URL)

    assert lines_of(response)[:2] == [
        ("Devolvemos 1 crédito: empresa fechada.", 1, 98, 1),
        ("Busca nº 7", -3, 97, 3),
    ]


def test_a_reversed_payment_says_what_is_owed_and_how_it_ends(signed_in, account):
    make_owing(account, 40)

    owing = signed_in.get(URL)
    fund(account, 60)
    settled = signed_in.get(URL)

    assert "40 créditos a acertar" in owing.text
    assert "A próxima compra acerta primeiro" in owing.text
    assert lines_of(owing)[0] == ("Pagamento devolvido", 0, 0, 1)
    assert [line[1:3] for line in lines_of(settled)[:2]] == [(-40, 20), (60, 60)]
    assert "A próxima compra acerta primeiro" not in settled.text


def test_one_by_one_shows_every_entry_with_the_balance_after_it(signed_in, account):
    debit_many(account_id=account.pk, debits=make_debits(2))

    response = signed_in.get(URL, {"lancamentos": "on"})

    assert [line[1:3] for line in lines_of(response)] == [(-1, 98), (-1, 99), (100, 100)]


def test_the_lines_of_a_search_open_under_it(signed_in, account):
    debit_many(account_id=account.pk, debits=make_debits(30))
    debit(account, key="other", search=8)

    first = signed_in.get(reverse("credits:statement_lines"), {"tipo": "spend", "referencia": "search:7"})
    second = signed_in.get(
        reverse("credits:statement_lines"), {"tipo": "spend", "referencia": "search:7", "page": "2"}
    )

    assert (first.text.count('class="entry"'), second.text.count('class="entry"')) == (25, 5)
    assert "Mostrar mais" in first.text
    assert "Mostrar mais" not in second.text


def test_kind_and_period_are_filters(signed_in, account):
    old = debit(account, key="old", search=1)
    debit(account, key="new", search=2)
    backdate(old, timezone.now() - timedelta(days=40))
    since = (timezone.localdate() - timedelta(days=30)).isoformat()

    response = signed_in.get(URL, {"tipo": "spend", "de": since})

    assert lines_of(response) == [("Empresa da busca nº 2", -1, 98, 1)]
    assert response.context["totals"].went_out == 1
    assert "com este filtro" in response.text


def test_a_day_is_a_day_of_sao_paulo(signed_in, account):
    entry = debit(account, search=1)
    backdate(entry, datetime(2026, 11, 23, 1, 30, tzinfo=UTC))  # 22:30 of the 22nd

    assert len(lines_of(signed_in.get(URL, {"de": "2026-11-22", "ate": "2026-11-22"}))) == 1
    assert len(lines_of(signed_in.get(URL, {"de": "2026-11-23", "ate": "2026-11-23"}))) == 0


def test_filters_survive_paging(signed_in, account):
    for number in range(30):
        debit(account, key=f"k{number}", search=number)

    response = signed_in.get(URL, {"tipo": "spend", "page": "2"})

    assert len(response.context["lines"]) == 5
    assert "?tipo=spend&amp;page=1" in response.text


def test_a_filter_that_cannot_be_read_says_so(signed_in):
    response = signed_in.get(URL, {"tipo": "presente", "de": "ontem"})

    assert response.status_code == 200
    assert "ontem" in response.text
    assert response.context["form"].errors.keys() == {"tipo", "de"}


def test_totals_and_balance_are_those_of_the_entries(signed_in, account):
    debit_many(account_id=account.pk, debits=make_debits(7, amount=5))
    fund(account, 1_000)

    response = signed_in.get(URL)

    assert response.context["balance"] == 1_065
    assert "1.065" in response.text
    totals = response.context["totals"]
    assert (totals.came_in, totals.went_out) == (1_100, 35)


def test_a_new_account_reads_what_will_come_here(client, db):
    user, _ = make_buyer("nova@nitro.example")
    client.force_login(user)

    assert "Nenhum lançamento ainda" in client.get(URL).text


def test_a_filter_without_match_offers_to_clear_it(signed_in):
    assert "Limpar filtros" in signed_in.get(URL, {"tipo": "refund"}).text


@pytest.mark.parametrize("query", [{}, {"lancamentos": "on"}])
def test_the_number_of_queries_does_not_depend_on_the_number_of_lines(signed_in, account, query):
    debit(account, search=1)
    with CaptureQueriesContext(connection) as few:
        signed_in.get(URL, query)
    for number in range(2, 25):
        debit(account, key=f"k{number}", search=number)

    with CaptureQueriesContext(connection) as many:
        signed_in.get(URL, query)

    assert len(many) == len(few)


def test_nobody_sees_the_entries_of_another_account(client, account):
    debit_many(account_id=account.pk, debits=make_debits(3))
    stranger, _ = make_buyer("outra@nitro.example")
    client.force_login(stranger)

    assert lines_of(client.get(URL)) == []
    assert (
        "Empresa"
        not in client.get(
            reverse("credits:statement_lines"), {"referencia": "search:7", "tipo": "spend"}
        ).text
    )
    export = client.get(reverse("credits:export_statement"))
    assert len(export.getvalue().decode().splitlines()) == 1


@pytest.mark.parametrize("name", ["statement", "statement_lines", "export_statement"])
def test_pages_ask_for_sign_in(client, db, name):
    response = client.get(reverse(f"credits:{name}"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:sign_in"))


class TestExport:
    URL = reverse("credits:export_statement")

    def test_the_csv_has_the_columns_of_the_specification(self, signed_in, account):
        entry = debit(account, 25)
        backdate(entry, datetime(2026, 11, 22, 15, 4, tzinfo=UTC))

        response = signed_in.get(self.URL)

        rows = response.getvalue().decode().removeprefix("\ufeff").split("\r\n")
        assert rows[0] == (
            '"Data e hora";"Tipo";"Descrição";"Referência";'
            '"Créditos (±)";"Saldo após";"Pedido";"Valor pago (R$)"'
        )
        assert rows[1] == '"22/11/2026 12:04";"Uso";"Empresa da busca nº 7";"Busca nº 7";"-25";"75";"";""'
        assert response["Content-Disposition"].startswith('attachment; filename="nitro_extrato_')

    def test_the_csv_has_the_entries_of_the_filter_one_by_one(self, signed_in, account):
        debit_many(account_id=account.pk, debits=make_debits(30))

        content = signed_in.get(self.URL, {"tipo": "spend"}).getvalue().decode()

        assert content.count("\r\n") == 31

    def test_the_csv_is_streamed(self, signed_in, account):
        assert signed_in.get(self.URL).streaming

    def test_the_csv_is_not_taken_all_the_time(self, signed_in, account):
        # A minute of the clock may end on the way: more than two of them allow.
        answers = [signed_in.get(self.URL).status_code for _ in range(21)]

        assert answers[:10] == [200] * 10
        assert 429 in answers
