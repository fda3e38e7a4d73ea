"""The page of one note: what it shows, its refresh and its files (A22, N12, N13, R88, R92, R102)."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from core.formatting import format_date, format_datetime
from fiscal.tests.test_pictures import text_of as pdf_text
from nfse.events import Event
from nfse.models import Invoice, InvoiceRequest, NotePicture, RequestEvent
from nfse.services.issuing import kinds
from nfse.services.issuing.moving import locked_request, move
from nfse.states import State
from nfse.tests.firms import make_office
from nfse.tests.issuing import work_off
from portal.history_words import EVENTS, UNKNOWN
from portal.tests.note_pages import actions_of, cancel, force, issue, text_of, url
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, run_due

pytestmark = pytest.mark.django_db(transaction=True)


# --- Words ---------------------------------------------------------------------------------------------
def test_every_event_of_a_request_has_a_sentence():
    assert set(EVENTS) == set(Event)


def test_the_engine_writes_every_event_that_there_is():
    services = Path(kinds.__file__).parents[1]
    written = "".join(path.read_text() for path in services.rglob("*.py"))

    assert [event for event in Event if not re.search(rf"\bEvent\.{event.name}\b", written)] == []


def test_every_state_has_its_own_page(accountant, national_shop):
    request = national_shop.confirm()
    for state in State:
        if state in {State.ISSUED, State.CANCELING, State.IN_ANALYSIS, State.CANCELED, State.REPLACED}:
            continue
        InvoiceRequest.objects.filter(pk=request.pk).update(state=state)
        answer = accountant.get(url("invoice", request))
        assert answer.status_code == 200, state
        assert state.label in text_of(answer)


# --- The page ------------------------------------------------------------------------------------------
def test_the_page_shows_the_mirror_who_confirmed_the_note_and_its_history(accountant, shop):
    request = issue(shop)

    text = text_of(accountant.get(url("invoice", request)))

    note = request.invoice
    for shown in (
        "Emitida",
        f"NFS-e {note.number}",
        "Oficina Rota Sul",
        "Clínica Bem Viver",
        "R$ 1.500,00",
        request.confirmed_by.full_name,
        "Confirmada e guardada para envio.",
        "Nota emitida.",
        "TESTE",
    ):
        assert shown in text, shown
    assert UNKNOWN.sentence not in text


def test_a_note_of_plugnotas_has_a_day_and_no_time(accountant, city_shop):
    request = issue(city_shop)

    text = text_of(accountant.get(url("invoice", request)))

    assert f"Emitida em {format_date(request.invoice.issued_at)}<" in text


def test_a_note_of_the_nacional_has_its_time(accountant, national_shop):
    request = issue(national_shop)

    text = text_of(accountant.get(url("invoice", request)))

    assert f"Emitida em {format_datetime(request.invoice.issued_at)}<" in text


def test_the_key_is_grouped_and_the_amounts_of_the_note_stand_beside_the_preview(accountant, national_shop):
    request = issue(national_shop)

    answer = accountant.get(url("invoice", request))

    key = request.invoice.access_key
    assert f"{key[:5]} {key[5:10]}" in text_of(answer)
    rows = {row.label: (row.expected, row.returned) for row in answer.context["amounts"]}
    assert rows["Valor do serviço"] == ("R$ 1.500,00", "R$ 1.500,00")
    assert rows["Líquido"] == ("R$ 1.500,00", "R$ 1.500,00")
    assert not answer.context["has_differences"]


def test_a_figure_that_the_authority_computed_otherwise_is_pointed_out(accountant, national_shop):
    request = issue(national_shop)
    note = request.invoice
    note.xml = note.xml.replace(b"<vLiq>1500.00</vLiq>", b"<vLiq>1470.00</vLiq>")
    note.save()

    answer = accountant.get(url("invoice", request))

    assert [row.label for row in answer.context["amounts"] if row.is_different] == ["Líquido"]
    assert "calculou diferente da prévia" in text_of(answer)


def test_a_refusal_says_what_to_do_who_does_it_and_the_original_to_accountants(client, national_shop):
    request = national_shop.confirm()
    with locked_request(request.pk) as current:
        move(current, State.SENDING, Event.ATTEMPT)
        move(
            current,
            State.REJECTED,
            "rejected",
            problems=[
                {
                    "code": "E0190",
                    "field": "toma/CNPJ",
                    "message_pt": "A Receita não encontrou o CNPJ do cliente.",
                    "who_fixes": "client_or_firm",
                    "next_step": "Informe o documento certo.",
                    "original": "E0190 CNPJ do tomador inexistente",
                }
            ],
        )

    client.force_login(national_shop.office.accountant)
    seen = text_of(client.get(url("invoice", request)))
    client.force_login(national_shop.office.attendant)
    limited = text_of(client.get(url("invoice", request)))

    for text in (seen, limited):
        assert "A Receita não encontrou o CNPJ do cliente." in text
        assert "Informe o documento certo." in text
    assert "E0190 CNPJ do tomador inexistente" in seen
    assert "E0190" not in limited
    assert reverse("nfse:edit_taker", args=[national_shop.taker.pk]) in seen


def test_the_gateway_s_answers_are_for_who_issues(client, national_shop):
    request = issue(national_shop)

    client.force_login(national_shop.office.accountant)
    assert "Respostas do emissor" in text_of(client.get(url("invoice", request)))
    client.force_login(national_shop.office.attendant)
    assert "Respostas do emissor" not in text_of(client.get(url("invoice", request)))


def test_in_doubt_says_not_to_issue_again(accountant, national_shop):
    request = national_shop.confirm()
    force(request, State.SENDING)
    force(request, State.IN_DOUBT)

    text = text_of(accountant.get(url("invoice", request)))

    assert "Estamos conferindo, não emita de novo" in text
    assert "copiar=" not in text
    assert "data-poll" in text


def test_the_page_asks_while_something_is_on_its_way_and_draws_only_news(accountant, national_shop):
    request = national_shop.confirm()
    marker = accountant.get(url("invoice", request)).context["marker"]

    same = accountant.get(url("invoice_status", request, visto=marker), headers={"HX-Request": "true"})
    work_off(request)
    news = accountant.get(url("invoice_status", request, visto=marker), headers={"HX-Request": "true"})

    assert (same.status_code, same.content) == (204, b"")
    text = text_of(news)
    assert "Situação: Emitida." in text
    assert url("invoice_pdf", request) in text
    assert "data-poll " not in text
    assert "<html" not in text


def test_the_refreshed_note_is_what_a_reload_shows(accountant, shop):
    request = issue(shop)

    page = text_of(accountant.get(url("invoice", request)))
    fragment = text_of(accountant.get(url("invoice_status", request)))

    whole = fragment[: fragment.index('<p class="visually-hidden" role="status" id="nota-voz"')].strip()
    assert forget_keys(whole) in forget_keys(page)


def forget_keys(text):
    """Without what is new in each answer."""
    return re.sub(r'name="(csrfmiddlewaretoken|form_key)" value="[^"]+"', "", text)


def test_a_stranger_finds_nothing(client, national_shop):
    request = issue(national_shop)
    stranger = make_office(2)
    client.force_login(stranger.owner)

    for name in ("invoice", "invoice_status", "invoice_pdf", "invoice_xml", "substitute", "cancel_invoice"):
        assert client.get(url(name, request)).status_code == 404, name
    for name in ("cancel_invoice", "retry_request", "withdraw_request", "settle_taken", "email_invoice"):
        assert client.post(url(name, request), cancel(to="a@b.example")).status_code == 404, name


def test_an_attendant_sees_and_downloads_and_changes_nothing(client, national_shop):
    request = issue(national_shop)
    client.force_login(national_shop.office.attendant)

    assert actions_of(client, request) == {"pdf", "xml", "email"}
    for name in ("cancel_invoice", "retry_request", "withdraw_request", "settle_taken"):
        assert client.post(url(name, request), cancel()).status_code == 403, name
    assert client.get(url("substitute", request)).status_code == 403


def test_the_queries_do_not_depend_on_the_history(accountant, national_shop, django_assert_max_num_queries):
    request = issue(national_shop)
    with django_assert_max_num_queries(25) as few:
        accountant.get(url("invoice", request))
    for number in range(5):
        RequestEvent.objects.create(
            firm_id=request.firm_id,
            request=request,
            event=Event.EMAILED,
            to_state=request.state,
            actor_id=request.confirmed_by_id,
            detail=str(number),
        )
    with django_assert_max_num_queries(len(few)):
        accountant.get(url("invoice", request))


# --- Files -----------------------------------------------------------------------------------------------
def test_the_xml_is_the_one_received_under_a_name_that_says_what_it_is(accountant, shop):
    request = issue(shop)

    answer = accountant.get(url("invoice_xml", request))

    note = Invoice.objects.get(request=request)
    name = f"NFSe_{note.number}_{note.access_key or note.verification_code}"
    assert answer.content == note.xml
    assert name in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_the_national_pdf_is_drawn_here_and_asks_nobody(accountant, national_shop):
    request = issue(national_shop)
    calls = len(national_shop.sandbox.calls())

    answer = accountant.get(url("invoice_pdf", request))

    assert answer["Content-Type"] == "application/pdf"
    assert "SEM VALIDADE" in pdf_text(answer.content)
    assert len(national_shop.sandbox.calls()) == calls


def test_a_canceled_note_s_pdf_says_so(accountant, national_shop):
    request = issue(national_shop)
    accountant.post(url("cancel_invoice", request), cancel())
    work_off(request, until=lambda state: state == State.CANCELED)

    assert "CANCELADA" in pdf_text(accountant.get(url("invoice_pdf", request)).content)


def test_a_city_s_pdf_is_fetched_by_work_once_and_kept_encrypted(accountant, city_shop):
    request = issue(city_shop)

    waiting = accountant.get(url("invoice_pdf", request))
    accountant.get(url("invoice_pdf", request))
    assert "O PDF está sendo feito" in text_of(waiting)
    assert WorkItem.objects.filter(kind=kinds.PICTURE).count() == 1
    poll = accountant.get(url("invoice_pdf", request), headers={"HX-Request": "true"})
    assert "data-poll" in text_of(poll)

    for _ in range(20):
        make_due()
        run_due()
    done = accountant.get(url("invoice_pdf", request), headers={"HX-Request": "true"})
    answer = accountant.get(url("invoice_pdf", request))

    assert "O PDF está pronto" in text_of(done)
    assert answer.content.startswith(b"%PDF")
    calls = len(city_shop.sandbox.calls())
    accountant.get(url("invoice_pdf", request))
    assert len(city_shop.sandbox.calls()) == calls
    assert NotePicture.objects.get().pdf == answer.content


def test_a_city_s_pdf_is_fetched_again_when_the_note_moves_on(accountant, city_shop):
    request = issue(city_shop)
    note = Invoice.objects.get(request=request)
    NotePicture.objects.create(firm_id=note.firm_id, invoice=note, status=note.status, pdf_text="JVBERg==")
    Invoice.objects.update(status="canceled")

    assert "O PDF está sendo feito" in text_of(accountant.get(url("invoice_pdf", request)))


def test_a_pdf_that_never_comes_is_told_and_may_be_asked_again(accountant, city_shop):
    request = issue(city_shop)
    accountant.get(url("invoice_pdf", request))
    WorkItem.objects.filter(kind=kinds.PICTURE).update(status="dead")

    failed = accountant.get(url("invoice_pdf", request), headers={"HX-Request": "true"})
    again = accountant.get(url("invoice_pdf", request))

    assert "O emissor não entregou o PDF" in text_of(failed)
    assert "O PDF está sendo feito" in text_of(again)


def test_files_of_a_request_without_a_note_are_not_there(accountant, national_shop):
    request = national_shop.confirm()

    assert accountant.get(url("invoice_pdf", request)).status_code == 404
    assert accountant.get(url("invoice_xml", request)).status_code == 404
