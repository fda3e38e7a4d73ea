"""What webhooks lost is read back by the same door, once (W23; evolution.md 11.2)."""

import pytest
from django.utils import timezone

from inbox.models import Delivery
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, run_due
from whatsapp.models import Channel, Conversation, InboundMessage
from whatsapp.services.reconciling import enqueue_reconciliations
from whatsapp.services.ringing import CONVERSE
from whatsapp.services.sweeping import ring_lost_conversations
from whatsapp.tests.people import ANA, make_channel

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
