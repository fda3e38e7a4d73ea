"""A person of the firm takes a conversation over, answers, and gives it back (W18)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from nfse.actors import Actor
from nfse.permissions import NotFound
from queue_worker.models import WorkItem
from whatsapp.models import OutboundMessage
from whatsapp.services.handoff import (
    LONGEST_ANSWER,
    AnswerTooLong,
    EmptyAnswer,
    NoteOnItsWay,
    NothingOpen,
    NotTakenOver,
    answer_person,
    close_request,
    give_back,
    take_over,
)
from whatsapp.services.outbox import NeverWrote
from whatsapp.tests.people import NOW, make_channel, make_message, make_session, make_talk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talk(office):
    made = make_talk(make_channel(office.firm))
    make_message(made, "quero falar com alguém")
    return made


@pytest.fixture
def actor(office):
    return Actor(office.firm.pk, user_id=office.attendant.pk)


def answer(actor, talk, text="Bom dia, sou a Bia.", key="k", **fields):
    return answer_person(actor=actor, conversation_id=talk.pk, text=text, form_key=key, now=NOW, **fields)


def test_the_clock_of_an_open_request_stands_still_and_goes_on_whole(actor, talk):
    session = make_session(talk, expires_at=NOW + timedelta(minutes=5), reminded_at=NOW)

    take_over(actor=actor, conversation_id=talk.pk, now=NOW)
    session.refresh_from_db()
    assert (session.expires_at, session.reminded_at) == (None, None)

    give_back(actor=actor, conversation_id=talk.pk, now=NOW + timedelta(hours=1))
    session.refresh_from_db()
    assert session.expires_at == NOW + timedelta(hours=2)


def test_an_answer_goes_out_in_the_name_of_who_wrote_it(actor, talk, office):
    take_over(actor=actor, conversation_id=talk.pk, now=NOW)

    message = answer(actor, talk, " Bom dia! ")

    assert (message.text, message.author, message.member_id) == ("Bom dia!", "member", office.attendant.pk)
    assert WorkItem.objects.filter(kind="whatsapp.send").count() == 1
    talk.refresh_from_db()
    assert (talk.handed_off_to_id, talk.handoff_last_at) == (office.attendant.pk, NOW)


def test_a_form_sent_twice_is_one_message(actor, talk):
    take_over(actor=actor, conversation_id=talk.pk, now=NOW)

    first, second = answer(actor, talk), answer(actor, talk)

    assert first.pk == second.pk
    assert OutboundMessage.objects.count() == 1


def test_a_form_sent_twice_at_once_is_one_message(actor, talk):
    take_over(actor=actor, conversation_id=talk.pk, now=NOW)

    def send(_place):
        try:
            return answer(actor, talk).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = set(pool.map(send, range(4)))

    assert len(sent) == 1
    assert OutboundMessage.objects.count() == 1


def test_nobody_answers_over_the_assistant(actor, talk):
    with pytest.raises(NotTakenOver):
        answer(actor, talk)

    assert not OutboundMessage.objects.exists()


@pytest.mark.parametrize(
    ("text", "error"), [("  \n", EmptyAnswer), ("x" * (LONGEST_ANSWER + 1), AnswerTooLong)]
)
def test_an_answer_says_something_and_fits(actor, talk, text, error):
    take_over(actor=actor, conversation_id=talk.pk, now=NOW)

    with pytest.raises(error):
        answer(actor, talk, text)


def test_who_never_wrote_is_not_written_to(actor, office):
    silent = make_talk(make_channel(office.firm, 7), "5520911112222")
    take_over(actor=actor, conversation_id=silent.pk, now=NOW)

    with pytest.raises(NeverWrote):
        answer(actor, silent)


def test_a_colleague_may_take_it_over_and_the_beginning_stays(actor, talk, office):
    take_over(actor=actor, conversation_id=talk.pk, now=NOW)
    colleague = Actor(office.firm.pk, user_id=office.owner.pk)

    take_over(actor=colleague, conversation_id=talk.pk, now=NOW + timedelta(minutes=9))

    talk.refresh_from_db()
    assert (talk.handed_off_to_id, talk.handed_off_at) == (office.owner.pk, NOW)


def test_giving_back_says_so_once(actor, talk):
    take_over(actor=actor, conversation_id=talk.pk, now=NOW)

    give_back(actor=actor, conversation_id=talk.pk, now=NOW)
    give_back(actor=actor, conversation_id=talk.pk, now=NOW)

    assert [message.text_key for message in OutboundMessage.objects.all()] == ["T57"]
    talk.refresh_from_db()
    assert talk.handed_off_at is None


def test_each_step_is_a_new_version_of_the_conversation(actor, talk):
    for step in (take_over, give_back):
        before = talk.version
        step(actor=actor, conversation_id=talk.pk, now=NOW)
        talk.refresh_from_db()
        assert talk.version > before


def test_another_firm_finds_no_such_conversation(other_office, talk):
    stranger = Actor(other_office.firm.pk, user_id=other_office.owner.pk)

    for step in (take_over, give_back):
        with pytest.raises(NotFound):
            step(actor=stranger, conversation_id=talk.pk)
    with pytest.raises(NotFound):
        answer(stranger, talk)


def test_the_page_leads_through_it(send, page, talk):
    address = reverse("whatsapp:transcript", args=[talk.pk])
    assert "Sua resposta" not in page(address, role="attendant").text

    send(reverse("whatsapp:take_over", args=[talk.pk]), role="attendant")
    assert "Você está respondendo." in page(address, role="attendant").text
    key = str(uuid4())
    reply = reverse("whatsapp:answer", args=[talk.pk])
    assert send(reply, role="attendant", text="Bom dia!", form_key=key).status_code == 302
    refused = send(reply, role="attendant", text="", form_key=key)
    send(reverse("whatsapp:give_back", args=[talk.pk]), role="attendant")

    shown = page(address, role="attendant").text
    assert refused.status_code == 422
    assert "Escreva a resposta." in refused.content.decode()
    assert "Bom dia!" in shown
    assert "O assistente responde nesta conversa." in shown


def test_a_request_is_closed_for_the_firm_and_the_person_may_begin_anew(actor, talk, company):
    session = make_session(talk, company=company, label="221126-7K2QM", expires_at=NOW)

    close_request(actor=actor, conversation_id=talk.pk, now=NOW)

    session.refresh_from_db()
    assert (session.state, session.close_reason) == ("canceled", "canceled_by_firm")
    assert session.closed_at == NOW
    assert [message.text_key for message in OutboundMessage.objects.all()] == ["T33"]


def test_a_note_on_its_way_is_not_closed(actor, talk, company):
    session = make_session(talk, company=company, state="processing")

    with pytest.raises(NoteOnItsWay):
        close_request(actor=actor, conversation_id=talk.pk, now=NOW)

    session.refresh_from_db()
    assert session.state == "processing"


def test_there_is_nothing_to_close_without_a_request(actor, talk):
    with pytest.raises(NothingOpen):
        close_request(actor=actor, conversation_id=talk.pk, now=NOW)


def test_giving_back_says_what_waits(actor, talk, company):
    make_session(talk, company=company)
    take_over(actor=actor, conversation_id=talk.pk, now=NOW)

    give_back(actor=actor, conversation_id=talk.pk, now=NOW)

    [message] = OutboundMessage.objects.all()
    assert message.text.startswith("Voltei!")
    assert len(message.text) > len("Voltei!")
