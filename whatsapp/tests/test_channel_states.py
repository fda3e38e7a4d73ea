"""A channel moves forward in the sender's own time; its firm hears of it once (W1, R82; cases 07, 08)."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from nfse.models import Notice
from nfse.tests.firms import acting
from queue_worker.models import WorkItem
from whatsapp.models import Channel
from whatsapp.services.channel_states import record_state
from whatsapp.services.channels import disconnect_channel
from whatsapp.services.watching import watch_channels
from whatsapp.tests.people import NOW, make_channel
from whatsapp.tests.samples import read_case, read_payload
from whatsapp.transport.events import Link, LinkChanged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def connecting(office):
    """A channel whose firm has just asked for it."""
    return make_channel(office.firm, state="connecting", number="")


def state_of(channel):
    return Channel.objects.get(pk=channel.pk).state


def event(number, at="09:05:00.412", **data):
    payload = read_payload(number)
    payload["date_time"] = f"2026-11-22T{at}Z"
    payload["data"] = {**(payload["data"] or {}), **data}
    return payload


def link(state, at, reason=200, **data):
    return event(26, at, state=state, statusReason=reason, **data)


def works(kind):
    return WorkItem.objects.filter(kind=kind)


def test_open_connects_and_tells_the_number(deliver, connecting):
    deliver(read_payload(26))
    channel = Channel.objects.get()
    assert (channel.state, channel.number) == ("connected", "5520911110000")


def test_open_asks_once_for_what_was_missed(deliver, connecting):
    for second in range(3):
        deliver(link("open", f"09:05:0{second}.000"))
        deliver(link("connecting", f"09:05:0{second}.900"))
    deliver(link("open", "09:05:09.000"))
    assert works("whatsapp.reconcile_channel").count() == 1


def test_a_qr_is_shown_for_its_forty_five_seconds(deliver, connecting):
    deliver(read_payload(28))
    channel = Channel.objects.get()
    assert channel.state == "qr_ready"
    assert channel.qr.startswith("data:image/png;base64,")
    assert timedelta(0) < channel.qr_expires_at - timezone.now() <= timedelta(seconds=45)


def test_a_qr_is_encrypted_in_the_table(deliver, connecting):
    deliver(read_payload(28))
    raw = Channel.objects.extra(select={"raw": "whatsapp_channel.qr"}).values_list("raw", flat=True)[0]
    assert raw.startswith("gAAAA")


def test_a_qr_never_takes_a_connected_channel_back(deliver, channel):
    deliver(event(28, "09:59:00.000"))
    assert state_of(channel) == "connected"
    assert Channel.objects.get().qr == ""


def test_connecting_while_a_qr_is_shown_keeps_the_qr(deliver, connecting):
    deliver(event(28, "09:05:00.000"))
    deliver(link("connecting", "09:05:05.000"))
    assert state_of(connecting) == "qr_ready"


def test_the_last_qr_without_a_reading_asks_for_a_new_attempt(deliver, connecting):
    payload = event(28, "09:05:00.000")
    payload["data"] = {"message": "QR code limit reached, please login again", "statusCode": 500}
    deliver(payload)
    channel = Channel.objects.get()
    assert channel.state == "disconnected"
    assert "QR venceu" in channel.trouble


def test_a_final_close_asks_for_a_new_qr(deliver, channel):
    deliver(read_payload(27))
    channel.refresh_from_db()
    assert channel.state == "disconnected"
    assert channel.state_reason == "401"
    assert "Leia um novo QR" in channel.trouble


def test_a_ban_is_told_to_the_operators_too(deliver, channel):
    deliver(link("close", "09:06:00.000", reason=403))
    assert works("whatsapp.tell_ban").count() == 1


@pytest.mark.parametrize("data", [None, {}])
def test_a_log_out_closes(deliver, channel, data):
    deliver({**link("open", "09:06:00.000"), "event": "logout.instance", "data": data})
    assert state_of(channel) == "disconnected"


def test_an_older_event_changes_nothing(deliver, channel):
    deliver(link("open", "09:06:40.000"))
    deliver(link("close", "09:06:10.000", reason=401))
    assert state_of(channel) == "connected"


def test_a_clock_that_was_set_back_is_believed(deliver, channel):
    deliver(link("open", "12:06:40.000"))
    deliver(link("close", "09:06:40.000", reason=401))
    assert state_of(channel) == "disconnected"


def test_events_of_one_second_are_settled_by_asking(deliver, channel):
    deliver(link("open", "09:06:40.100"))
    deliver(link("close", "09:06:40.900", reason=401))
    assert state_of(channel) == "connected"
    assert works("whatsapp.check_channel").count() == 1


def test_the_number_is_learned_whatever_the_order(deliver, connecting):
    deliver(link("connecting", "09:06:40.100"))
    deliver(link("open", "09:06:40.900", wuid="5520911110000@s.whatsapp.net"))
    assert Channel.objects.get().number == "5520911110000"


def test_an_answer_is_not_taken_when_an_event_came_meanwhile(deliver, channel):
    deliver(link("close", "09:06:40.000", reason=401))
    taken = record_state(channel_id=channel.pk, asked_stamp=None, change=LinkChanged(Link.OPEN), now=NOW)
    assert not taken
    assert state_of(channel) == "disconnected"


@pytest.mark.parametrize("seed", range(4))
def test_flapping_ends_connected_whatever_the_order_of_arrival(deliver, channel, seed):
    """Case 07."""
    webhooks = read_case(7)["webhooks"]
    random.Random(seed).shuffle(webhooks)
    for webhook in webhooks:
        assert deliver(webhook).status_code == 200
    watch_channels(now=timezone.now() + timedelta(minutes=2))
    assert state_of(channel) == "connected"
    assert not Notice.objects.exists()
    assert works("whatsapp.reconcile_channel").count() <= 1


# --- What the firm hears ---


def test_a_channel_that_stays_down_is_told_once_by_bell_and_e_mail(deliver, channel):
    deliver(read_payload(27))
    down = Channel.objects.get().down_since
    assert watch_channels(now=down + timedelta(seconds=59)) == 0
    assert watch_channels(now=down + timedelta(seconds=61)) == 1
    assert watch_channels(now=down + timedelta(minutes=30)) == 0
    assert set(Notice.objects.values_list("recipient__email", flat=True)) == {
        "owner1@nitro.example",
        "accountant1@nitro.example",
    }
    assert works("nfse.send_notice_email").count() == 2


def test_a_channel_that_was_never_connected_is_no_alarm(deliver, connecting):
    payload = event(28, "09:05:00.000")
    payload["data"] = {"message": "limit", "statusCode": 500}
    deliver(payload)
    assert watch_channels(now=timezone.now() + timedelta(hours=1)) == 0


MONDAY_NOON = NOW.replace(day=23, hour=15)
"""12:00 in São Paulo."""


def quiet_channel(office, last_event, **fields):
    return make_channel(office.firm, last_event_at=last_event, state_at=last_event, **fields)


def test_half_an_hour_of_silence_in_working_time_is_told_once(office):
    quiet_channel(office, MONDAY_NOON - timedelta(minutes=31))
    assert watch_channels(now=MONDAY_NOON) == 1
    assert watch_channels(now=MONDAY_NOON + timedelta(minutes=5)) == 0
    assert "silêncio" in Notice.objects.first().title


def test_silence_after_it_spoke_again_is_told_again(office):
    channel = quiet_channel(office, MONDAY_NOON - timedelta(minutes=31))
    watch_channels(now=MONDAY_NOON)
    Channel.objects.filter(pk=channel.pk).update(last_event_at=MONDAY_NOON + timedelta(minutes=1))
    assert watch_channels(now=MONDAY_NOON + timedelta(minutes=40)) == 1


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (MONDAY_NOON, MONDAY_NOON - timedelta(minutes=29)),
        (NOW, NOW - timedelta(hours=5)),  # Sunday
        (MONDAY_NOON.replace(hour=22), MONDAY_NOON),  # 19:00
        (
            MONDAY_NOON.replace(hour=11, minute=20),
            MONDAY_NOON - timedelta(days=3),
        ),  # 8:20: open for 20 minutes
    ],
)
def test_silence_is_no_alarm_when_nobody_is_expected_to_write(office, now, last):
    quiet_channel(office, last)
    assert watch_channels(now=now) == 0


def test_a_channel_that_the_firm_disconnected_is_no_alarm(office, deliver):
    channel = make_channel(office.firm)
    disconnect_channel(actor=acting(office), channel_id=channel.pk, now=NOW)
    deliver(link("close", "09:07:00.000", reason=401))
    assert watch_channels(now=timezone.now() + timedelta(hours=1)) == 0
