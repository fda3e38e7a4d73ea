"""A yes to what nobody can have seen, an edited yes, and a right that went away meanwhile (R72, R102, W5)."""

from datetime import timedelta

import pytest

from nfse.models import AuthorizedPhone
from whatsapp.management.rehearsal.letters import Line, new_id
from whatsapp.models import Channel, OutboundMessage, Session
from whatsapp.services.sending.sweeping import ring_lost_sendings
from whatsapp.tests.rehearsing import stage_of

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = "nota de 1500 pra 11222333000181 manutenção do site em novembro"


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        yield player


@pytest.fixture
def two_companies(sandbox, transactional_db):
    """A person at the mirror of the first of two companies."""
    with stage_of(sandbox, companies=2) as player:
        player.say(ASKED)
        assert "Espelho" in player.say("1")[-1]
        yield player


def company_of(player):
    return player.session().company


def take_phone_away(player, **changes):
    phones = AuthorizedPhone.objects.filter(company=company_of(player))
    phones.update(**(changes or {"is_active": False, "is_main": False}))


def test_a_yes_before_the_new_mirror_has_left_issues_nothing(player):
    """The phone still shows the mirror before it."""
    player.say(ASKED)
    Channel.objects.update(state="disconnected")
    player.say("o valor é 2 mil")
    player.clock.move(timedelta(seconds=20))
    player.say("sim")
    assert player.requests() == []
    Channel.objects.update(state="connected")
    ring_lost_sendings(now=player.clock.now() + timedelta(minutes=1))
    player.settle()
    player.say("sim")
    assert [request.amount for request in player.requests()] == [2000]


@pytest.mark.parametrize("state", ["unknown", "failed", "dead"])
def test_a_yes_to_a_mirror_that_may_not_have_arrived_shows_it_again(player, state):
    player.say(ASKED)
    mirror = list(player.mirrors())[-1]
    OutboundMessage.objects.filter(pk=mirror.pk).update(state=state)
    (shown,) = player.say("sim")
    assert "Espelho" in shown
    assert player.requests() == []


def test_a_no_that_was_edited_into_a_yes_before_it_was_read_is_no_yes(player):
    player.say(ASKED)
    first = new_id()
    player.send(Line("não", message_id=first))
    player.send(Line("sim", kind="edit", message_id=new_id(), target_id=first))
    player.settle()
    (shown,) = player.replies()
    assert "Espelho" in shown
    assert player.requests() == []


def test_a_yes_for_a_company_that_the_phone_lost_ends_the_request(two_companies):
    take_phone_away(two_companies)
    (told,) = two_companies.say("sim")
    assert told.startswith("O acesso deste número mudou")
    assert two_companies.requests() == []
    assert Session.objects.get().close_reason == "access_removed"


def test_a_yes_of_a_phone_that_may_not_issue_any_more_ends_the_request(player):
    player.say(ASKED)
    take_phone_away(player, can_issue=False)
    (told,) = player.say("sim")
    assert told.startswith("O acesso deste número mudou")
    assert player.requests() == []


def test_a_phone_that_may_only_cancel_is_told_so_and_no_request_is_opened(player):
    AuthorizedPhone.objects.update(can_issue=False)
    (told,) = player.say(ASKED)
    assert told.startswith("Este número não pode pedir notas por aqui.")
    assert not Session.objects.exists()


def test_of_two_companies_only_the_one_with_the_right_can_be_chosen(sandbox, transactional_db):
    with stage_of(sandbox, companies=2) as player:
        AuthorizedPhone.objects.filter(company=player.stage.companies[1]).update(can_issue=False)
        player.say(ASKED)
        names = sorted(company.legal_name for company in player.stage.companies)
        place = names.index(player.stage.companies[1].legal_name) + 1
        assert player.say(str(place))[0].startswith("Este número não pode pedir notas por aqui.")
        assert "Espelho" in player.say(str(3 - place))[-1]


def test_a_phone_that_lost_a_company_sees_none_of_its_notes_while_one_is_on_its_way(two_companies, sandbox):
    two_companies.say("sim")
    two_companies.say("nota de 700 pra 11222333000181, consultoria financeira mensal")
    sandbox.fail("sefin", "status", status=503)
    two_companies.say("sim")
    assert "1.500" in two_companies.say("minhas notas")[0]
    take_phone_away(two_companies)
    assert "1.500" not in two_companies.say("minhas notas")[0]
