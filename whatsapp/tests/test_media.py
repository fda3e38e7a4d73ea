"""Voice notes: fetched by work, kept encrypted, and given up so that the talk goes on (W14, W24; case 05)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, run_due
from whatsapp.models import InboundMessage, StoredMedia
from whatsapp.services.media import requeue_lost_media
from whatsapp.services.retention import delete_old_messages
from whatsapp.services.ringing import CONVERSE, ask_for_media
from whatsapp.tests.people import make_channel
from whatsapp.tests.samples import read_payload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def voice(line):
    line.hear(text="nota de 1500", kind="audio")
    return InboundMessage.objects.get()


def fetch():
    make_due()
    run_due("chat")
    return InboundMessage.objects.get().media_state


def is_rung():
    return WorkItem.objects.filter(kind=CONVERSE).exists()


def test_a_voice_note_is_fetched_and_its_talk_goes_on(line, voice):
    assert voice.media_state == "pending"
    assert fetch() == "fetched"
    media = StoredMedia.objects.get()
    assert media.media_type == "audio/ogg"
    assert media.content.startswith(b"OggS")
    assert is_rung()


def test_its_bytes_are_encrypted_in_the_table(line, voice):
    fetch()
    raw = StoredMedia.objects.extra(select={"raw": "content"}).values_list("raw", flat=True)[0]
    assert str(raw).startswith("gAAAA")


def test_fetching_twice_is_once(line, voice):
    fetch()
    WorkItem.objects.all().delete()
    with transaction.atomic():
        ask_for_media(InboundMessage.objects.get())
    assert fetch() == "fetched"
    assert StoredMedia.objects.count() == 1


@pytest.mark.parametrize("how", ["nested", "missing", "null"])
def test_what_cannot_be_had_is_given_up_and_the_talk_goes_on(line, voice, how):
    """Case 05: the whole message first, then its id; after that the person is asked to write (T39)."""
    line.sandbox.set_evolution(media=how)
    assert fetch() == "failed"
    assert is_rung()


def test_the_whole_message_is_asked_for_first_and_then_its_id(line, voice):
    line.sandbox.set_evolution(media="nested")
    fetch()
    calls = [one for one in line.sandbox.calls("evolution") if "getBase64" in one["path"]]
    assert len(calls) == 2


def test_a_server_that_is_away_is_asked_three_times(line, voice):
    line.sandbox.fail("evolution", kind="status", status=502, path="/chat/*")
    for _ in range(2):
        assert fetch() == "pending"
    assert fetch() == "failed"
    assert is_rung()


def test_a_lost_work_is_made_again(line, voice):
    WorkItem.objects.all().delete()
    assert requeue_lost_media(now=timezone.now() + timedelta(minutes=3)) == 1
    assert fetch() == "fetched"


def test_a_file_that_came_in_the_webhook_is_not_asked_for(deliver, office, sandbox):
    make_channel(office.firm)
    deliver(read_payload(35))
    assert fetch() == "fetched"
    assert not [one for one in sandbox.calls("evolution") if "getBase64" in one["path"]]


@pytest.mark.parametrize(("field", "value"), [("seconds", 121), ("fileLength", 17 * 1024 * 1024)])
def test_what_is_too_long_to_be_heard_is_not_fetched(deliver, office, field, value):
    make_channel(office.firm)
    payload = read_payload(4)
    payload["data"]["message"]["audioMessage"][field] = value
    deliver(payload)
    assert InboundMessage.objects.get().media_state == "unfetched"
    assert not WorkItem.objects.filter(kind="whatsapp.fetch_media").exists()


@pytest.mark.parametrize("number", [5, 6])
def test_pictures_and_documents_are_not_fetched(deliver, office, number):
    make_channel(office.firm)
    deliver(read_payload(number))
    assert InboundMessage.objects.get().media_state == "unfetched"


# --- How long it is kept (W24) ---


def test_audio_goes_after_thirty_days_and_its_message_stays(line, voice):
    fetch()
    at = StoredMedia.objects.get().fetched_at
    assert delete_old_messages(now=at + timedelta(days=29)).media == 0
    assert delete_old_messages(now=at + timedelta(days=31)).media == 1
    assert InboundMessage.objects.get().media_state == "deleted"
