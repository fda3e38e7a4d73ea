"""Another program that answers ours is not answered without end; a person is heard all the same."""

from datetime import timedelta

import pytest

from nfse.models import Notice
from whatsapp.services.talking.brake import MOST_ANSWERS
from whatsapp.tests.rehearsing import number_of, stage_of

pytestmark = pytest.mark.django_db(transaction=True)
MACHINE = "Recebemos a sua mensagem e em breve um de nossos atendentes vai responder."
STOPPED = "O assistente parou de responder a um número"


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        yield player


def chatter(player, times):
    """Let the other program speak so many times, and return how many answers it got."""
    return sum(len(player.say(MACHINE)) for _ in range(times))


def test_another_program_is_answered_a_few_times_and_the_firm_hears_once(player):
    assert chatter(player, MOST_ANSWERS + 6) == MOST_ANSWERS

    assert Notice.objects.filter(title=STOPPED).count() == 1


def test_a_command_and_the_data_of_a_note_are_answered_as_ever(player):
    chatter(player, MOST_ANSWERS + 1)

    assert "Posso: emitir nota" in player.say("ajuda")[0]
    (mirror,) = player.say("nota de 1500 pra 11222333000181 manutenção do site em novembro")
    assert "Espelho da nota" in mirror
    player.say("sim")
    assert [request.state for request in player.requests()] == ["issued"]


def test_after_a_while_the_same_words_are_answered_again(player):
    chatter(player, MOST_ANSWERS + 1)
    assert player.say(MACHINE) == []

    player.wait(player.clock.now() + timedelta(minutes=11))

    assert len(player.say(MACHINE)) == 1


def test_a_person_who_corrects_a_mirror_many_times_sees_each_one(player):
    player.say("nota de 1500 pra 11222333000181 manutenção do site em novembro")

    shown = [player.say(f"o valor é {amount}") for amount in range(2000, 2000 + MOST_ANSWERS + 3)]

    assert all("Espelho da nota" in replies[0] for replies in shown)


def test_a_person_who_corrects_the_reason_of_a_cancellation_many_times_is_answered(player):
    player.say("nota de 1500 pra 11222333000181 manutenção do site em novembro")
    player.say("sim")
    player.say(f"cancelar nota {number_of(player)}")
    reasons = [f"a visita {visit} foi cobrada em dobro" for visit in range(MOST_ANSWERS + 3)]

    shown = [player.say(reason) for reason in reasons]

    assert all(reason in replies[0] for reason, replies in zip(reasons, shown, strict=True))


def test_another_program_in_a_cancellation_is_not_answered_without_end(player):
    player.say("nota de 1500 pra 11222333000181 manutenção do site em novembro")
    player.say("sim")
    player.say(f"cancelar nota {number_of(player)}")

    assert chatter(player, MOST_ANSWERS + 6) <= MOST_ANSWERS + 1


def test_a_person_may_ask_how_it_stands_more_often_than_a_program_is_answered(player):
    asked = [player.say("status") for _ in range(MOST_ANSWERS + 3)]

    assert all(asked)
