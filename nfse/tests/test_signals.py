"""What other apps hear of requests and their PDFs, inside the transaction that changed them."""

import pytest
from django.db import transaction

from core.tests.signals import hearing
from fiscal.enumerations import NoteStatus
from nfse.events import Event
from nfse.models import InvoiceRequest, RequestEvent
from nfse.services.issuing.moving import begin
from nfse.services.notes.pictures import read_picture, request_picture
from nfse.signals import pdf_ready, request_moved
from nfse.states import State
from nfse.tests.issuing import events_of, work_off
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)


def test_birth_and_every_later_move_are_told_with_their_event(national_shop):
    with hearing(request_moved) as heard:
        request = work_off(national_shop.confirm())

    assert [(each["before"], each["after"], each["event"]) for each in heard] == [
        ("", "queued", Event.CONFIRMED),
        ("queued", "sending", Event.ATTEMPT),
        ("sending", "issued", Event.ISSUED),
    ]
    assert {(each["request_id"], each["firm_id"]) for each in heard} == {(request.pk, request.firm_id)}
    assert events_of(request) == [each["event"] for each in heard]


def test_what_is_told_of_a_birth_dies_with_its_transaction(national_shop):
    request = national_shop.confirm()
    request.pk = None

    with pytest.raises(transaction.TransactionManagementError):
        begin(request, Event.CONFIRMED, actor=national_shop.who["actor"])
    assert InvoiceRequest.objects.count() == RequestEvent.objects.count() == 1


def test_a_national_note_has_its_pdf_when_its_xml_came(national_shop):
    with hearing(pdf_ready) as heard:
        request = work_off(national_shop.confirm())
        work_off(request, until=lambda state: state == State.ISSUED)

    assert heard == [
        {"request_id": request.pk, "firm_id": request.firm_id, "status": NoteStatus.AUTHORIZED.value}
    ]
    assert read_picture(request.pk).startswith(b"%PDF")


def test_a_city_s_pdf_is_told_when_it_was_fetched(city_shop):
    with hearing(pdf_ready) as heard:
        request = work_off(city_shop.confirm())
        assert request.state == State.ISSUED
        assert heard == []

        request_picture(**city_shop.who, request_id=request.pk)
        run_due()

    assert [each["request_id"] for each in heard] == [request.pk]
