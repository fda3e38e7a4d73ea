"""Who writes: phones in both spellings, hidden numbers, and what joins them (W4, R76; evolution.md 9)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from queue_worker.tests.support import race
from whatsapp.models import Contact, ContactAlias, Conversation, InboundMessage
from whatsapp.services import identity
from whatsapp.tests.lines import eventually
from whatsapp.tests.people import NOW, make_channel
from whatsapp.tests.samples import read_case, read_payload

pytestmark = pytest.mark.django_db(transaction=True)
RUI, RUI_WITH_NINE, RUI_LID = "553987654321", "5539987654321", "90000000000003"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch, channel):
    monkeypatch.setattr("inbox.views.timezone.now", lambda: NOW + timedelta(hours=1))


def wrote(jid, alt=None, message_id="ID", text="oi", **key):
    payload = read_payload(21)
    payload["data"]["key"] = {"remoteJid": jid, "fromMe": False, "id": message_id, **key}
    if alt:
        payload["data"]["key"]["remoteJidAlt"] = alt
    payload["data"]["message"] = {"conversation": text}
    return payload


def phone(digits):
    return f"{digits}@s.whatsapp.net"


def lid(digits):
    return f"{digits}@lid"


def aliases():
    return sorted((alias.kind, alias.digits) for alias in ContactAlias.objects.all())


@pytest.mark.parametrize("number", [29, 30, 31])
def test_each_version_tells_phone_and_hidden_number_in_its_own_way(deliver, number):
    deliver(read_payload(number))
    assert aliases() == [("lid", RUI_LID), ("phone", RUI)]
    assert Contact.objects.count() == 1


def test_a_hidden_number_alone_is_never_made_a_phone(deliver):
    deliver(read_payload(21))
    assert aliases() == [("lid", RUI_LID)]
    assert Conversation.objects.get().address == lid(RUI_LID)


def test_both_spellings_of_the_ninth_digit_are_one_person(deliver):
    deliver(wrote(phone(RUI), message_id="A"))
    deliver(wrote(phone(RUI_WITH_NINE), message_id="B"))
    assert Conversation.objects.count() == 1
    assert Conversation.objects.get().address == phone(RUI_WITH_NINE)  # as it was written last


def test_a_hidden_number_that_is_told_with_its_phone_is_known_from_then_on(deliver):
    deliver(wrote(phone(RUI), lid(RUI_LID), "A"))
    deliver(wrote(lid(RUI_LID), message_id="B"))
    talk = Conversation.objects.get()
    assert talk.messages.count() == 2
    assert talk.address == phone(RUI)


def test_text_of_the_firm_teaches_no_identity(deliver):
    deliver(wrote(phone(RUI), message_id="A"))
    deliver(wrote(phone(RUI), lid(RUI_LID), "B", fromMe=True))
    assert aliases() == [("phone", RUI)]


def test_a_hidden_number_is_joined_to_its_phone_with_what_it_wrote(deliver):
    """Case 13: what was unread goes on in the phone's conversation, as data that came before the link."""
    deliver(wrote(phone("5520987654321"), message_id="BEFORE"))
    phones = Conversation.objects.get()
    first, second = read_case(13)["webhooks"]
    deliver(first)
    hidden = Conversation.objects.exclude(pk=phones.pk).get()
    deliver(second)
    hidden.refresh_from_db()
    assert hidden.merged_into == phones
    assert hidden.done_seq == hidden.last_seq
    yes = InboundMessage.objects.get(provider_message_id="689032C8C0065C4FC687A76FEC709005")
    assert (yes.conversation, yes.came_before_link, yes.seq) == (phones, True, 2)
    assert aliases() == [("lid", "90000000000009"), ("phone", "5520987654321")]


def test_what_was_read_under_the_hidden_number_stays_in_its_history(deliver):
    deliver(wrote(phone(RUI), message_id="A"))
    deliver(wrote(lid(RUI_LID), message_id="B"))
    hidden = InboundMessage.objects.get(provider_message_id="B").conversation
    Conversation.objects.filter(pk=hidden.pk).update(done_seq=1)
    deliver(wrote(lid(RUI_LID), phone(RUI), "C"))
    assert InboundMessage.objects.get(provider_message_id="B").conversation == hidden
    assert InboundMessage.objects.get(provider_message_id="C").conversation != hidden


def test_a_new_phone_of_a_hidden_number_is_another_person(deliver):
    """Rights follow the phone: a hidden number with another phone leaves the first phone's conversation."""
    deliver(wrote(phone(RUI), lid(RUI_LID), "A"))
    deliver(wrote(phone("5520911112222"), lid(RUI_LID), "B"))
    assert Conversation.objects.filter(merged_into=None).count() == 2
    owner = ContactAlias.objects.get(kind="lid").contact
    assert owner.aliases.get(kind="phone").digits == "5520911112222"


def test_people_are_joined_neither_by_name_nor_by_time(deliver):
    deliver(wrote(phone(RUI), message_id="A"))
    deliver(wrote(lid(RUI_LID), message_id="B"))
    assert Conversation.objects.filter(merged_into=None).count() == 2


def test_two_first_messages_at_once_are_one_person(deliver):
    bodies = [wrote(phone(RUI), lid(RUI_LID), f"ID{number}") for number in range(6)]
    assert race(6, lambda: deliver(bodies.pop()).status_code) == [200] * 6
    assert (Contact.objects.count(), Conversation.objects.get().last_seq) == (1, 6)


def test_joining_at_once_from_both_sides_loses_nothing(deliver):
    deliver(wrote(phone(RUI), message_id="A"))
    deliver(wrote(lid(RUI_LID), message_id="B"))
    bodies = [wrote(lid(RUI_LID), phone(RUI), f"ID{number}") for number in range(6)]
    assert race(6, lambda: deliver(bodies.pop()).status_code) == [200] * 6
    talk = Conversation.objects.get(merged_into=None)
    assert talk.messages.count() == 8
    assert talk.last_seq == 8


def test_a_message_that_meets_the_joining_of_its_conversation_is_not_lost(deliver, monkeypatch):
    """It is looked up under the hidden number, and waits for the lock that the joining holds."""
    deliver(wrote(phone(RUI), message_id="A"))
    deliver(wrote(lid(RUI_LID), message_id="B"))
    join, meeting = identity._join_conversations, []

    def join_and_be_met(*args, **rows):
        join(*args, **rows)
        meeting.append(start(lambda: deliver(wrote(lid(RUI_LID), message_id="MEETS"))))
        eventually(waits_for_a_lock, "the meeting")

    monkeypatch.setattr(identity, "_join_conversations", join_and_be_met)
    assert deliver(wrote(lid(RUI_LID), phone(RUI), "LINK")).status_code == 200
    assert meeting[0].result().status_code == 200
    talk = Conversation.objects.get(merged_into=None)
    met = InboundMessage.objects.get(provider_message_id="MEETS")
    assert (met.conversation, met.seq) == (talk, talk.last_seq)
    assert talk.messages.count() == 4


def start(work):
    """Run something in a thread of its own, beside the caller."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(run)
    finally:
        pool.shutdown(wait=False)


def waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


def test_channels_do_not_share_people(deliver, channel, other_office):
    make_channel(other_office.firm, 2)
    deliver(wrote(phone(RUI), message_id="A"))
    body = wrote(phone(RUI), message_id="A") | {"instance": "ch-fictional-0002"}
    deliver(body, key="ch-fictional-0002")
    assert Conversation.objects.count() == 2
    assert InboundMessage.objects.count() == 2
