"""What is done from the page of a note: e-mail, cancel, replace, retry, settle (A22, A23, N14, N15)."""

import uuid

import pytest
from django.core import mail
from django.urls import reverse

from core.mail import Outcome
from nfse.events import Event
from nfse.models import Invoice, InvoiceRequest, NoteEmail
from nfse.services.issuing import kinds
from nfse.services.issuing.conflicts import close_taken, reissue_taken
from nfse.services.issuing.moving import locked_request, move
from nfse.services.notes.mailing import record_note_email
from nfse.states import State
from nfse.tests.issuing import events_of, work_off
from portal.tests.note_pages import REASON, actions_of, cancel, force, issue, text_of, url
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, race, run_due

pytestmark = pytest.mark.django_db(transaction=True)


# --- E-mail ----------------------------------------------------------------------------------------------
def send(client, request, to="fin@cliente.example", key=None):
    return client.post(url("email_invoice", request), {"to": to, "form_key": key or uuid.uuid4()})


def test_a_note_goes_out_by_e_mail_with_pdf_and_xml_and_says_test(accountant, shop):
    request = issue(shop)

    send(accountant, request)
    for _ in range(10):
        make_due()
        run_due()

    letter = mail.outbox[0]
    assert letter.to == ["fin@cliente.example"]
    assert letter.subject.startswith("TESTE")
    assert "esta nota não tem valor fiscal" in letter.body
    (pdf_name, pdf, _), (xml_name, xml, _) = letter.attachments
    assert (pdf_name[-4:], xml_name[-4:]) == (".pdf", ".xml")
    assert pdf.startswith(b"%PDF")
    note = Invoice.objects.get(request=request)
    assert (xml if isinstance(xml, bytes) else xml.encode()) == note.xml
    assert events_of(request)[-2:] == ["email_asked", "emailed"]
    assert "f•••@cliente.example" in text_of(accountant.get(url("invoice", request)))


def test_the_same_form_sends_one_letter_and_stores_no_readable_address(accountant, national_shop):
    request, key = issue(national_shop), uuid.uuid4()

    send(accountant, request, key=key)
    [email] = NoteEmail.objects.filter(request=request)
    assert WorkItem.objects.get(kind=kinds.EMAIL).payload == {"email_id": email.pk}
    run_due()
    assert not NoteEmail.objects.exists()
    send(accountant, request, key=key)
    run_due()

    assert len(mail.outbox) == 1


def test_a_letter_that_cannot_be_sent_is_told_in_the_history(accountant, national_shop):
    request = issue(national_shop)
    send(accountant, request)

    record_note_email(outcome=Outcome.FAILED, **WorkItem.objects.get(kind=kinds.EMAIL).payload)

    assert "O e-mail não pôde ser entregue." in text_of(accountant.get(url("invoice", request)))


def test_a_wrong_address_is_refused_and_kept(accountant, national_shop):
    request = issue(national_shop)

    answer = send(accountant, request, to="fin@")

    assert answer.status_code == 422
    assert 'value="fin@"' in text_of(answer)
    assert not mail.outbox


# --- Cancel ------------------------------------------------------------------------------------------------
def test_a_note_is_canceled_once_however_often_it_is_asked(accountant, shop):
    request = issue(shop)

    for _ in range(2):
        accountant.post(url("cancel_invoice", request), cancel())
    work_off(request, until=lambda state: state == State.CANCELED)

    assert request.state == State.CANCELED
    assert events_of(request).count("cancel_asked") == 1
    text = text_of(accountant.get(url("invoice", request)))
    assert "Nota cancelada" in text
    assert actions_of(accountant, request) == {"pdf", "xml", "email", "copy"}


def test_three_cancellations_at_once_are_one(client, office, shop):
    request = issue(shop)
    client.force_login(office.accountant)

    def ask():
        browser = type(client)()
        browser.cookies = client.cookies
        return browser.post(url("cancel_invoice", request), cancel()).status_code

    assert set(race(3, ask)) == {302}
    assert events_of(request).count("cancel_asked") == 1


def test_a_cancellation_without_reason_is_refused_and_kept(accountant, national_shop):
    request = issue(national_shop)

    for change in ({"text": "curto"}, {"reason_code": "7"}, {"text": "a" * 256}):
        answer = accountant.post(url("cancel_invoice", request), cancel(**change))
        assert answer.status_code == 422
        assert answer.context["cancel_form"]["text"].value() == cancel(**change)["text"]
    assert work_off(request).state == State.ISSUED


def test_after_the_deadline_the_fiscal_analysis_is_offered(accountant, national_shop):
    request = issue(national_shop)
    assert "analysis" not in actions_of(accountant, request)
    Invoice.objects.update(
        cancel_problems=[
            {"code": "E0822", "field": "", "message_pt": "O prazo acabou.", "who_fixes": "firm"}
        ],
        cancel_reason_code="2",
        cancel_reason_text=REASON,
    )

    answer = accountant.get(url("invoice", request))
    accountant.post(url("cancel_invoice", request), cancel(by_analysis="True"))
    work_off(request, until=lambda state: state == State.IN_ANALYSIS)

    assert answer.context["analysis_form"]["text"].value() == REASON
    assert "O prazo acabou." in text_of(answer)
    assert request.state == State.IN_ANALYSIS


def test_a_city_gateway_has_no_fiscal_analysis(accountant, city_shop):
    request = issue(city_shop)
    Invoice.objects.update(
        cancel_problems=[{"code": "E0822", "field": "", "message_pt": "Prazo.", "who_fixes": "firm"}]
    )

    assert "analysis" not in actions_of(accountant, request)
    answer = accountant.post(url("cancel_invoice", request), cancel(by_analysis="True"))
    assert answer.status_code == 422
    assert "não oferece este pedido" in text_of(answer)


# --- Substitute --------------------------------------------------------------------------------
def substitution(shop, request, **changes):
    old = request.snapshot
    values = {
        "substitutes": request.invoice.pk,
        "reason": "99",
        "reason_text": "A descrição do serviço estava incompleta",
        "company": shop.company.pk,
        "service": shop.service.pk,
        "taker": "",
        "taker_id": shop.taker.pk,
        "amount": "1.500,00",
        "description": "Manutenção completa do site em novembro",
        "competence_date": old.competence_date.isoformat(),
        "form_key": str(uuid.uuid4()),
    }
    return {**values, **changes}


def test_a_note_is_replaced_side_by_side_and_the_old_one_stands_until_the_new_is_issued(accountant, shop):
    old = issue(shop)
    form = accountant.get(url("substitute", old)).context["form"]
    assert form["description"].value() == "Manutenção do site em novembro"

    seen = accountant.post(reverse("nfse:mirror"), substitution(shop, old))
    assert seen.status_code == 200, seen.context["mirror"]
    changed = [row.label for row in seen.context["compared"] if row.is_changed]
    assert changed == ["Serviço"]
    yes = substitution(shop, old, mirror_hash=seen.context["mirror"].hash)
    accountant.post(reverse("nfse:confirm"), yes)
    new = InvoiceRequest.objects.get(substitutes=old.invoice)
    assert InvoiceRequest.objects.get(pk=old.pk).state == State.ISSUED
    work_off(new)
    work_off(old, until=lambda state: state == State.REPLACED)

    assert (new.state, old.state) == (State.ISSUED, State.REPLACED)
    assert url("invoice", new) in text_of(accountant.get(url("invoice", old)))
    assert url("invoice", old) in text_of(accountant.get(url("invoice", new)))


def test_the_note_that_is_replaced_is_no_twin_of_its_replacement(accountant, national_shop):
    old = issue(national_shop)

    same = substitution(national_shop, old, description=old.snapshot.service.description)
    mirror = accountant.post(reverse("nfse:mirror"), same).context["mirror"]

    assert (mirror.twin_id, mirror.can_confirm) == (None, True)


def test_other_reasons_need_a_text(accountant, national_shop):
    old = issue(national_shop)

    for text in ("", "curto"):
        answer = accountant.post(reverse("nfse:mirror"), substitution(national_shop, old, reason_text=text))
        assert answer.status_code == 422
        assert answer.context["form"].errors["reason_text"]


def test_what_a_replacement_may_not_change_is_shown_locked(accountant, national_shop):
    old = issue(national_shop)

    form = accountant.get(url("substitute", old)).context["form"]
    answer = accountant.post(reverse("nfse:mirror"), substitution(national_shop, old, amount="1,00"))

    assert form.locked == {"taker", "amount", "competence_date"}
    assert answer.status_code == 422


def test_a_note_that_no_longer_stands_is_not_replaced(accountant, national_shop):
    old = national_shop.confirm()

    answer = accountant.get(url("substitute", old), follow=True)

    assert "Só uma nota emitida e em vigor pode ser substituída." in text_of(answer)


# --- Retry, withdraw ---------------------------------------------------------------------------------------
def test_a_failed_request_is_tried_again_with_its_number(accountant, shop):
    request = shop.confirm()
    force(request, State.SENDING)
    force(request, State.FAILED)
    assert actions_of(accountant, request) == {"retry", "copy"}

    accountant.post(url("retry_request", request))
    accountant.post(url("retry_request", request))

    assert events_of(request).count("retry") == 1
    assert work_off(request).state == State.ISSUED
    assert shop.count() == 1


def test_a_queued_request_is_withdrawn_and_never_sent(accountant, shop):
    request = shop.confirm()
    assert actions_of(accountant, request) == {"withdraw", "copy"}

    accountant.post(url("withdraw_request", request))
    work_off(request)

    assert request.state == State.WITHDRAWN
    assert shop.posts() == 0


def test_what_was_sent_is_not_withdrawn(accountant, shop):
    request = issue(shop)

    answer = accountant.post(url("withdraw_request", request), follow=True)

    assert "não pode mais ser retirado" in text_of(answer)
    assert InvoiceRequest.objects.get().state == State.ISSUED


# --- A number that another program used ------------------------------------------------------------
@pytest.fixture
def taken(national_shop):
    request = national_shop.confirm()
    force(request, State.SENDING)
    with locked_request(request.pk) as current:
        move(
            current,
            State.IN_DOUBT,
            Event.NUMBER_TAKEN,
            attention="taken",
            data={"reference": {"access_key": "4" * 50, "dps_id": request.dps_id}},
        )
    WorkItem.objects.all().delete()
    request.refresh_from_db()
    return request


def test_a_taken_number_shows_the_other_note_and_asks_a_person(client, national_shop, taken):
    client.force_login(national_shop.office.accountant)
    text = text_of(client.get(url("invoice", taken)))
    assert "4" * 50 in text
    assert url("settle_taken", taken) in text
    assert 'hx-trigger="poll"' not in text

    client.force_login(national_shop.office.attendant)
    assert url("settle_taken", taken) not in text_of(client.get(url("invoice", taken)))


def test_the_same_content_goes_out_under_a_new_number_once(accountant, national_shop, taken):
    first = accountant.post(url("settle_taken", taken), {"escolha": "emitir"})
    second = accountant.post(url("settle_taken", taken), {"escolha": "emitir"})

    new = InvoiceRequest.objects.exclude(pk=taken.pk).get()
    taken.refresh_from_db()
    assert first.url == second.url == url("invoice", new)
    assert (taken.state, taken.attention) == (State.REJECTED, "")
    assert (new.number, new.content_hash) == (taken.number + 1, taken.content_hash)
    assert work_off(new).state == State.ISSUED
    assert national_shop.count() == 1
    assert url("invoice", new) in text_of(accountant.get(url("invoice", taken)))


def test_two_people_settle_at_once_and_one_new_request_is_made(national_shop, taken):
    found = race(4, lambda: reissue_taken(**national_shop.who, request_id=taken.pk).pk)

    assert len(set(found)) == 1
    assert InvoiceRequest.objects.count() == 2
    assert events_of(taken).count("taken_settled") == 1


def test_giving_up_twice_is_once_and_nothing_is_issued(accountant, national_shop, taken):
    race(3, lambda: close_taken(**national_shop.who, request_id=taken.pk).pk)
    answer = accountant.post(url("settle_taken", taken), {"escolha": "emitir"}, follow=True)

    taken.refresh_from_db()
    assert taken.state == State.REJECTED
    assert events_of(taken).count("taken_settled") == 1
    assert "não espera mais uma decisão" in text_of(answer)
    assert InvoiceRequest.objects.count() == 1


def test_content_that_changed_meanwhile_has_to_be_seen_first(accountant, national_shop, taken):
    national_shop.taker.name = "Clínica Nova Ltda"
    national_shop.taker.save()

    answer = accountant.post(url("settle_taken", taken), {"escolha": "emitir"}, follow=True)

    taken.refresh_from_db()
    assert "mudaram desde a confirmação" in text_of(answer)
    assert (taken.state, taken.attention) == (State.IN_DOUBT, "taken")
    assert InvoiceRequest.objects.count() == 1


def test_only_a_taken_request_is_settled(accountant, national_shop):
    request = national_shop.confirm()
    force(request, State.SENDING)
    force(request, State.IN_DOUBT)

    for choice in ("emitir", "encerrar", ""):
        accountant.post(url("settle_taken", request), {"escolha": choice})

    request.refresh_from_db()
    assert request.state == State.IN_DOUBT
    assert InvoiceRequest.objects.count() == 1
