"""What time does to a request, and that a message which came in time is read first (R77, W12, W19)."""

from datetime import timedelta

import pytest
from django.db import transaction

from queue_worker.services import enqueue
from whatsapp.management.rehearsal.letters import Line, new_id
from whatsapp.models import Conversation, Session
from whatsapp.services.talking import kinds
from whatsapp.services.talking.clocks import READ_WITHIN
from whatsapp.tests.rehearsing import stage_of

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)
LOOSE = "oi, tudo certo por aí? queria resolver aquilo"


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        yield player


def mind(player):
    """Let the clock's turn run now, before the turn of what waits to be read."""
    with transaction.atomic():
        enqueue(kind=kinds.MIND_CLOCK, payload={"conversation_id": player.conversation.pk})
    player.run_due()


def write_before_the_end(player):
    player.say("nota de 1500")
    ends = Session.objects.get().expires_at
    player.clock.move_to(ends - SECOND)
    player.send(Line("11.222.333/0001-81", message_id=new_id()))
    player.clock.move_to(ends + SECOND / 2)
    return ends


def test_a_message_that_came_before_the_end_is_read_and_the_clock_begins_anew(player):
    ends = write_before_the_end(player)

    mind(player)
    assert Session.objects.get().state == "collecting"

    player.settle()
    assert Session.objects.get().expires_at > ends + timedelta(minutes=59)


def test_a_message_that_nobody_ever_read_keeps_no_request_open(player):
    write_before_the_end(player)
    long_ago = player.clock.now() - READ_WITHIN
    Conversation.objects.update(first_unread_at=long_ago)

    mind(player)

    assert Session.objects.get().state == "expired"


def test_a_message_that_came_after_the_end_changes_nothing_of_it(player):
    player.say("nota de 1500")
    player.clock.move_to(Session.objects.get().expires_at + SECOND)
    player.send(Line("11.222.333/0001-81", message_id=new_id()))

    mind(player)

    assert Session.objects.get().state == "expired"


@pytest.mark.parametrize(("seconds", "times"), [(0, 0), (4.5, 1)])
def test_a_turn_shows_that_somebody_writes_only_when_it_takes_its_time(player, sandbox, seconds, times):
    sandbox.set_openai(seconds=seconds)

    assert player.say(LOOSE)

    assert sum("sendPresence" in call["path"] for call in sandbox.calls("evolution")) == times
