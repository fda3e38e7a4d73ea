from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from core.formatting import format_brl
from core.private_files import get_path
from nfse.models import ChangeRecord, Package
from nfse.services.closing.sweeping import delete_expired_packages
from nfse.tests.closings import MONTH, change_state, close, make_note
from nfse.tests.firms import make_company
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/notas/fechamento/"
OCTOBER = {"mes": "2026-10"}


@pytest.fixture(autouse=True)
def november(monkeypatch):
    """The tests' notes are of October; the page is asked in the month after."""
    monkeypatch.setattr("portal.views.closings.competence_today", lambda _now: MONTH + timedelta(days=50))


def show(client, **query):
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return response.content.decode()


def make(client, **data):
    return client.post(reverse("nfse:make_closing"), {**OCTOBER, **data})


def test_the_page_shows_the_month_before_with_its_figures(accountant, company):
    make_note(company, 1, amount="1234.50")
    make_note(company, 2, amount="100.00")
    make_note(company, 3, state="canceled")
    make_note(company, 4, state="in_doubt")
    make_note(company, 5, environment="staging")

    response = accountant.get(PAGE)

    totals = {"issued": 2, "ended": 1, "in_doubt": 1, "amount": Decimal("1334.50")}
    assert response.context["totals"] == totals
    html = response.content.decode()
    assert "Outubro de 2026" in html
    assert format_brl(133450) in html
    assert "1 em conferência" in html


def test_doubts_are_listed_with_what_to_do_and_a_link(accountant, company):
    doubt = make_note(company, 1, state="in_doubt")

    html = show(accountant)

    assert "O que conferir antes de fechar" in html
    assert "Não emita de novo." in html
    assert reverse("nfse:invoice", args=[doubt.pk]) in html


def test_a_month_without_notes_says_so_and_offers_nothing(accountant, company):
    make_note(company, 1)

    html = show(accountant, mes="2026-11")

    assert "Nenhuma nota neste mês" in html
    assert reverse("nfse:make_closing") not in html


def test_a_month_that_does_not_exist_shows_the_usual_one(accountant, company):
    make_note(company, 1)

    assert "Outubro de 2026" in show(accountant, mes="1999-99")


def test_asking_shows_the_package_in_the_making_and_then_the_file(accountant, company, office):
    make_note(company, 1)

    response = make(accountant)
    assert response.url == f"{PAGE}?mes=2026-10"
    package = Package.objects.get()
    waiting = show(accountant, **OCTOBER)
    assert reverse("nfse:closing_status", args=[package.pk]) in waiting
    assert "Na fila" in waiting
    run_due("cpu")

    ready = show(accountant, **OCTOBER)
    assert reverse("nfse:closing_download", args=[package.pk]) in ready
    assert reverse("nfse:closing_status", args=[package.pk]) not in ready


def test_asked_twice_is_one(accountant, company):
    make_note(company, 1)
    make(accountant)
    make(accountant)

    assert Package.objects.count() == 1


def test_one_company_is_closed_alone(accountant, company):
    make_note(company, 1)
    make(accountant, empresa=company.pk)

    assert Package.objects.get().company == company


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"mes": "2026-11"}, "Não há notas nem pedidos em produção"),
        ({"mes": "2030-01"}, "Escolha um dos meses da lista."),
        ({"mes": "x"}, "Escolha um dos meses da lista."),
    ],
)
def test_a_refusal_is_one_clear_sentence(accountant, company, data, words):
    make_note(company, 1)

    response = make(accountant, **data)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Package.objects.exists()


def test_the_status_shows_progress_and_refreshes_the_page_at_the_end(accountant, company, office):
    make_note(company, 1)
    make(accountant)
    package = Package.objects.get()
    Package.objects.filter(pk=package.pk).update(state="making", done=1200, total=5000)
    address = reverse("nfse:closing_status", args=[package.pk])

    response = accountant.get(address, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert "1.200" in html
    assert 'value="1200" max="5000"' in html
    assert "data-poll" in html
    assert "HX-Refresh" not in response

    run_due("cpu")
    assert accountant.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_failed_one_says_why_and_offers_another_try(accountant, company):
    make_note(company, 1)
    make(accountant)
    Package.objects.update(state="failed", problem="Não conseguimos gravar o arquivo agora.")

    html = show(accountant, **OCTOBER)

    assert "Não conseguimos gravar o arquivo agora." in html
    assert "Tentar de novo" in html
    make(accountant)
    assert Package.objects.filter(state="queued").count() == 1


def test_what_changed_since_the_last_is_shown(accountant, company, office):
    note = make_note(company, 1)
    close(office)
    change_state(note, "canceled")
    close(office)

    html = show(accountant, **OCTOBER)

    assert "Mudou desde o fechamento anterior" in html
    assert "Emitida → Cancelada" in html


def test_a_download_is_the_zip_never_cached_and_written_down(accountant, company, office):
    make_note(company, 1)
    package = close(office)

    response = accountant.get(reverse("nfse:closing_download", args=[package.pk]))
    data = b"".join(response.streaming_content)

    assert data[:2] == b"PK"
    assert len(data) == package.file_size
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == f'attachment; filename="{package.file_name}"'
    assert response["Cache-Control"] == "private, no-store"
    assert ChangeRecord.objects.filter(action="exported", actor=office.accountant).count() == 1


def test_a_file_that_is_gone_leads_back_with_a_sentence(accountant, company, office):
    make_note(company, 1)
    package = close(office)
    get_path(package.file_path).unlink()

    response = accountant.get(reverse("nfse:closing_download", args=[package.pk]), follow=True)

    assert response.redirect_chain[0][0] == f"{PAGE}?mes=2026-10"
    assert "O arquivo não está mais no servidor." in response.content.decode()


def test_an_expired_one_stays_in_the_history_without_a_file(accountant, company, office):
    make_note(company, 1)
    package = close(office)
    delete_expired_packages(now=timezone.now() + timedelta(days=31))

    html = show(accountant, **OCTOBER)

    assert "Apagado" in html
    assert reverse("nfse:closing_download", args=[package.pk]) not in html


def test_an_attendant_sees_no_closing(client, company, office):
    make_note(company, 1)
    package = close(office)
    client.force_login(office.attendant)

    assert client.get(PAGE).status_code == 403
    assert make(client).status_code == 403
    assert client.get(reverse("nfse:closing_status", args=[package.pk])).status_code == 403
    assert client.get(reverse("nfse:closing_download", args=[package.pk])).status_code == 403


def test_a_stranger_gets_404_and_sees_no_name(client, company, office, other_office):
    make_note(company, 1)
    package = close(office)
    client.force_login(other_office.owner)

    assert client.get(reverse("nfse:closing_status", args=[package.pk])).status_code == 404
    assert client.get(reverse("nfse:closing_download", args=[package.pk])).status_code == 404
    assert make(client, empresa=company.pk).status_code in {404, 422}
    assert company.legal_name not in client.get(PAGE).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_companies(
    accountant, office, company, django_assert_max_num_queries
):
    def count():
        with django_assert_max_num_queries(30) as queries:
            show(accountant, **OCTOBER)
        return len(queries)

    make_note(company, 1, state="in_doubt")
    close(office, company=company)
    close(office)
    few = count()
    for number in range(2, 8):
        more = make_company(office.firm, f"{number}1222333000181"[:14], legal_name=f"Empresa {number}")
        make_note(more, number, state="in_doubt")
        close(office, company=more)

    assert count() == few


def test_the_first_month_of_a_firm_is_this_one(accountant, company):
    today = MONTH + timedelta(days=50)
    make_note(company, 1, day=today.replace(day=2))

    assert "Novembro de 2026" in show(accountant)
