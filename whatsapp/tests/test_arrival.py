"""Webhooks at the door of a channel: who delivers, what is stored, once, and its work (W3, R80)."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from inbox.models import Delivery
from inbox.services.replaying import replay_delivery
from queue_worker.models import WorkItem
from queue_worker.tests.support import race
from whatsapp.models import Channel, Conversation, InboundMessage, OutboundMessage
from whatsapp.services import arrival
from whatsapp.tests.people import NOW, SECRET, make_message
from whatsapp.tests.samples import list_index, read_body, read_case, read_payload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch, channel):
    """Webhooks of the samples come on their own day."""
    set_now(monkeypatch, NOW + timedelta(seconds=1))


def set_now(monkeypatch, moment):
    monkeypatch.setattr("inbox.views.timezone.now", lambda: moment)


def turns():
    return WorkItem.objects.filter(kind="whatsapp.converse")


def text_of(message_id):
    return InboundMessage.objects.get(provider_message_id=message_id).text


# --- Who may deliver ---


@pytest.mark.parametrize(
    ("key", "secret"),
    [("ch-unknown", SECRET), ("ch-fictional-0001", ""), ("ch-fictional-0001", "wrong")],
)
def test_without_the_channels_key_and_secret_there_is_no_such_page(deliver, key, secret):
    assert deliver(read_payload(1), key, secret).status_code == 404
    assert not Delivery.objects.exists()
    assert not WorkItem.objects.exists()


def test_a_deleted_channel_is_gone(deliver, channel):
    Channel.objects.update(deleted_at=NOW)
    assert deliver(read_payload(1)).status_code == 404


def test_a_webhook_is_only_posted(client):
    assert client.get("/webhooks/whatsapp/ch-fictional-0001/").status_code == 405


def test_another_instance_is_not_heard_on_this_channel(deliver):
    assert deliver(read_payload(1) | {"instance": "ch-fictional-0002"}).status_code == 200
    assert Delivery.objects.get().state == "refused"
    assert not InboundMessage.objects.exists()


# --- What is stored ---


def test_a_message_is_stored_with_its_conversation_and_its_turn(deliver, channel):
    assert deliver(read_payload(1)).status_code == 200
    message = InboundMessage.objects.get()
    assert message.text.startswith("Emitir nota de R$ 1.500,00")
    assert message.conversation.firm == channel.firm
    assert message.conversation.address == "5520987654321@s.whatsapp.net"
    assert message.delivery.state == "processed"
    turn = turns().get()
    assert turn.payload == {"conversation_id": message.conversation_id}
    assert turn.run_after == message.received_at + timedelta(seconds=2)


def test_the_same_message_twice_is_one_row_and_one_turn(deliver):
    deliver(read_payload(1))
    deliver(read_payload(23))
    assert InboundMessage.objects.count() == 1
    assert turns().count() == 1


def test_a_repeated_message_does_not_postpone_its_turn(deliver, monkeypatch):
    deliver(read_payload(1))
    due = turns().get().run_after
    set_now(monkeypatch, NOW + timedelta(seconds=2))
    deliver(read_payload(23))
    assert turns().get().run_after == due


def test_a_repeated_message_whose_turn_was_lost_gets_it_again(deliver):
    deliver(read_payload(1))
    WorkItem.objects.all().delete()
    deliver(read_payload(23))
    assert turns().count() == 1


def test_a_repeated_message_that_was_read_makes_no_turn(deliver):
    deliver(read_payload(1))
    WorkItem.objects.all().delete()
    Conversation.objects.update(done_seq=1)
    deliver(read_payload(23))
    assert not turns().exists()


def test_ten_copies_at_once_are_one_message(deliver):
    """Case 12."""
    (first, *_), count = read_case(12)["webhooks"], 10
    assert race(count, lambda: deliver(first).status_code) == [200] * count
    assert InboundMessage.objects.count() == 1
    assert turns().count() == 1


def test_a_crash_while_storing_leaves_the_delivery_to_be_replayed(deliver, monkeypatch, office):
    monkeypatch.setattr(arrival, "_note_arrival", crash)
    assert deliver(read_payload(1)).status_code == 200
    assert not InboundMessage.objects.exists()
    monkeypatch.undo()
    failed = Delivery.objects.get(state="failed")
    office.owner.is_staff = True
    office.owner.save()
    replay_delivery(delivery_id=failed.pk, actor_id=office.owner.pk, reason="consertado", form_key=FORM)
    assert InboundMessage.objects.count() == 1
    assert turns().count() == 1


def test_a_database_that_is_away_is_a_503_and_the_repetition_is_stored(deliver, monkeypatch):
    monkeypatch.setattr(arrival, "_note_arrival", away)
    assert deliver(read_payload(1)).status_code == 503
    assert not Delivery.objects.exists()
    monkeypatch.undo()
    assert deliver(read_payload(1)).status_code == 200
    assert InboundMessage.objects.count() == 1


def test_messages_of_one_person_at_once_keep_their_order_without_gaps(deliver):
    payloads = [with_id(f"ID{number}") for number in range(8)]
    race(8, lambda: deliver(payloads.pop()).status_code)
    assert sorted(InboundMessage.objects.values_list("seq", flat=True)) == list(range(1, 9))
    assert Conversation.objects.get().last_seq == 8


def with_id(message_id, **data):
    payload = read_payload(1)
    payload["data"]["key"]["id"] = message_id
    payload["data"].update(data)
    return payload


def crash(*_args):
    raise RuntimeError("a fault of ours")


def away(*_args):
    raise OperationalError("connection lost")


FORM = "6f0c2a9e-5c1f-4b43-9a56-0d6d2d3c8d11"


# --- What each recorded body does (index.csv) ---

STORED = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 21, 22, 23, 24, 25, 29, 30, 31, 32, 35}
REFUSED = {33, 34}


@pytest.mark.parametrize("line", [line for line in list_index() if line["transport"] == "evolution"])
def test_every_recorded_body_is_answered_and_kept(deliver, line):
    number = int(line["file"][:2])
    assert deliver(read_body(number)).status_code == int(line["answer_status"])
    assert Delivery.objects.get().state == ("refused" if number in REFUSED else "processed")
    assert InboundMessage.objects.count() == (number in STORED)


def test_all_bodies_in_a_row_then_all_again_are_each_message_once(deliver):
    numbers = [int(line["file"][:2]) for line in list_index() if line["transport"] == "evolution"]
    for number in numbers + numbers:
        assert deliver(read_body(number)).status_code == 200
    ids = InboundMessage.objects.values_list("provider_message_id", flat=True)
    assert len(ids) == len(set(ids)) == len(STORED) - 3 + 1  # 23 is 01, 12 is 11, 14 is 13; 17 is the firm's


@pytest.mark.parametrize("number", [15, 16, 17, 18, 19, 20, 26, 27, 28, 33, 34])
def test_what_nobody_is_answered_to_makes_no_turn(deliver, number):
    deliver(read_body(number))
    assert not turns().exists()


def test_a_body_of_fifteen_megabytes_is_taken(deliver):
    payload = read_payload(35)
    payload["data"]["message"]["base64"] = "T2dn" * (15 * 1024 * 256)
    assert deliver(payload).status_code == 200
    assert InboundMessage.objects.get().kind == "audio"


def test_a_body_above_twenty_megabytes_is_refused_so_that_it_is_repeated(deliver):
    assert deliver(b" " * (20 * 1024 * 1024 + 1)).status_code == 413


def test_text_of_five_thousand_characters_is_kept_whole(deliver):
    deliver(with_id("LONG", message={"conversation": "é" * 5000}))
    assert text_of("LONG") == "é" * 5000


def test_words_are_encrypted_in_the_table(deliver):
    deliver(read_payload(1))
    raw = InboundMessage.objects.extra(select={"raw": "whatsapp_inboundmessage.text"}).values_list("raw")[0][
        0
    ]
    assert raw.startswith("gAAAA")


# --- Quiet window (W7) ---


def test_each_message_moves_the_turn_up_to_eight_seconds_after_the_first(deliver, monkeypatch):
    for second in (1, 3, 5, 7, 8):
        set_now(monkeypatch, NOW + timedelta(seconds=second))
        deliver(with_id(f"ID{second}"))
    assert turns().get().run_after == NOW + timedelta(seconds=1 + 8)


def test_media_wait_four_seconds(deliver):
    deliver(read_payload(4))
    assert turns().get().run_after == NOW + timedelta(seconds=1 + 4)


@pytest.mark.parametrize("text", ["minhas notas", "Cancelar", "ajuda", "segunda via"])
def test_whole_message_commands_and_cancel_do_not_wait(deliver, text):
    deliver(with_id("ID", message={"conversation": text}))
    assert turns().get().run_after == NOW + timedelta(seconds=1)


@pytest.mark.parametrize("text", ["sim", "cancela, o valor é 300", "nota de 1500"])
def test_yes_and_all_else_wait(deliver, text):
    deliver(with_id("ID", message={"conversation": text}))
    assert turns().get().run_after == NOW + timedelta(seconds=1 + 2)


@pytest.mark.parametrize("number", [7, 8, 9])
def test_a_button_does_not_wait(deliver, number):
    deliver(read_payload(number))
    assert turns().get().run_after == NOW + timedelta(seconds=1)


# --- Content that comes later, edits, deletions, reactions ---


def test_content_that_comes_later_completes_the_message(deliver):
    """Case 06."""
    empty, full = read_case(6)["webhooks"]
    deliver(empty)
    assert not turns().exists()
    deliver(full)
    message = InboundMessage.objects.get()
    assert message.text == "nota de 700 pro 11.222.333/0001-81 conserto do portão"
    assert (message.seq, message.has_content) == (2, True)
    assert turns().count() == 1
    deliver(full)
    assert InboundMessage.objects.get().seq == 2


def test_an_empty_message_after_the_full_one_changes_nothing(deliver):
    empty, full = read_case(6)["webhooks"]
    deliver(full)
    deliver(empty)
    assert InboundMessage.objects.get().text.startswith("nota de 700")


def test_an_edit_is_a_message_of_its_own_and_marks_its_original(deliver):
    deliver(read_payload(1))
    deliver(read_payload(11))
    original, edit = InboundMessage.objects.order_by("seq")
    assert original.edited_at is not None
    assert (edit.kind, edit.target_id) == ("edit", original.provider_message_id)
    assert "1.600,00" in edit.text
    assert "1.500,00" in original.text


@pytest.mark.parametrize("order", [(11, 12), (12, 11)])
def test_the_two_traces_of_an_edit_are_one(deliver, order):
    for number in order:
        deliver(read_payload(number))
    assert InboundMessage.objects.filter(kind="edit").count() == 1


def test_an_edit_that_cannot_be_read_is_kept_with_its_original(deliver):
    """Case 01."""
    for webhook in read_case(1)["webhooks"]:
        deliver(webhook)
    original, edit = InboundMessage.objects.order_by("seq")
    assert original.edited_at is not None
    assert (edit.kind, edit.has_content, edit.target_id) == ("edit", False, original.provider_message_id)


def test_a_deletion_marks_its_message_once(deliver):
    deliver(read_payload(5))
    deliver(read_payload(14))
    deliver(read_payload(13))
    original, deletion = InboundMessage.objects.order_by("seq")
    assert original.deleted_at is not None
    assert (deletion.kind, deletion.target_id) == ("revoke", original.provider_message_id)


def test_a_deletion_of_what_never_came_makes_no_turn(deliver):
    deliver(read_payload(13))
    assert not turns().exists()


def test_a_reaction_makes_a_turn_only_on_a_mirror(deliver, channel):
    deliver(read_payload(10))
    assert not turns().exists()
    talk = Conversation.objects.get()
    mirror = {"mirror_hash": "a" * 64, "provider_message_id": "3EB0A1B2C3D4E5F6071829"}
    make_sent(talk, **mirror)
    deliver(reaction("❤️", "R2"))
    assert not turns().exists()
    deliver(reaction("👍🏽", "R3"))
    assert turns().count() == 1


def reaction(emoji, message_id):
    payload = read_payload(10)
    payload["data"]["message"]["reactionMessage"]["text"] = emoji
    payload["data"]["key"]["id"] = message_id
    return payload


def make_sent(talk, **fields):
    talk.out_seq += 1
    talk.save()
    values = {
        "kind": "text", "text": "espelho", "cause": "test", "dedupe_key": f"test:{talk.out_seq}",
        "state": "sent", "sent_at": NOW, "created_at": NOW, "seq": talk.out_seq, **fields,
    }  # fmt: skip
    return OutboundMessage.objects.create(channel_id=talk.channel_id, conversation=talk, **values)


def test_an_album_is_one_marker_and_its_pictures(deliver):
    """Case 03: the caption is kept; one turn for the whole burst."""
    for webhook in read_case(3)["webhooks"]:
        deliver(webhook)
    kinds = InboundMessage.objects.order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["album", "image", "image", "image"]
    assert InboundMessage.objects.get(seq=2).text == "nota de 900 pra 11.222.333/0001-81 troca do piso"
    assert turns().count() == 1


# --- Old messages ---


def test_a_backlog_is_kept_by_the_senders_clock(deliver, monkeypatch):
    """Case 09."""
    set_now(monkeypatch, NOW + timedelta(hours=2))
    for webhook in reversed(read_case(9)["webhooks"]):
        deliver(webhook)
    first = InboundMessage.objects.order_by("sent_at", "seq").first()
    assert first.text == "nota de 400 pro 11.222.333/0001-81 limpeza de vidros"
    assert turns().count() == 1


def test_what_is_older_than_a_day_is_stored_only(deliver):
    deliver(with_id("OLD", messageTimestamp=int((NOW - timedelta(hours=25)).timestamp())))
    assert InboundMessage.objects.count() == 1
    assert not turns().exists()


def test_a_clock_that_runs_ahead_counts_as_now(deliver):
    deliver(with_id("AHEAD", messageTimestamp=int((NOW + timedelta(days=3)).timestamp())))
    message = InboundMessage.objects.get()
    assert message.sent_at <= message.received_at


# --- The firm's own lines ---


def test_what_the_firm_types_on_its_phone_is_a_line_that_nobody_reads(deliver):
    deliver(read_payload(1))
    WorkItem.objects.all().delete()
    deliver(read_payload(17))
    line = InboundMessage.objects.get(is_from_firm=True)
    assert line.text.startswith("Oi Ana, aqui é o contador")
    assert not turns().exists()


def test_what_the_firm_types_to_a_stranger_is_not_kept(deliver):
    deliver(read_payload(17))
    assert not InboundMessage.objects.exists()
    assert Delivery.objects.get().result == {"firm_to_stranger": 1}


def test_our_own_send_told_as_typed_by_the_firm_is_no_line(deliver, channel):
    deliver(read_payload(1))
    talk = Conversation.objects.get()
    payload = read_payload(17)
    make_sent(talk, provider_message_id=payload["data"]["key"]["id"])
    deliver(payload)
    assert not InboundMessage.objects.filter(is_from_firm=True).exists()


def test_a_channel_remembers_when_it_spoke_last(deliver, channel):
    deliver(read_payload(15))
    channel.refresh_from_db()
    assert channel.last_event_at == NOW + timedelta(seconds=1)


def test_a_line_of_the_firm_waits_behind_no_unread_message(deliver):
    deliver(read_payload(1))
    deliver(read_payload(17))
    talk = Conversation.objects.get()
    assert (talk.last_seq, talk.done_seq) == (2, 0)
    make_message(talk, message_id="X")
