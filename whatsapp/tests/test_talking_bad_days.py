"""Twice, at once, crashed, unanswered: one turn is one turn, and a yes is one note (R63, R72, R84)."""

from datetime import timedelta

import pytest
from django.db import transaction

from core.http import close_providers
from queue_worker import runner
from queue_worker.models import WorkItem
from queue_worker.services import claim, enqueue
from queue_worker.tests.support import race
from whatsapp.management.rehearsal.letters import Line, new_id
from whatsapp.models import OutboundMessage, Session
from whatsapp.services.talking import converse as talking
from whatsapp.services.talking import kinds
from whatsapp.tests.rehearsing import stage_of

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = "nota de 1500 pra 11222333000181 manutenção do site em novembro"
CONFIRMED = "Combinado!"


class Crash(Exception):
    """The process ends here."""


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        yield player


@pytest.fixture
def at_mirror(player):
    player.say(ASKED)
    return player


def turn(player, count=1):
    """Put turns of the conversation into the queue that stand in no row."""
    with transaction.atomic():
        for _ in range(count):
            enqueue(kind=kinds.CONVERSE, payload={"conversation_id": player.conversation.pk})


def run_one():
    item = claim(queue="chat", worker="test")
    return runner.run(item) if item else None


def said(text):
    return [message for message in OutboundMessage.objects.all() if text in message.text]


def test_a_turn_that_runs_twice_answers_once_and_asks_for_one_note(at_mirror):
    at_mirror.send(Line("sim", message_id=new_id()))
    at_mirror.clock.move(timedelta(seconds=3))
    turn(at_mirror, 2)
    at_mirror.settle()
    assert len(at_mirror.requests()) == 1
    assert len(said(CONFIRMED)) == 1


def test_ten_copies_of_a_yes_are_one_message_and_one_note(at_mirror):
    one = new_id()
    statuses = {at_mirror.send(Line("sim", message_id=one), again=copy > 0) for copy in range(10)}
    at_mirror.settle()
    assert statuses == {200}
    assert len(at_mirror.requests()) == 1
    assert len(said(CONFIRMED)) == 1


def test_turns_that_run_at_once_make_one_note(at_mirror):
    at_mirror.send(Line("sim", message_id=new_id()))
    at_mirror.send(Line("pode emitir", message_id=new_id()))
    WorkItem.objects.filter(kind=kinds.CONVERSE, status="pending").delete()
    turn(at_mirror, 4)
    race(4, run_one)
    at_mirror.settle()
    assert len(at_mirror.requests()) == 1
    assert len(said(CONFIRMED)) == 1


def test_a_crash_before_the_commit_leaves_nothing_and_the_next_run_issues_once(at_mirror, monkeypatch):
    put, crashes = talking.send_answer, [1]

    def crash_once(talk):
        put(talk)
        if crashes and talk.said and talk.said[0].key == "T27":
            crashes.pop()
            raise Crash

    monkeypatch.setattr(talking, "send_answer", crash_once)
    at_mirror.send(Line("sim", message_id=new_id()))
    at_mirror.clock.move(timedelta(seconds=3))
    run_one()
    assert not crashes
    assert at_mirror.requests() == []
    assert said(CONFIRMED) == []
    at_mirror.settle()
    assert [request.state for request in at_mirror.requests()] == ["issued"]
    assert len(said(CONFIRMED)) == 1


def test_a_lost_answer_of_the_issuer_is_asked_about_and_told_as_one_note(at_mirror, sandbox):
    sandbox.fail("sefin", "drop", path="*/nfse", method="POST", count=1)
    at_mirror.say("sim")
    at_mirror.wait(at_mirror.clock.now() + timedelta(minutes=10))
    assert [request.state for request in at_mirror.requests()] == ["issued"]
    assert len(said("Nota emitida!")) == 1
    assert sandbox.count_notes("production")["count"] == 1


def test_a_word_that_comes_while_a_yes_is_read_stops_it(at_mirror, monkeypatch):
    read, late = talking.read_chain, ["espera"]

    def read_slowly(*args, **kwargs):
        answer = read(*args, **kwargs)
        if late:
            at_mirror.send(Line(late.pop(), message_id=new_id()))
        return answer

    monkeypatch.setattr(talking, "read_chain", read_slowly)
    replies = at_mirror.say("sim")
    assert at_mirror.requests() == []
    assert replies == [replies[0]]
    assert replies[0].startswith("Só emito com certeza")


def test_without_the_model_a_conversation_still_reaches_the_note(player, sandbox):
    sandbox.fail("openai", "status", status=503)
    player.say("oi, tudo certo por aí? queria resolver aquilo")
    (mirror,) = player.say("11.222.333/0001-81", "1.500,00", "consultoria financeira")
    assert "Consultoria financeira" in mirror
    player.say("sim")
    assert [request.state for request in player.requests()] == ["issued"]


def test_a_registry_that_is_away_costs_no_data_and_is_asked_again(player, sandbox):
    sandbox.fail("brasilapi", "status", status=503)
    sandbox.fail("viper", "status", status=503)
    replies = player.say(ASKED)
    assert [text for text in replies if "fora do ar" in text or "conferindo" in text]
    player.wait(player.clock.now() + timedelta(minutes=3))
    sandbox.heal()
    close_providers()  # their breakers go by the machine's clock, not by the rehearsal's
    player.wait(player.clock.now() + timedelta(minutes=20))
    late = player.replies()
    assert any("Pronto, conferi o CNPJ" in text and "Espelho" in text for text in late)
    assert Session.objects.get().state == "awaiting_confirmation"
