"""What webhooks lost is read back by the same door, once (W23; evolution.md 11.2)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from structlog.testing import capture_logs

from inbox.models import Delivery
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, run_due
from whatsapp.gateways import evolution
from whatsapp.gateways.transport import TooManyMessages
from whatsapp.models import Channel, ChannelEvent, Conversation, InboundMessage
from whatsapp.services import webhook
from whatsapp.services.reconciling import enqueue_reconciliations, reconcile_channel
from whatsapp.services.ringing import CONVERSE
from whatsapp.services.sweeping import ring_lost_conversations
from whatsapp.tests.lines import NUMBERS
from whatsapp.tests.people import ANA, make_channel, make_message

pytestmark = pytest.mark.django_db(transaction=True)


def reconcile():
    assert enqueue_reconciliations(now=timezone.now()) == 1
    make_due()
    run_due("io")


def texts():
    return [message.text for message in InboundMessage.objects.order_by("seq")]


def test_messages_that_no_webhook_told_are_found_in_order(line):
    line.sandbox.set_evolution(webhooks="never")
    for text in ("um", "dois", "três"):
        line.sandbox.write(line.name, ANA, text)
    reconcile()
    assert texts() == ["um", "dois", "três"]
    assert WorkItem.objects.filter(kind=CONVERSE).count() == 1
    assert Delivery.objects.filter(state="processed").count() >= 3


def test_what_came_by_webhook_is_not_stored_again(line):
    line.hear(text="um")
    before = Delivery.objects.count()
    reconcile()
    reconcile()
    assert texts() == ["um"]
    assert Delivery.objects.count() == before


def test_a_hidden_number_in_the_table_is_the_same_person(line):
    """Rows are saved before the LID is overwritten: the table says LID where the webhook said phone."""
    line.sandbox.set_evolution(addressing="lid")
    line.hear(text="um")
    line.sandbox.set_evolution(webhooks="never")
    line.sandbox.write(line.name, ANA, "dois")
    reconcile()
    assert Conversation.objects.filter(merged_into=None).count() == 1
    assert texts() == ["um", "dois"]


def test_our_own_messages_and_groups_are_not_read(line):
    talk = line.hear(text="um")
    line.say(talk, "resposta")
    run_due("chat")
    line.sandbox.set_evolution(webhooks="never")
    line.sandbox.write(line.name, ANA, "no grupo", group=True)
    reconcile()
    assert texts() == ["um"]


def test_many_pages_are_read(line):
    line.sandbox.set_evolution(webhooks="never")
    for number in range(120):
        line.sandbox.write(line.name, ANA, f"m{number}")
    reconcile()
    assert len(texts()) == 120


def write_ago(line, text, **span):
    at = timezone.now() - timedelta(**span)
    line.sandbox.write(line.name, ANA, text, at=int(at.timestamp()))


def read_from(**span):
    """Let the last reading have ended so long ago."""
    at = timezone.now() - timedelta(**span)
    Channel.objects.update(reconciled_until=at, created_at=at)


def works():
    return WorkItem.objects.filter(kind="whatsapp.reconcile_channel")


def read_once(line):
    """Read one span; whether it could be read."""
    try:
        reconcile_channel(channel_id=line.channel.pk, now=timezone.now())
    except TooManyMessages:
        return False
    return True


def work_off():
    """Read on until there is nothing to read; return how many readings it took."""
    enqueue_reconciliations(now=timezone.now())
    while works().filter(status="pending").exists():
        make_due()
        run_due("io")
    return works().filter(status="done").count()


def test_what_an_outage_of_two_days_hid_is_stored_in_order(line):
    line.sandbox.set_evolution(webhooks="never")
    read_from(days=2)
    write_ago(line, "um", hours=47)
    write_ago(line, "dois", hours=25)
    write_ago(line, "três", minutes=10)

    work_off()

    assert texts() == ["um", "dois", "três"]
    assert Channel.objects.get().reconciled_until > timezone.now() - timedelta(minutes=1)


def test_more_than_is_read_at_once_is_read_span_by_span(line, monkeypatch):
    monkeypatch.setattr(evolution, "PAGE", 10)
    monkeypatch.setattr(evolution, "MOST_RECEIVED_PAGES", 2)
    line.sandbox.set_evolution(webhooks="never")
    read_from(days=2)
    for number in range(70):
        write_ago(line, f"m{number}", minutes=2800 - number * 40)

    readings = work_off()

    assert texts() == [f"m{number}" for number in range(70)]
    assert readings > 3
    assert InboundMessage.objects.count() == 70


def test_a_reading_that_dies_goes_on_where_it_was(line, monkeypatch):
    monkeypatch.setattr(evolution, "PAGE", 10)
    monkeypatch.setattr(evolution, "MOST_RECEIVED_PAGES", 1)
    line.sandbox.set_evolution(webhooks="never")
    read_from(days=1)
    for number in range(30):
        write_ago(line, f"m{number}", minutes=1400 - number * 40)
    enqueue_reconciliations(now=timezone.now())
    run_due("io")
    line.sandbox.fail("evolution", kind="status", status=500, path="/chat/*", count=1)

    work_off()

    assert texts() == [f"m{number}" for number in range(30)]


def test_too_many_in_one_second_are_told_and_not_skipped(line, monkeypatch):
    monkeypatch.setattr(evolution, "PAGE", 2)
    monkeypatch.setattr(evolution, "MOST_RECEIVED_PAGES", 1)
    line.sandbox.set_evolution(webhooks="never")
    read_from(hours=1)
    at = int((timezone.now() - timedelta(minutes=30)).timestamp())
    for number in range(5):
        line.sandbox.write(line.name, ANA, f"m{number}", at=at)

    while read_once(line):
        assert texts() == []

    assert at - 2 <= Channel.objects.get().reconciled_until.timestamp() <= at


def test_what_evolution_itself_got_late_is_found(line):
    """It was cut off without a word; the readings meanwhile saw nothing, and went on."""
    talk = line.hear(text="antes")
    hours_ago = timezone.now() - timedelta(hours=6)
    Conversation.objects.filter(pk=talk.pk).update(last_message_at=hours_ago)
    line.sandbox.set_evolution(webhooks="never")
    reconcile()
    write_ago(line, "atrasada", hours=3)

    reconcile()

    assert texts() == ["antes", "atrasada"]


def found_events():
    return ChannelEvent.objects.filter(what="lost_found")


def test_what_was_found_is_told_once(line):
    line.sandbox.set_evolution(webhooks="never")
    line.sandbox.write(line.name, ANA, "um")
    for _ in range(3):
        reconcile()
    assert [event.detail for event in found_events()] == ["1"]


def test_a_record_that_becomes_no_message_is_delivered_once_and_is_no_lost_webhook(line):
    """The firm wrote to its own number: the table has it, and it is nobody's message."""
    line.sandbox.set_evolution(webhooks="never")
    line.sandbox.write(line.name, NUMBERS[0], "lembrete")
    before = Delivery.objects.count()
    for _ in range(3):
        reconcile()
    assert texts() == []
    assert Delivery.objects.count() == before + 1
    assert not found_events().exists()


def test_a_record_that_our_own_fault_keeps_out_is_one_failed_delivery(line, monkeypatch):
    def fail(**_message):
        raise ValueError

    monkeypatch.setattr(webhook, "store_messages", fail)
    line.sandbox.set_evolution(webhooks="never")
    line.sandbox.write(line.name, ANA, "um")
    for _ in range(3):
        reconcile()
    assert Delivery.objects.get(state="failed").repeats == 2
    assert not found_events().exists()


def test_a_record_whose_content_comes_later_is_delivered_again(line):
    line.sandbox.set_evolution(webhooks="never")
    line.sandbox.write(line.name, ANA, kind="hidden_edit", id="LATER")
    reconcile()
    assert InboundMessage.objects.get().kind == "unknown"
    line.sandbox.write(line.name, ANA, "um", id="LATER")
    reconcile()
    assert texts() == ["um"]


def test_that_a_table_forgets_old_messages_is_no_blind_reading(line):
    now = timezone.now()
    talk = line.hear(text="um", at=int((now - timedelta(days=3)).timestamp()))
    Conversation.objects.update(last_message_at=now - timedelta(days=2))

    make_message(talk, message_id="FORGOTTEN", sent_at=now - timedelta(days=1))
    assert "reconciliation_sees_nothing" not in logged_by(reconcile)
    make_message(talk, message_id="UNSEEN", sent_at=now - timedelta(hours=1))
    assert "reconciliation_sees_nothing" in logged_by(reconcile)


def logged_by(act):
    with capture_logs() as lines:
        act()
    return [line["event"] for line in lines]


def test_only_connected_channels_are_asked(office):
    make_channel(office.firm, state="disconnected")
    make_channel(office.firm, 2, deleted_at=timezone.now())
    assert enqueue_reconciliations(now=timezone.now()) == 0


def test_a_server_that_is_away_loses_nothing(line):
    line.sandbox.set_evolution(webhooks="never")
    line.sandbox.write(line.name, ANA, "um")
    line.sandbox.fail("evolution", kind="status", status=500, path="/chat/*", count=1)
    reconcile()
    assert texts() == []
    make_due()
    run_due("io")
    assert texts() == ["um"]


def test_where_the_reading_ended_is_remembered(line):
    reconcile()
    assert Channel.objects.get().reconciled_until is not None


def test_a_talk_without_work_is_rung_again(line):
    talk = line.hear(text="um")
    Conversation.objects.update(last_message_at=timezone.now() - timezone.timedelta(minutes=2))
    assert ring_lost_conversations(now=timezone.now()) == 1
    assert ring_lost_conversations(now=timezone.now()) == 0
    assert WorkItem.objects.get(kind=CONVERSE).payload == {"conversation_id": talk.pk}
