"""What Nitro says leaves in order, once, whatever happens on the way (W19, R81), through the emulator."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from nfse.models import NotePicture, Notice
from nfse.tests.firms import make_company, make_request
from queue_worker.models import WorkItem
from queue_worker.registry import get_handler
from queue_worker.services import reap
from queue_worker.tests.support import claim_one, expire_leases, race, run_due
from queue_worker.work import Work
from whatsapp.models import Channel, Conversation, OutboundMessage
from whatsapp.services import early_receipts
from whatsapp.services.outbox import NeverWrote, put_document, put_text
from whatsapp.services.sending import handing_over
from whatsapp.services.sending.sweeping import ring_lost_sendings
from whatsapp.services.watching import watch_channels
from whatsapp.tests.lines import (
    NUMBERS,
    eventually,
    has_become,
    is_connected,
    link_channel,
    pass_time,
    send_due,
)
from whatsapp.tests.people import ANA, make_channel, make_talk
from whatsapp.transport.events import Delivery

pytestmark = pytest.mark.django_db(transaction=True)
BIA = "5520912345678"


@pytest.fixture
def talk(line):
    return line.hear()


def states():
    return list(OutboundMessage.objects.order_by("seq").values_list("state", flat=True))


def fail(line, **fields):
    line.sandbox.fail("evolution", path="/message/*", **fields)


# --- The good way ---


def test_texts_arrive_in_order_and_their_receipts_come_back(line, talk):
    for text in ("um", "dois", "três"):
        line.say(talk, text)
    send_due()
    assert line.shown() == ["um", "dois", "três"]
    eventually(lambda: states() == ["delivered"] * 3, "the receipts")


def test_two_receipts_that_come_at_once_before_the_message_are_both_kept():
    both = (Delivery.PHONE, Delivery.SERVER)
    ids = [f"3EB0{number:04}" for number in range(100)]
    with ThreadPoolExecutor(2) as pool:
        for message_id in ids:
            list(pool.map(partial(early_receipts.keep, 1, message_id), both))
    assert {early_receipts.find(1, message_id) for message_id in ids} == {Delivery.PHONE}


def test_reading_is_told(line, talk):
    line.sandbox.set_evolution(statuses="read")
    line.say(talk, "oi")
    send_due()
    eventually(lambda: states() == ["read"], "the reading")


def test_receipts_never_move_back(line, talk):
    line.sandbox.set_evolution(statuses="read", webhooks="held")
    line.say(talk, "oi")
    send_due()
    line.sandbox.release_webhooks(order="reversed", copies=2)
    eventually(lambda: states() == ["read"], "the reading")
    eventually(lambda: line.sandbox.evolution()["pending"] == 0, "all webhooks")
    assert states() == ["read"]


def test_an_answer_goes_where_the_person_wrote_from(line):
    line.sandbox.set_evolution(addressing="lid_only")
    talk = line.hear()
    assert talk.address.endswith("@lid")
    line.say(talk, "oi")
    send_due()
    assert line.shown() == ["oi"]


def test_a_document_is_sent_by_its_number(line, talk, office):
    invoice = make_invoice(office)
    put(put_document, talk, invoice_id=invoice.pk, file="pdf", dedupe_key="pdf")
    put(put_document, talk, invoice_id=invoice.pk, file="xml", dedupe_key="xml")
    send_due()
    files = [one["file_name"] for one in line.sandbox.chat(line.name, ANA) if one["from"] != "person"]
    assert files == ["nota-7.pdf", "nota-7.xml"]


def test_a_file_that_is_not_there_yet_is_waited_for(line, talk, office):
    invoice = make_invoice(office)
    invoice.xml = b""
    invoice.save()
    put(put_document, talk, invoice_id=invoice.pk, file="xml", dedupe_key="xml")
    send_due()
    assert states() == ["pending"]
    invoice.xml = b"<NFSe/>"
    invoice.save()
    pass_time(minutes=1)
    send_due()
    eventually(lambda: states() == ["delivered"], "the delivery")


def make_invoice(office):
    request = make_request(make_company(office.firm), number=7, issued=True)
    invoice = request.invoice
    invoice.xml = b"<NFSe/>"
    invoice.save()
    picture = NotePicture(firm=office.firm, invoice=invoice, status=invoice.status)
    picture.pdf = b"%PDF-1.7 example"
    picture.save()
    return invoice


def put(how, talk, **fields):
    with transaction.atomic():
        locked = Conversation.objects.select_for_update().get(pk=talk.pk)
        return how(conversation=locked, cause="test", **fields)


# --- Twice, concurrently ---


def test_the_same_reason_twice_is_one_message(line, talk):
    line.say(talk, "oi", dedupe_key="same")
    line.say(talk, "oi de novo", dedupe_key="same")
    send_due()
    assert line.shown() == ["oi"]


def test_several_workers_send_each_message_once_and_in_order(line, talk):
    other = line.hear(BIA)
    texts = [f"linha {number}" for number in range(6)]
    for text in texts:
        line.say(talk, text)
        line.say(other, text)
    race(4, lambda: run_due("chat"))
    assert line.shown() == texts
    assert line.shown(BIA) == texts


def test_two_writers_at_once_count_without_gaps(line, talk):
    names = [f"t{number}" for number in range(6)]
    race(6, lambda: line.say(talk, names.pop()))
    assert list(OutboundMessage.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5, 6]


# --- A crash in the middle ---


def test_a_worker_that_dies_before_sending_makes_nobody_lose_or_get_twice(line, talk, monkeypatch):
    line.say(talk, "oi")
    die_in(monkeypatch, "_hand_over")
    assert states() == ["sending"]
    revive(monkeypatch)
    assert states() == ["unknown"]  # asked, and not found yet
    pass_time(seconds=61)
    send_due()
    assert line.shown() == ["oi"]


def test_a_worker_that_dies_after_sending_is_asked_about_and_nothing_is_sent_again(line, talk, monkeypatch):
    line.sandbox.set_evolution(webhooks="never")
    line.say(talk, "oi")
    die_in(monkeypatch, "_note_sent")
    assert states() == ["sending"]
    revive(monkeypatch)
    assert states() == ["sent"]
    assert line.shown() == ["oi"]


def die_in(monkeypatch, step):
    """The worker's process disappears at this step: nothing is recorded, its lease runs out."""
    monkeypatch.setattr(handing_over, step, vanish)
    item = claim_one("chat")
    handler = get_handler(item.kind)
    work = Work(item, handler)
    with pytest.raises(Vanished):
        handler.handle(work)


def revive(monkeypatch):
    monkeypatch.undo()
    expire_leases()
    reap()
    WorkItem.objects.update(run_after=timezone.now())
    send_due()


class Vanished(BaseException):
    """The process is gone."""


def vanish(*_args):
    raise Vanished


# --- An unknown answer ---


@pytest.mark.parametrize(
    "how", [{"kind": "reject", "code": "Timed Out", "after_work": True}, {"kind": "drop"}]
)
def test_a_lost_answer_is_asked_about_and_the_message_adopted(line, talk, how):
    line.sandbox.set_evolution(webhooks="never")
    fail(line, count=1, **how)
    line.say(talk, "oi")
    line.say(talk, "depois")
    send_due()
    assert states() == ["unknown", "pending"]
    pass_time(seconds=5)
    send_due()
    assert line.shown() == ["oi", "depois"]
    assert states() == ["sent", "sent"]


def test_the_echo_settles_a_lost_answer_too(line, talk):
    fail(line, count=1, kind="reject", code="Timed Out", after_work=True)
    line.say(talk, "oi")
    send_due()
    eventually(lambda: states() == ["delivered"], "the echo")
    send_due()
    assert line.shown() == ["oi"]


def test_what_is_not_found_for_a_minute_is_sent_again_once(line, talk):
    fail(line, count=1, kind="reject", code="Connection Closed")
    line.say(talk, "oi")
    send_due()
    pass_time(seconds=30)
    send_due()
    assert line.shown() == []
    pass_time(seconds=31)
    send_due()
    assert line.shown() == ["oi"]


def test_what_was_sent_twice_without_a_trace_is_given_up_and_told(line, talk):
    fail(line, kind="reject", code="Connection Closed")
    line.say(talk, "oi")
    for _ in range(4):
        send_due()
        pass_time(seconds=61)
    send_due()
    row = OutboundMessage.objects.get()
    assert (row.state, row.attempts) == ("dead", 2)
    assert "não chegou" in Notice.objects.first().title


def test_a_message_of_other_words_is_not_taken_for_the_lost_one(line, talk):
    line.sandbox.set_evolution(webhooks="never")
    line.say(talk, "oi")
    send_due()
    fail(line, count=1, kind="reject", code="Timed Out")
    line.say(talk, "oi", dedupe_key="the same words again")
    send_due()
    pass_time(seconds=5)
    send_due()
    assert states() == ["sent", "unknown"]


# --- It cannot go now ---


def test_a_failure_before_the_send_waits_and_is_tried_again(line, talk):
    fail(line, kind="status", status=500, count=2)
    line.say(talk, "oi")
    for _ in range(3):
        send_due()
        pass_time(minutes=1)
    eventually(lambda: states() == ["delivered"], "the delivery")
    assert line.shown() == ["oi"]


def test_a_message_in_back_off_holds_the_next_ones_for_two_minutes_only(line, talk):
    fail(line, kind="status", status=500, count=4)
    line.say(talk, "presa")
    send_due()
    line.say(talk, "depois")
    send_due()
    assert line.shown() == []
    calls_before = OutboundMessage.objects.get(seq=2).attempts
    assert calls_before == 0
    hold(talk, timedelta(minutes=2, seconds=1))
    send_due()  # the first is tried again, fails, and no longer holds the second
    assert OutboundMessage.objects.get(seq=2).attempts == 1


def hold(talk, since):
    OutboundMessage.objects.filter(seq=1).update(first_tried_at=timezone.now() - since)
    WorkItem.objects.filter(kind="whatsapp.send").update(run_after=timezone.now())


def test_a_channel_that_comes_back_sends_all_in_order(line, talk):
    line.sandbox.instance(line.name, "die")
    for text in ("um", "dois", "três"):
        line.say(talk, text)
        send_due()
        pass_time(minutes=3)
    send_due()
    assert line.shown() == []
    line.sandbox.instance(line.name, "revive")
    pass_time(minutes=3)
    send_due()
    assert line.shown() == ["um", "dois", "três"]


def test_a_number_without_whatsapp_is_tried_once_and_told(line, talk):
    line.sandbox.set_absent(ANA)
    line.say(talk, "oi")
    send_due()
    pass_time(minutes=3)
    send_due()
    row = OutboundMessage.objects.get()
    assert (row.state, row.attempts) == ("failed", 1)
    assert Notice.objects.exists()


def test_a_server_without_a_licence_keeps_everything(line, talk):
    line.sandbox.set_evolution(unlicensed=True)
    line.say(talk, "oi")
    send_due()
    assert states() == ["pending"]
    line.sandbox.set_evolution(unlicensed=False)
    pass_time(minutes=1)
    send_due()
    assert line.shown() == ["oi"]


def test_what_waits_for_a_day_dies_and_the_firm_hears(line, talk):
    fail(line, kind="status", status=500)
    line.say(talk, "oi")
    send_due()
    pass_time(hours=25)
    send_due()
    assert states() == ["dead"]
    assert Notice.objects.exists()


def test_a_closed_channel_holds_everything_and_goes_on_when_it_is_back(line, talk):
    line.sandbox.instance(line.name, "close", reason=401)
    eventually(lambda: has_become(line.channel, "disconnected"), "the close")
    line.say(talk, "oi")
    send_due()
    assert states() == ["pending"]
    assert OutboundMessage.objects.get().attempts == 0
    line.sandbox.instance(line.name, "scan", number=NUMBERS[0])
    eventually(lambda: is_connected(line.channel), "the connection")
    assert ring_lost_sendings(now=timezone.now() + timedelta(minutes=1)) == 1
    send_due()
    assert line.shown() == ["oi"]


def test_one_dead_channel_stops_no_other(line, talk, other_office, sandbox):
    """Case 08."""
    second = link_channel(sandbox, other_office, number=NUMBERS[1])
    other = second.hear(BIA)
    sandbox.instance(line.name, "die")
    for number in range(6):
        line.say(talk, f"a{number}")
        second.say(other, f"b{number}")
        send_due()
        pass_time(seconds=61)
    assert second.shown(BIA) == [f"b{number}" for number in range(6)]
    assert watch_channels(now=timezone.now()) == 1
    assert {notice.firm_id for notice in Notice.objects.all()} == {line.channel.firm_id}
    sandbox.instance(line.name, "revive")
    pass_time(minutes=3)
    send_due()
    assert line.shown() == [f"a{number}" for number in range(6)]


# --- Refusals that come later, chats that are new ---


def test_a_refusal_after_acceptance_is_final_and_told(line, talk):
    """The rest of case 11: a chat that WhatsApp takes for a new one is not tried again."""
    line.sandbox.set_evolution(statuses="error")
    line.say(talk, "oi")
    send_due()
    eventually(lambda: states() == ["failed"], "the refusal")
    pass_time(minutes=3)
    send_due()
    assert line.shown() == ["oi"]
    channel = Channel.objects.get(pk=line.channel.pk)
    assert channel.state == "connected"
    assert channel.can_start_chats_refused_at is not None


def test_open_chats_go_on_after_one_was_refused(line, talk):
    line.sandbox.set_evolution(statuses="error")
    line.say(talk, "oi")
    send_due()
    eventually(lambda: states() == ["failed"], "the refusal")
    line.sandbox.set_evolution(statuses="delivered")
    other = line.hear(BIA)
    line.say(other, "resposta")
    send_due()
    assert line.shown(BIA) == ["resposta"]


def test_nobody_gets_a_message_who_never_wrote(office):
    talk = make_talk(make_channel(office.firm))
    with pytest.raises(NeverWrote):
        put(put_text, talk, text="aviso", dedupe_key="notice")


def test_a_newer_mirror_takes_the_place_of_one_that_waits(line, talk):
    fail(line, kind="status", status=500, count=1)
    line.say(talk, "espelho 1", slot="mirror:1", mirror_hash="a" * 64)
    send_due()
    line.say(talk, "espelho 2", slot="mirror:1", mirror_hash="b" * 64)
    pass_time(minutes=1)
    send_due()
    assert line.shown() == ["espelho 2"]
    assert states()[0] == "superseded"


def test_what_is_said_cannot_be_rewritten(line, talk):
    row = line.say(talk, "oi")
    row.mirror_hash = "a" * 64
    with pytest.raises(IntegrityError, match="kept as it was written"):
        row.save()


def test_words_are_in_no_payload_of_work(line, talk):
    line.say(talk, "segredo")
    payloads = WorkItem.objects.filter(kind="whatsapp.send").values_list("payload", flat=True)
    assert list(payloads) == [{"conversation_id": talk.pk}]
