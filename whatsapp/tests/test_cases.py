"""The recorded sequences of webhooks (tests/data/cases) through webhook, conversation and outbox."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from queue_worker.tests.support import race
from whatsapp.management.rehearsal.letters import Line
from whatsapp.models import Conversation, InboundMessage, OutboundMessage
from whatsapp.tests import rehearsing
from whatsapp.tests.people import NOW
from whatsapp.tests.samples import read_case

pytestmark = pytest.mark.django_db(transaction=True)
TIME_ZERO = 1795348800
ASKED = "nota de 1.500 pro 11.222.333/0001-81, pintura da fachada"
T64 = "mexeu numa mensagem"


@pytest.fixture
def player(sandbox, transactional_db, monkeypatch):
    """A person whose phone is the one of the cases, on their day."""
    monkeypatch.setattr(rehearsing, "START", NOW)
    with rehearsing.stage_of(sandbox) as player:
        player.emulators.write(player.stage.channel, player.stage.number, Line("oi"), NOW)
        yield player


def deliver(player, webhook):
    """Post one webhook of a case as if it came now, from this person; return the status."""
    text = json.dumps(webhook).replace("5520987654321", player.stage.number)
    body = json.loads(text) | {"instance": player.stage.channel.instance_name}
    data = body["data"]
    if "messageTimestamp" in data:
        data["messageTimestamp"] += int(player.clock.now().timestamp()) - TIME_ZERO
    path = f"/webhooks/whatsapp/{player.stage.channel.key}/"
    headers = {"X-Webhook-Secret": player.stage.channel.secret}
    answer = Client(SERVER_NAME="localhost").post(
        path, data=json.dumps(body), content_type="application/json", headers=headers
    )
    return answer.status_code


def play(player, webhooks, pause=timedelta()):
    """Deliver webhooks with a pause between them, let all settle, and return the replies."""
    for webhook in webhooks:
        assert deliver(player, webhook) == 200
        if pause:
            player.settle()
            player.clock.move(pause)
    player.settle()
    return player.replies()


def show_mirror(player, text=ASKED):
    replies = player.say(text)
    assert any("Espelho da nota" in reply for reply in replies), replies
    player.clock.move(timedelta(seconds=60))


def is_issued(player):
    return bool(player.requests())


def count_mirrors(replies):
    return sum("Espelho da nota" in reply for reply in replies)


def test_01_an_edit_that_cannot_be_read_makes_the_mirror_void(player):
    first, edit = read_case(1)["webhooks"]
    assert count_mirrors(play(player, [first])) == 1
    player.clock.move(timedelta(seconds=40))
    replies = play(player, [edit])
    assert sum(T64 in reply for reply in replies) == 1
    assert not any("não consigo ler" in reply for reply in replies)
    assert not is_issued(player)
    assert player.session().state == "awaiting_confirmation"


def test_02_a_yes_and_such_an_edit_in_one_window_issue_nothing(player):
    show_mirror(player)
    replies = play(player, read_case(2)["webhooks"])
    assert any(T64 in reply for reply in replies)
    assert not is_issued(player)


def test_03_an_album_is_one_answer_that_reads_its_caption(player):
    (reply,) = play(player, read_case(3)["webhooks"])
    assert reply.startswith("Li o texto, mas não leio fotos nem arquivos.")
    assert count_mirrors([reply]) == 1
    (mirror,) = player.mirrors()
    assert "R$ 900,00" in mirror.text
    assert "roca do piso" in mirror.text


def test_04_an_animated_sticker_leaves_the_mirror_open(player):
    show_mirror(player)
    replies = play(player, read_case(4)["webhooks"])
    assert any("não consigo ler" in reply for reply in replies)
    assert not is_issued(player)
    assert player.session().state == "awaiting_confirmation"


def test_05_a_voice_note_that_cannot_be_fetched_is_answered(player):
    player.emulators._ask("/evolution/plan", {"media": "nested"})
    replies = play(player, read_case(5)["webhooks"])
    assert replies == ["Não entendi bem o áudio. Pode repetir ou escrever?"]
    assert InboundMessage.objects.get(kind="audio").media_state == "failed"


def test_06_content_that_comes_later_is_answered_once(player):
    empty, full = read_case(6)["webhooks"]
    assert play(player, [empty]) == []
    player.clock.move(timedelta(seconds=20))
    assert count_mirrors(play(player, [full])) == 1
    assert "R$ 700,00" in next(player.mirrors()).text


def test_09_a_backlog_never_issues_and_is_answered_once(player):
    (reply,) = play(player, read_case(9)["webhooks"])
    assert reply.startswith("Suas mensagens chegaram atrasadas para mim.")
    assert count_mirrors([reply]) == 1
    assert not is_issued(player)
    assert "R$ 400,00" in next(player.mirrors()).text


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_10_a_burst_means_the_same_in_any_order(player, order):
    webhooks = read_case(10)["webhooks"]
    replies = play(player, [webhooks[place] for place in order])
    assert count_mirrors(replies) == 1
    mirror = next(player.mirrors()).text
    assert "R$ 1.180,00" in mirror
    assert "nstalação da calha" in mirror
    assert "/10/2026" in mirror
    assert "segue pra nota" not in mirror


def test_12_ten_copies_of_a_yes_at_once_issue_one_note(player):
    show_mirror(player)
    (yes, *_) = read_case(12)["webhooks"]
    assert race(10, lambda: deliver(player, yes)) == [200] * 10
    player.settle()
    assert len(player.requests()) == 1
    assert sum(reply.startswith("Combinado!") for reply in player.replies()) == 1


def test_13_a_yes_from_a_hidden_number_issues_nothing_and_is_not_replayed(player):
    show_mirror(player)
    hidden_yes, linked = read_case(13)["webhooks"]
    assert play(player, [hidden_yes]) == []  # nothing in the phone's conversation
    hidden = Conversation.objects.exclude(pk=player.conversation.pk).get()
    told = OutboundMessage.objects.filter(conversation=hidden).values_list("text", flat=True)
    assert ["ainda não está liberado" in text for text in told] in ([], [True])
    player.clock.move(timedelta(seconds=30))
    play(player, [linked])
    hidden.refresh_from_db()
    assert hidden.merged_into == player.conversation
    assert not is_issued(player)


def test_13_the_yes_that_was_not_read_yet_is_no_yes_either(player):
    show_mirror(player)
    replies = play(player, read_case(13)["webhooks"])
    assert not is_issued(player)
    assert count_mirrors(replies) <= 1


def test_every_case_is_played_somewhere():
    """07 and 08 are channels' (test_channel_states, test_sending), 11 is receipts' (test_sending)."""
    here = {int(name[5:7]) for name in globals() if name.startswith("test_") and name[5:7].isdigit()}
    assert sorted(here | {7, 8, 11}) == list(range(1, 14))
