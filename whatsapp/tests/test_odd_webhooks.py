"""No shape of a webhook raises: it is stored, answered with 200, and counted as what it is (W3)."""

import json

import pytest

from inbox.models import Delivery
from queue_worker.models import WorkItem
from whatsapp.models import InboundMessage
from whatsapp.tests.odd_shapes import ODD, list_places, list_samples, put
from whatsapp.tests.people import NOW
from whatsapp.tests.samples import read_payload
from whatsapp.transport.evolution import parse_record, parse_webhook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch, channel):
    monkeypatch.setattr("inbox.views.timezone.now", lambda: NOW)


@pytest.mark.parametrize("instance", [{}, [], {"instanceName": "x"}, 1, True, 1.5])
def test_an_instance_that_is_no_text_is_stored_as_unreadable_and_counted(deliver, instance):
    answer = deliver({**read_payload(1), "instance": instance})

    delivery = Delivery.objects.get()
    assert answer.status_code == 200
    assert (delivery.state, delivery.result) == ("refused", {"unreadable_instance": 1})
    assert not InboundMessage.objects.exists()
    assert not WorkItem.objects.exists()


def test_no_odd_value_in_any_place_makes_reading_raise():
    places = list_places()
    for number, path in places:
        sample = read_payload(number)
        for odd in ODD:
            message = put(sample, path, odd)
            parse_webhook(message)
            data = message.get("data")
            parse_record(data if isinstance(data, dict) else {})
    assert len(places) > 200


def test_no_odd_value_in_any_place_makes_storing_raise(deliver):
    """Each place gets one of the odd values, and all of them come somewhere."""
    for index, (number, path) in enumerate(list_places()):
        deliver(put(read_payload(number), path, ODD[index % len(ODD)]))

    assert list(Delivery.objects.filter(state="failed").values_list("reason", "id")) == []


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (4, ("data", "message", "audioMessage", "fileLength")),
        (4, ("data", "message", "audioMessage", "seconds")),
        (4, ("data", "messageTimestamp")),
        (4, ("data", "key", "id")),
        (4, ("data", "key", "remoteJid")),
        (10, ("data", "message", "reactionMessage", "key", "id")),
        (28, ("data", "qrcode", "base64")),
    ],
)
def test_no_odd_value_of_what_is_kept_in_a_column_makes_storing_raise(deliver, number, path):
    for odd in ODD:
        deliver(put(read_payload(number), path, odd))

    assert not Delivery.objects.filter(state="failed").exists()
    assert Delivery.objects.count() == len(ODD)


@pytest.mark.parametrize("number", list_samples())
def test_an_id_as_long_as_one_may_be_is_stored(deliver, number):
    body = json.dumps(read_payload(number))
    for message_id in {*_ids(json.loads(body))}:
        body = body.replace(message_id, "A" * 200)

    deliver(body.encode())

    assert Delivery.objects.get().state in {"processed", "refused"}
    assert not InboundMessage.objects.filter(provider_message_id="").exists()


def _ids(node):
    """Yield what stands under the names of an id."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in {"id", "keyId", "stanzaId"} and isinstance(value, str) and len(value) > 8:
                yield value
            yield from _ids(value)
    elif isinstance(node, list):
        for value in node:
            yield from _ids(value)
