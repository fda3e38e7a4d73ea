"""A note goes to its taker by e-mail by itself, once, where the company chose so (N13)."""

import smtplib
import time
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from nfse.models import Company, Invoice, Taker, TaxProfile
from nfse.services.issuing import kinds, settling
from nfse.services.notes import mailing_taker
from nfse.states import State
from nfse.tests.issuing import events_of, work_off
from portal.tests.note_pages import force, text_of, url
from queue_worker import runner
from queue_worker.models import WorkItem
from queue_worker.services import reap
from queue_worker.tests.support import claim_one, expire_leases, make_due, race, run_due

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "financeiro@clinica.example"


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def choice():
    """A company in production that sends its notes, and a taker with an e-mail."""

    def choose(shop, *, environment="production", email=ADDRESS, on=True):
        Company.objects.filter(pk=shop.company.pk).update(environment=environment)
        Taker.objects.filter(pk=shop.taker.pk).update(email=email)
        TaxProfile.objects.update(email_to_taker=on)
        for row in (shop.company, shop.taker):
            row.refresh_from_db()
        return shop

    return choose


def finish(request):
    """Work until the note has all that it gets."""
    work_off(request)
    work_off(request, until=lambda _: not WorkItem.objects.filter(status="pending").exists(), turns=25)
    assert request.state == State.ISSUED
    return request


def letters():
    return WorkItem.objects.filter(kind=kinds.TAKER_EMAIL)


def about_letters(request):
    return [event for event in events_of(request) if "email" in event]


def test_a_note_goes_to_its_taker_with_pdf_and_xml(accountant, shop, choice):
    request = finish(choice(shop).confirm())

    [letter] = mail.outbox
    note = Invoice.objects.get(request=request)
    assert letter.to == [ADDRESS]
    assert letter.subject == f"NFS-e {note.number} de Oficina Rota Sul Ltda"
    (_, pdf, _), (_, xml, _) = letter.attachments
    assert pdf.startswith(b"%PDF")
    assert (xml if isinstance(xml, bytes) else xml.encode()) == note.xml != b""
    assert about_letters(request) == ["taker_email_asked", "taker_emailed"]
    assert request.history.get(event="taker_emailed").actor is None
    text = text_of(accountant.get(url("invoice", request)))
    assert "E-mail enviado ao tomador." in text
    assert "f•••@clinica.example" in text
    assert ADDRESS not in str(list(letters().values("payload", "result", "history")))


@pytest.mark.parametrize("change", [{"on": False}, {"environment": "staging"}, {"email": ""}])
def test_without_the_choice_in_a_test_and_without_an_address_nothing_is_sent(national_shop, choice, change):
    request = finish(choice(national_shop, **change).confirm())

    assert (mail.outbox, letters().count(), about_letters(request)) == ([], 0, [])


def test_nobody_chose_it_until_somebody_does(national_shop):
    assert TaxProfile.objects.get().email_to_taker is False


def test_the_address_is_the_one_that_was_confirmed(national_shop, choice):
    request = choice(national_shop).confirm()
    Taker.objects.update(email="outra@clinica.example")

    finish(request)

    assert [letter.to for letter in mail.outbox] == [[ADDRESS]]


def test_a_note_that_was_found_after_a_doubt_is_sent_once(shop, choice):
    choice(shop).fail("drop", count=1)
    request = finish(shop.confirm())

    assert Invoice.objects.get(request=request).is_adopted
    assert len(mail.outbox) == letters().filter(attempts=1, result__outcome="sent").count() == 1


def test_the_same_yes_twice_and_workers_at_once_send_one_letter(national_shop, choice):
    choice(national_shop)
    note, key = national_shop.note(), uuid.uuid4()
    request = national_shop.confirm(note, form_key=key)
    national_shop.confirm(note, form_key=key)
    race(4, run_due)

    finish(request)

    assert len(mail.outbox) == letters().count() == 1
    assert about_letters(request) == ["taker_email_asked", "taker_emailed"]


def test_a_crash_before_the_note_is_recorded_leaves_no_letter_behind(national_shop, choice, monkeypatch):
    """The letter is part of the transaction that records the note: both, or neither."""

    def die(_request):
        raise Killed

    request = choice(national_shop).confirm()
    with monkeypatch.context() as patch:
        patch.setattr(settling, "finish_replaced", die)
        with pytest.raises(Killed):
            run_due()
    expire_leases()
    reap()
    request.refresh_from_db()
    assert (request.state, letters().count(), about_letters(request)) == (State.SENDING, 0, [])

    finish(request)

    assert len(mail.outbox) == letters().count() == 1
    assert about_letters(request) == ["taker_email_asked", "taker_emailed"]


def issued_with_letter_waiting(shop):
    """A note that was just issued; its letter is all the work that there is."""
    request = shop.confirm()
    for _ in range(40):
        WorkItem.objects.exclude(kind__in=(kinds.SEND, kinds.ASK)).delete()
        make_due()
        runner.run(claim_one())
        request.refresh_from_db()
        if request.state == State.ISSUED:
            break
        time.sleep(0.05)
    WorkItem.objects.exclude(kind=kinds.TAKER_EMAIL).delete()
    assert (request.state, letters().get().status) == (State.ISSUED, "pending")
    return request


def test_a_letter_waits_for_the_xml(city_shop, choice):
    request = issued_with_letter_waiting(choice(city_shop))
    for _ in range(3):
        run_due()
        make_due()
    assert (mail.outbox, letters().filter(status="pending").count()) == ([], 1)

    with transaction.atomic():
        kinds.enqueue_for(request, kinds.READ)
    finish(request)

    assert len(mail.outbox) == 1
    assert about_letters(request) == ["taker_email_asked", "taker_emailed"]


@pytest.mark.parametrize("state", [State.CANCELED, State.REPLACED])
def test_a_note_that_no_longer_stands_is_not_sent(accountant, national_shop, choice, state):
    request = issued_with_letter_waiting(choice(national_shop))
    force(request, state)

    run_due()

    assert mail.outbox == []
    assert about_letters(request) == ["taker_email_asked", "taker_email_dropped"]
    assert "a nota deixou de valer antes" in text_of(accountant.get(url("invoice", request)))


def test_a_letter_waits_until_the_cancellation_is_decided(national_shop, choice):
    request = issued_with_letter_waiting(choice(national_shop))
    force(request, State.CANCELING)
    WorkItem.objects.exclude(kind=kinds.TAKER_EMAIL).delete()
    for _ in range(3):
        run_due()
        make_due()
    assert (mail.outbox, letters().filter(status="pending").count()) == ([], 1)

    force(request, State.ISSUED)
    run_due()

    assert len(mail.outbox) == 1


def test_a_note_canceled_while_its_pdf_is_drawn_is_not_sent(national_shop, choice, monkeypatch):
    request = issued_with_letter_waiting(choice(national_shop))
    draw = mailing_taker.read_picture

    def cancel_meanwhile(request_id):
        force(request, State.CANCELED)
        return draw(request_id)

    with monkeypatch.context() as patch:
        patch.setattr(mailing_taker, "read_picture", cancel_meanwhile)
        run_due()
    make_due()
    run_due()

    assert mail.outbox == []
    assert about_letters(request)[-1] == "taker_email_dropped"


def test_a_letter_that_the_server_will_never_take_is_told_in_the_history(
    accountant, national_shop, choice, monkeypatch
):
    request = issued_with_letter_waiting(choice(national_shop))
    refusal = smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"unknown")})

    def refuse(message):
        raise refusal

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    run_due()

    assert about_letters(request) == ["taker_email_asked", "taker_email_failed"]
    assert "O e-mail ao tomador não pôde ser entregue." in text_of(accountant.get(url("invoice", request)))


def test_a_letter_whose_note_never_gets_its_xml_is_given_up(national_shop, choice):
    request = issued_with_letter_waiting(choice(national_shop))
    Invoice.objects.update(xml_text="", created_at=timezone.now() - timedelta(days=31))

    run_due()

    assert mail.outbox == []
    assert about_letters(request)[-1] == "taker_email_failed"
