"""A note that failed in the chat and is sent again from the portal stays one note (R84, row 50)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from nfse.actors import Actor
from nfse.models import InvoiceRequest
from nfse.services.issuing.confirming import retry_request
from nfse.services.issuing.second_tries import AskedAnew
from queue_worker.models import WorkItem
from queue_worker.tests.support import race
from whatsapp.models import Session
from whatsapp.services.talking import kinds, requesting
from whatsapp.tests.rehearsing import number_of, stage_of

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = "nota de 1500 pra 11222333000181 manutenção do site em novembro"
OTHER = "nota de 500 pra 12345678000195, consultoria de vendas por telefone"
AGAIN = "já mandou de novo"
LEFT_OUT = "O que você me mandou de diferente não entrou nele."


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        yield player


@pytest.fixture
def failed(player, sandbox):
    """The person's note failed: the issuer was away until nobody tried any more."""
    player.say(ASKED)
    sandbox.fail("sefin", "status", path="*/nfse", method="POST", status=503)
    player.say("sim")
    InvoiceRequest.objects.update(retry_until=player.clock.now() - timedelta(seconds=1))
    player.wait(player.clock.now() + timedelta(hours=1))
    sandbox.heal()
    (request,) = player.requests()
    assert (request.state, player.session().state) == ("failed", "failed")
    player.replies()
    return request


def send_again(player, request):
    """Press "Tentar de novo" on the note's page."""
    firm = player.stage.firm
    owner = User.objects.get(memberships__account__firm=firm)
    retry_request(actor=Actor(firm.pk, user_id=owner.pk), request_id=request.pk)


def hold_the_news():
    """The request waits for the issuer, and the conversation has not heard of it yet."""
    WorkItem.objects.filter(kind="nfse.send_request").update(run_after=timezone.now() + timedelta(days=9))
    WorkItem.objects.filter(kind=kinds.HEAR_REQUEST, status="pending").update(status="cancelled")


def count_notes(sandbox):
    return sandbox.count_notes("production")["count"]


@pytest.mark.parametrize("change", ["tentar de novo", "o valor é 1600"])
def test_what_the_firm_sends_again_at_the_mirror_is_not_confirmed_a_second_time(
    player, failed, sandbox, change
):
    player.say(change)
    assert player.session().state == "awaiting_confirmation"

    send_again(player, failed)
    player.settle()
    told = player.replies()
    player.say("sim")

    assert [AGAIN in told[0], "Nota emitida!" in "".join(told)] == [True, True]
    assert player.session().state == "completed"
    assert (len(player.requests()), count_notes(sandbox)) == (1, 1)


def test_a_yes_that_comes_before_the_news_of_the_firm_is_no_second_note(player, failed, sandbox):
    player.say("o valor é 1600")
    send_again(player, failed)
    hold_the_news()

    told = player.say("sim")

    assert AGAIN in told[0]
    assert (len(player.requests()), player.session().state) == (1, "processing")


def test_a_yes_in_the_same_moment_as_the_firm_is_no_second_note(player, failed, sandbox, monkeypatch):
    player.say("o valor é 1600")
    confirm, doors = requesting.confirm_in_transaction, [1]

    def confirm_late(**how):
        if doors:
            doors.pop()
            race(1, lambda: send_again(player, failed))
        return confirm(**how)

    monkeypatch.setattr(requesting, "confirm_in_transaction", confirm_late)
    player.say("sim")

    assert not doors
    assert player.session().state == "completed"
    assert (len(player.requests()), count_notes(sandbox)) == (1, 1)


@pytest.mark.parametrize("change", ["tentar de novo", "o valor é 1600"])
def test_the_firm_cannot_send_again_what_the_person_confirmed_anew(player, failed, sandbox, change):
    player.say(change)
    player.say("sim")

    with pytest.raises(AskedAnew):
        send_again(player, failed)

    player.settle()
    assert count_notes(sandbox) == 1
    assert [request.state for request in player.requests()] == ["failed", "issued"]


def test_a_note_that_is_taken_up_after_a_cancel_is_still_the_same_note(player, failed, sandbox):
    player.say("cancelar")
    player.say("continuar")
    player.say("o valor é 1600")
    player.say("sim")

    with pytest.raises(AskedAnew):
        send_again(player, failed)

    assert count_notes(sandbox) == 1
    assert Session.objects.count() == 2


def test_a_cancel_stops_what_the_firm_has_just_sent_again(player, failed, sandbox):
    player.say("o valor é 1600")
    send_again(player, failed)
    hold_the_news()

    player.say("cancelar")

    assert [request.state for request in player.requests()] == ["withdrawn"]
    assert count_notes(sandbox) == 0


# --- Another note in the session of the one that failed ---------------------------------------------
def test_another_note_in_the_session_of_a_failed_one_does_not_hold_it(player, failed, sandbox):
    player.say(OTHER)
    player.say("sim")

    send_again(player, failed)
    player.settle()

    assert [request.state for request in player.requests()] == ["issued", "issued"]
    assert player.requests()[1].follows is None
    assert count_notes(sandbox) == 2


def test_a_yes_to_another_note_is_for_that_note_although_the_firm_sent_the_failed_one_again(
    player, failed, sandbox
):
    player.say(OTHER)
    send_again(player, failed)
    hold_the_news()

    player.say("sim")

    assert [request.amount for request in player.requests()] == [1500, 500]
    assert (player.session().state, player.session().request_id) == ("completed", player.requests()[1].pk)


def test_the_note_that_the_firm_sent_again_is_handed_over_while_another_is_prepared(player, failed, sandbox):
    player.say(OTHER)
    send_again(player, failed)
    player.settle()

    assert player.replies() == [
        f"A nota {number_of(player)}, de R$ 1.500,00, para {failed.taker_name}, está emitida."
    ]
    assert player.session().state == "awaiting_confirmation"
    player.say("sim")
    assert count_notes(sandbox) == 2


@pytest.mark.parametrize("late", [OTHER, "o valor é 1600"])
def test_data_that_come_after_the_firm_sent_it_again_are_told_to_be_left_out(player, failed, late):
    send_again(player, failed)
    hold_the_news()

    told = player.say(late)

    assert [AGAIN in told[0], LEFT_OUT in told[0]] == [True, True]
    assert (len(player.requests()), player.session().state) == (1, "processing")


def test_a_mirror_for_another_client_is_told_to_be_left_out(player, failed):
    player.say("o cliente é 12345678000195")
    send_again(player, failed)
    hold_the_news()

    told = player.say("sim")

    assert LEFT_OUT in told[0]
    assert len(player.requests()) == 1


def test_nothing_is_called_left_out_where_nothing_was_changed(player, failed):
    player.say("tentar de novo")
    send_again(player, failed)
    hold_the_news()

    assert LEFT_OUT not in player.say("sim")[0]
