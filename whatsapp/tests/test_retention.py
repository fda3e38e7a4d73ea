"""After 24 months no word, number or name of a conversation is left; its steps are (W24)."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from queue_worker.models import WorkItem
from queue_worker.tests.support import race
from whatsapp.models import Contact, ContactAlias, Conversation, InboundMessage, OutboundMessage, Session
from whatsapp.services import retention
from whatsapp.services.identity import lock_identities
from whatsapp.services.retention import delete_old_messages
from whatsapp.services.talking import kinds
from whatsapp.services.talking.listening import enqueue_files, enqueue_hand_over
from whatsapp.tests.people import ANA, NOW, make_message, make_session, make_talk
from whatsapp.tests.rehearsing import stage_of
from whatsapp.tests.samples import read_payload

pytestmark = pytest.mark.django_db(transaction=True)
KEPT, GONE = NOW + timedelta(days=700), NOW + timedelta(days=750)
DATA = {"note": {"document": "11222333000181", "description": "Consultoria"}}


@pytest.fixture
def talk(channel):
    return make_talk(channel, last_message_at=NOW)


def stored(model, pk, column):
    """Read a column as it stands in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} WHERE id = %s", [pk])  # noqa: S608
        return cursor.fetchone()[0]


def test_messages_go_after_twenty_four_months(talk):
    make_message(talk)

    assert delete_old_messages(now=KEPT).messages == 0
    assert delete_old_messages(now=GONE).messages == 1


def test_what_a_session_remembers_goes_and_its_steps_stay(talk):
    session = make_session(talk, data=DATA, mirror={"note": {}, "hash": "a"}, lookup_index="b" * 64)
    Session.objects.update(state="expired", close_reason="expired", closed_at=NOW)

    assert delete_old_messages(now=KEPT).sessions == 0
    assert delete_old_messages(now=GONE).sessions == 1

    session.refresh_from_db()
    assert (session.data, session.mirror, session.lookup_index) == ({}, None, "")
    assert (session.state, session.close_reason) == ("expired", "expired")
    assert delete_old_messages(now=GONE).sessions == 0


def test_an_open_session_keeps_what_it_needs_and_whom_it_is_with(talk):
    session = make_session(talk, state="awaiting_firm", kind="cancellation", data=DATA)

    delete_old_messages(now=GONE)

    session.refresh_from_db()
    assert session.data == DATA
    assert ContactAlias.objects.count() == 1


def test_a_person_of_whom_nothing_else_is_left_is_forgotten(talk):
    make_message(talk)

    assert delete_old_messages(now=KEPT).people == 0
    assert delete_old_messages(now=GONE).people == 1

    assert stored(Contact, talk.contact_id, "name") == ""
    assert stored(Conversation, talk.pk, "address") == ""
    assert not ContactAlias.objects.exists()


def test_more_people_than_one_batch_are_forgotten(channel, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for place in range(5):
        make_talk(channel, phone=f"552098765432{place}", last_message_at=NOW)

    assert delete_old_messages(now=GONE).people == 5


def test_who_wrote_lately_is_kept_with_the_number_that_answers_go_to(talk):
    make_message(talk)
    make_message(talk, message_id="ID2", received_at=GONE - timedelta(days=1))
    Conversation.objects.update(last_message_at=GONE - timedelta(days=1))

    counts = delete_old_messages(now=GONE)

    assert (counts.messages, counts.people) == (1, 0)
    assert ContactAlias.objects.get().digits == ANA


def test_who_writes_again_after_being_forgotten_is_a_new_person(talk, deliver):
    delete_old_messages(now=GONE)

    assert deliver(read_payload(1)).status_code == 200

    message = InboundMessage.objects.get()
    assert message.conversation_id != talk.pk
    assert message.conversation.contact.name != ""


@pytest.fixture
def forgotten(sandbox, transactional_db):
    """A person who got a note by the chat and was forgotten since."""
    with stage_of(sandbox) as player:
        player.say("nota de 1500 pra 11222333000181 manutenção do site em novembro")
        player.say("sim")
        WorkItem.objects.filter(kind=kinds.HAND_OVER).delete()
        OutboundMessage.objects.all().delete()
        Conversation.objects.update(address="", forgotten_at=player.clock.now())
        yield player


def hand_overs():
    return list(WorkItem.objects.filter(kind=kinds.HAND_OVER).values_list("status", flat=True))


def test_files_of_a_note_that_moves_later_are_not_for_who_was_forgotten(forgotten):
    (request,) = forgotten.requests()
    with transaction.atomic():
        enqueue_files(request_id=request.pk, status=request.invoice.status)
    assert hand_overs() == []


def test_files_that_wait_while_their_person_is_forgotten_end_without_a_failure(forgotten):
    (request,) = forgotten.requests()
    with transaction.atomic():
        enqueue_hand_over(forgotten.conversation.pk, request.invoice)
    forgotten.run_due()
    assert hand_overs() == ["done"]
    assert not OutboundMessage.objects.exists()


def test_a_message_that_waited_for_the_forgetting_has_a_person_all_the_same(talk, deliver):
    """The message found the person, and waits for the row of the conversation that is being forgotten."""

    def forget_slowly():
        with transaction.atomic():
            lock_identities(talk.channel_id)
            row = Conversation.objects.select_for_update(of=("self",)).get(pk=talk.pk)
            pause(2)
            ContactAlias.objects.filter(contact=row.contact_id).delete()
            row.address, row.forgotten_at = "", GONE
            row.save(update_fields=["address", "forgotten_at"])

    def write_meanwhile():
        pause(0.7)
        deliver(read_payload(1))

    doors = [write_meanwhile, forget_slowly]
    race(2, lambda: doors.pop()())

    message = InboundMessage.objects.get()
    assert message.conversation_id != talk.pk
    assert ContactAlias.objects.filter(contact=message.conversation.contact_id).exists()


def pause(seconds):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])
