"""How many statements a webhook, a turn and a send may cost: none creeps back (docs/chat.md)."""

import time
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nfse.models import AuthorizedPhone
from nfse.tests.firms import make_company
from queue_worker import runner
from queue_worker.models import WorkItem
from queue_worker.services import claim
from queue_worker.tests.support import make_due
from whatsapp.models import Conversation, OutboundMessage
from whatsapp.tests.lines import eventually
from whatsapp.tests.people import ANA, NOW

pytestmark = pytest.mark.django_db(transaction=True)
ANSWER = "3EB0A1B2C3D4E5F6071829"
WORDS = "o rapaz foi la e resolveu aquilo da porta"


@contextmanager
def budget(most):
    """Fail when the block executes more statements than this, BEGIN and COMMIT among them."""
    with CaptureQueriesContext(connection) as captured:
        yield
    found = [" ".join(query["sql"].split())[:120] for query in captured.captured_queries]
    assert 0 < len(found) <= most, "\n".join([f"{len(found)} statements, not {most}:", *found])


def message(number):
    key = {"remoteJid": f"{ANA}@s.whatsapp.net", "fromMe": False, "id": f"ID{number:030}"}
    said = {"message": {"conversation": WORDS}, "messageType": "conversation"}
    data = {"key": key, "pushName": "Ana Exemplo", "messageTimestamp": int(time.time()), **said}
    return {"event": "messages.upsert", "instance": "ch-fictional-0001", "data": data}


def echo(text):
    key = {"remoteJid": f"{ANA}@s.whatsapp.net", "fromMe": True, "id": ANSWER}
    data = {"key": key, "status": "PENDING", "message": {"conversation": text}, "messageType": "conversation"}
    return {"event": "send.message", "instance": "ch-fictional-0001", "data": data}


def receipt(status):
    data = {"keyId": ANSWER, "remoteJid": f"{ANA}@s.whatsapp.net", "fromMe": True, "status": status}
    return {"event": "messages.update", "instance": "ch-fictional-0001", "data": data}


@pytest.fixture
def talk(deliver, channel):
    """Somebody who wrote before, with the channel's last event noted."""
    assert deliver(message(1)).status_code == 200
    return Conversation.objects.get()


@pytest.fixture
def sent(talk, channel):
    """An answer that the transport took."""
    times = {"created_at": NOW, "tried_at": NOW, "first_tried_at": NOW, "sent_at": NOW, "attempts": 1}
    keys = {"cause": "test", "dedupe_key": "test", "seq": 1, "provider_message_id": ANSWER}
    fields = {"kind": "text", "text": "oi", "state": "sent", **keys, **times}
    return OutboundMessage.objects.create(channel=channel, conversation=talk, **fields)


def test_a_message_is_stored_with_its_work_in_eleven_statements(deliver, talk):
    with budget(11):
        assert deliver(message(2)).status_code == 200
    assert talk.messages.count() == 2


def test_an_echo_of_a_message_that_has_its_id_costs_six(deliver, sent):
    with budget(6):
        assert deliver(echo("oi")).status_code == 200


@pytest.mark.parametrize(("status", "state"), [("SERVER_ACK", "sent"), ("DELIVERY_ACK", "delivered")])
def test_a_receipt_moves_its_message_in_six(deliver, sent, status, state):
    with budget(6):
        assert deliver(receipt(status)).status_code == 200
    sent.refresh_from_db()
    assert (sent.state, sent.acked_at is None) == (state, False)


def test_a_turn_that_asks_the_model_and_the_send_of_its_answer(line):
    authorise(ANA, line.channel.firm)
    line.sandbox.write(line.name, ANA, WORDS)
    eventually(lambda: WorkItem.objects.filter(kind="whatsapp.converse").exists(), "the message")
    line.sandbox.set_evolution(webhooks="never")
    make_due()
    with budget(30):
        run_one("whatsapp.converse")
    with budget(9):
        run_one("whatsapp.send")
    assert claim(queue="chat", worker="test") is None, "work that finds nothing to do"


def authorise(phone, firm):
    row = AuthorizedPhone(firm=firm, company=make_company(firm), name="Ana")
    row.number = f"+{phone}"
    row.save()


def run_one(kind):
    item = claim(queue="chat", worker="test")
    assert item is not None
    assert item.kind == kind
    assert runner.run(item) == "done"
