"""A failed request is sent again or asked for anew, never both: one service, one note (R84, N21)."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from nfse.models import Invoice, InvoiceRequest
from nfse.services.issuing.confirming import confirm_in_transaction, retry_request, withdraw_request
from nfse.services.issuing.moving import locked_request, move
from nfse.services.issuing.preparing import find_certificate
from nfse.services.issuing.second_tries import AskedAnew, SentAgain
from nfse.states import State
from nfse.tests.firms import acting
from nfse.tests.issuing import make_shop, work_off
from queue_worker.tests.support import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(sandbox, office):
    return make_shop(office, sandbox, "national")


def fail(request):
    """End a request as one that was proved not issued."""
    with locked_request(request.pk) as row:
        move(row, State.SENDING, "attempt")
        move(row, State.FAILED, "retries_spent")
    request.refresh_from_db()
    return request


def confirm_in_place_of(shop, request, *, amount="1500.00"):
    note = shop.note(amount)
    seen = shop.prepare(note)
    with transaction.atomic(durable=True):
        return confirm_in_transaction(
            actor=acting(shop.office),
            note=note,
            mirror_hash=seen.hash,
            form_key=uuid.uuid4(),
            certificate=find_certificate(shop.office.firm.pk, shop.company.pk),
            origin="hand",
            in_place_of=request.pk,
        )


def retry(shop, request):
    return retry_request(**shop.who, request_id=request.pk)


def outcome_of(act):
    """What a person is told: the state of the request, or the name of the refusal."""
    try:
        return act().state
    except (AskedAnew, SentAgain) as error:
        return type(error).__name__


def test_a_failed_request_is_not_sent_again_when_its_note_was_asked_for_anew(shop):
    failed = fail(shop.confirm())
    anew = shop.confirm()

    with pytest.raises(AskedAnew):
        retry(shop, failed)

    work_off(anew)
    with pytest.raises(AskedAnew):
        retry(shop, failed)
    assert Invoice.objects.count() == shop.count() == 1


def test_a_correction_confirmed_in_its_place_keeps_a_failed_request_from_being_sent(shop):
    failed = fail(shop.confirm())
    corrected = confirm_in_place_of(shop, failed, amount="1600.00")

    with pytest.raises(AskedAnew):
        retry(shop, failed)

    assert corrected.follows == failed


def test_nothing_is_confirmed_in_place_of_a_request_that_was_sent_again(shop):
    failed = fail(shop.confirm())
    retry(shop, failed)

    with pytest.raises(SentAgain):
        confirm_in_place_of(shop, failed, amount="1600.00")

    work_off(failed)
    with pytest.raises(SentAgain):
        confirm_in_place_of(shop, failed, amount="1600.00")
    assert InvoiceRequest.objects.count() == 1


def test_the_third_try_keeps_the_first_and_the_second_from_being_sent(shop):
    first = fail(shop.confirm())
    second = fail(confirm_in_place_of(shop, first, amount="1600.00"))
    third = confirm_in_place_of(shop, second, amount="1700.00")

    assert third.follows == first
    for request in (first, second):
        with pytest.raises(AskedAnew):
            retry(shop, request)


def test_a_failed_request_is_sent_again_when_what_took_its_place_came_to_nothing(shop):
    failed = fail(shop.confirm())
    anew = confirm_in_place_of(shop, failed)
    withdraw_request(**shop.who, request_id=anew.pk)

    assert retry(shop, failed).state == State.QUEUED


def test_two_equal_notes_that_were_asked_for_are_two_and_the_failed_one_is_sent_again(shop):
    one, other = shop.confirm(), shop.confirm()
    fail(one)
    work_off(other)

    assert retry(shop, one).state == State.QUEUED


@pytest.mark.parametrize("days", [7, 31])
def test_the_equal_note_of_another_week_or_month_does_not_hold_a_failed_request(shop, days):
    earlier = shop.note().competence_date - timedelta(days=days)
    failed = fail(shop.confirm(shop.note(competence_date=earlier)))
    shop.confirm()

    assert retry(shop, failed).state == State.QUEUED


def test_a_note_that_is_asked_for_anew_on_a_later_day_holds_the_failed_request(shop):
    days_ago = shop.note().competence_date - timedelta(days=6)
    failed = fail(shop.confirm(shop.note(competence_date=days_ago)))
    shop.confirm()

    with pytest.raises(AskedAnew):
        retry(shop, failed)


def test_a_request_sent_again_a_day_later_is_pointed_out_as_an_equal_note(shop):
    failed = fail(shop.confirm())
    long_ago = timezone.now() - timedelta(days=3)
    InvoiceRequest.objects.update(confirmed_at=long_ago, retry_until=long_ago + timedelta(days=1))
    assert shop.prepare().twin_id is None

    retry(shop, failed)

    assert shop.prepare().twin_id == failed.pk


@pytest.mark.parametrize("amount", ["1500.00", "1600.00"])
def test_sent_again_and_confirmed_at_once_one_of_the_two_is_done(shop, amount):
    failed = fail(shop.confirm())
    doors = [lambda: retry(shop, failed), lambda: confirm_in_place_of(shop, failed, amount=amount)] * 2

    race(4, lambda: outcome_of(doors.pop()))

    assert InvoiceRequest.objects.filter(state=State.QUEUED).count() == 1


def test_in_whose_place_a_request_was_confirmed_never_changes(shop):
    failed = fail(shop.confirm())
    anew = confirm_in_place_of(shop, failed)

    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceRequest.objects.filter(pk=anew.pk).update(follows=None)
