"""What operators see of the chat on their first page: counts of what needs them (O14)."""

from datetime import date, timedelta

import pytest

from inbox.models import Delivery
from operations.selectors.concerns import list_concerns
from whatsapp.models import AiModel, OutboundMessage
from whatsapp.tests.people import NOW, make_channel, make_talk
from whatsapp.tests.samples import read_body

pytestmark = pytest.mark.django_db


def concerns(now=NOW):
    return {one.cause: one.count for one in list_concerns(now=now) if one.cause.startswith("chat:")}


def test_a_channel_is_told_when_it_stays_down(office):
    make_channel(office.firm, state="disconnected", down_since=NOW - timedelta(minutes=6))
    make_channel(office.firm, 2, state="disconnected", down_since=NOW - timedelta(minutes=1))
    make_channel(office.firm, 3)
    assert concerns() == {"chat:down": 1}


def test_answers_that_reached_nobody_are_counted_for_a_day(office):
    talk = make_talk(make_channel(office.firm), last_seq=1)
    for seq, (state, hours) in enumerate([("dead", 1), ("failed", 2), ("dead", 30)], start=1):
        OutboundMessage.objects.create(
            channel=talk.channel, conversation=talk, seq=seq, cause="test", dedupe_key=str(seq),
            kind="text", text="oi", state=state, created_at=NOW, ended_at=NOW - timedelta(hours=hours),
        )  # fmt: skip
    assert concerns() == {"chat:lost": 2}


def test_webhooks_that_cannot_be_read_are_told(deliver, channel):
    deliver(read_body(33))
    deliver(read_body(34))
    came = Delivery.objects.latest("pk").received_at
    assert concerns(came) == {"chat:unreadable": 2}


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({"missing_since": NOW}, True),
        ({"shutdown_on": date(2026, 12, 10)}, True),
        ({"shutdown_on": date(2027, 3, 1)}, False),
        ({}, False),
        ({"name": "gpt-of-yesterday", "missing_since": NOW}, False),
    ],
)
def test_a_model_in_use_that_ends_is_told(fields, is_told):
    AiModel.objects.create(**{"name": "gpt-6-luna", "checked_at": NOW, **fields})
    assert ("chat:models" in concerns()) is is_told
    assert all(one.is_alert(NOW) for one in list_concerns(now=NOW) if one.cause == "chat:models")
