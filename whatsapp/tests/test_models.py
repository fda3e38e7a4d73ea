"""What the tables of the chat refuse, whatever the code does."""

import pytest
from django.db import IntegrityError, connection, transaction

from whatsapp.models import ContactAlias, InboundMessage, SessionEvent
from whatsapp.tests.people import make_channel, make_message, make_session, make_talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(db):
    return make_talk(make_channel())


def refuses(name, act):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        act_and_check(act)


def act_and_check(act):
    act()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_message_is_stored_once_per_channel(talk):
    make_message(talk)
    refuses("whatsapp_inbound_once", lambda: make_message(talk))


def test_a_stored_message_does_not_change(talk):
    message = make_message(talk)
    message.kind = "audio"
    refuses("kept as it arrived", message.save)


def test_a_message_without_content_is_completed_once(talk):
    message = make_message(talk, "", kind="unknown", has_content=False)
    message.kind, message.has_content, message.text, message.seq = "text", True, "oi", 2
    message.save()
    message.kind = "audio"
    refuses("kept as it arrived", message.save)
    assert InboundMessage.objects.get().text == "oi"


def test_both_spellings_of_a_phone_are_one_identity(db):
    talk = make_talk(make_channel(), "553987654321")
    index = ContactAlias.index_digits("phone", "5539987654321")
    assert ContactAlias.objects.get(index=index).contact_id == talk.contact_id


def test_a_contact_has_one_phone(talk):
    other = ContactAlias(channel=talk.channel, contact=talk.contact, kind="phone")
    other.digits = "5520911112222"
    refuses("whatsapp_alias_one_phone", other.save)


def test_a_conversation_has_one_open_session(talk):
    make_session(talk)
    refuses("whatsapp_session_one_open", lambda: make_session(talk))


def test_steps_of_a_session_are_append_only(talk):
    SessionEvent.objects.create(
        session=make_session(talk), row="1", event="DATA", from_state="none", to_state="collecting"
    )
    refuses("append-only", lambda: SessionEvent.objects.update(row="2"))


def test_a_conversation_is_of_the_firm_of_its_channel(talk, other_office):
    talk.firm = other_office.firm
    refuses("whatsapp_conversation_same_firm", talk.save)
