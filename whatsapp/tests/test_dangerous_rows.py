"""Rows of the table that could issue what nobody wants, through the real worker (PRODUCT.md §5.3)."""

from datetime import timedelta

import pytest

from core.http import close_providers
from nfse.models import TaxProfile
from whatsapp.management.rehearsal.letters import Line, new_id
from whatsapp.models import OutboundMessage, SessionEvent
from whatsapp.services.talking.batches import YES_BUTTON
from whatsapp.tests.rehearsing import stage_of

pytestmark = pytest.mark.django_db(transaction=True)
CNPJ = "11222333000181"
ASKED = f"nota de 1500 pra {CNPJ} manutenção do site em novembro"


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        yield player


@pytest.fixture
def at_mirror(player):
    player.say(ASKED)
    return player


@pytest.fixture
def being_sent(at_mirror, sandbox):
    """A note that was confirmed, and of which nobody knows yet whether it was made."""
    sandbox.fail("sefin", "drop", path="*/nfse", method="POST", count=1)
    sandbox.fail("sefin", "status", path="*/dps/*", status=503)
    at_mirror.say("sim")
    return at_mirror


def rows():
    return list(SessionEvent.objects.order_by("pk").values_list("row", flat=True))


def send(player, **line):
    player.send(Line(message_id=new_id(), **line))
    player.settle()
    return "\n".join(player.replies())


def shown(player):
    return list(player.mirrors())[-1]


@pytest.mark.parametrize(("emoji", "is_answered"), [("👍", True), ("✅", True), ("❤️", False)])
def test_a_reaction_to_the_mirror_issues_nothing(at_mirror, emoji, is_answered):
    mirror = shown(at_mirror).provider_message_id
    said = send(at_mirror, kind="reaction", text=emoji, target_id=mirror)
    again = send(at_mirror, kind="reaction", text=emoji, target_id=mirror)
    assert said.startswith("Só emito com certeza") is is_answered
    assert again == ""  # once per mirror
    assert at_mirror.requests() == []


def test_the_same_button_pressed_twice_is_one_note(at_mirror):
    button = f"{YES_BUTTON}{shown(at_mirror).mirror_hash}"
    for _ in range(2):
        at_mirror.send(Line("Sim", message_id=new_id(), button_id=button))
    at_mirror.settle()
    at_mirror.send(Line("Sim", message_id=new_id(), button_id=button))
    at_mirror.settle()
    assert [request.state for request in at_mirror.requests()] == ["issued"]


def test_cancel_while_the_registry_is_asked_ends_the_request_and_its_answer_opens_nothing(player, sandbox):
    sandbox.fail("brasilapi", "status", status=503)
    sandbox.fail("viper", "status", status=503)
    player.say(ASKED)
    assert player.say("cancela")[-1].startswith("Tudo bem, parei por aqui")
    sandbox.heal()
    close_providers()  # their breakers go by the machine's clock, not by the rehearsal's
    player.wait(player.clock.now() + timedelta(minutes=30))
    assert player.replies() == []
    assert player.session().state == "canceled"
    assert player.say("sim") == ["Não há nada esperando confirmação. Quer fazer uma nota?"]


def test_a_yes_while_the_registry_is_asked_confirms_nothing(player, sandbox):
    sandbox.fail("brasilapi", "status", status=503)
    sandbox.fail("viper", "status", status=503)
    player.say(ASKED)
    player.say("sim")
    sandbox.heal()
    close_providers()
    player.wait(player.clock.now() + timedelta(minutes=30))
    assert player.session().state == "awaiting_confirmation"
    assert player.requests() == []


def test_an_edit_after_the_yes_changes_no_note(being_sent):
    asked = being_sent.last_inbound().provider_message_id
    said = send(being_sent, kind="edit", text="o valor é 9 mil", target_id=asked)
    assert "já foi confirmada e não muda" in said
    assert [request.amount for request in being_sent.requests()] == [1500]


def test_a_second_request_is_no_second_note_while_the_first_is_being_sent(being_sent):
    being_sent.say("sim")
    being_sent.say(ASKED)
    being_sent.say("tentar de novo")
    assert len(being_sent.requests()) == 1
    assert set(rows()[-3:]) == {"40"}


def test_a_cancel_before_the_note_was_sent_withdraws_it(at_mirror, sandbox):
    sandbox.fail("sefin", "reject", path="*/nfse", code="E1217")
    at_mirror.say("sim")
    assert at_mirror.say("cancela")[-1].startswith("Tudo bem, parei por aqui e nada foi emitido.")
    sandbox.heal()
    at_mirror.wait(at_mirror.clock.now() + timedelta(hours=2))
    assert [request.state for request in at_mirror.requests()] == ["withdrawn"]
    assert sandbox.count_notes("production")["count"] == 0


def test_a_repetition_at_the_mirror_asks_first_and_a_yes_there_issues_nothing(player):
    player.say(f"nota de 700 pra {CNPJ}, consultoria financeira mensal")
    player.say("sim")
    player.say(ASKED)
    assert "Troco tudo pela última nota" in player.say("repete a última")[-1]
    mirror = player.say("sim")[-1]
    assert "R$ 700,00" in mirror
    assert len(player.requests()) == 1


def test_another_note_to_cancel_at_the_mirror_is_asked_about_and_leaves_the_draft(player):
    player.say(f"nota de 700 pra {CNPJ}, consultoria financeira mensal")
    player.say("sim")
    (first,) = player.requests()
    player.say(ASKED)
    assert "Deixo ela de lado" in player.say(f"cancelar nota {first.invoice.number}")[-1]
    player.say("não")
    assert player.say("sim") != []
    assert first.invoice.request.state == "issued"


def test_another_company_at_the_mirror_voids_it(sandbox, transactional_db):
    with stage_of(sandbox, companies=2) as player:
        player.say(ASKED)
        player.say("1")
        old = shown(player)
        assert "De qual empresa" in player.say("trocar empresa")[-1]
        player.send(Line("Sim", message_id=new_id(), button_id=f"{YES_BUTTON}{old.mirror_hash}"))
        player.settle()
        assert player.requests() == []
        second = player.say("2")[-1]
        assert player.stage.companies[1].legal_name in second
        player.say("sim")
        assert [request.company_id for request in player.requests()] == [player.stage.companies[1].pk]


def test_what_is_said_to_the_firm_confirms_nothing(at_mirror):
    at_mirror.say("falar com contabilidade")
    assert at_mirror.say("sim") == []
    assert at_mirror.requests() == []
    assert "Voltei!" in at_mirror.say("voltar")[0]
    assert at_mirror.requests() == []


def test_a_changed_profile_shows_the_mirror_anew_and_the_old_yes_is_none(at_mirror):
    TaxProfile.objects.update(total_tax_percent="7.00")
    assert at_mirror.say("sim")[0].startswith("Um dado fiscal da empresa mudou")
    assert at_mirror.requests() == []
    at_mirror.say("sim")
    assert len(at_mirror.requests()) == 1


def test_a_yes_after_the_request_expired_is_to_nothing(at_mirror):
    at_mirror.wait(at_mirror.clock.now() + timedelta(minutes=70))
    at_mirror.replies()
    assert at_mirror.say("sim") == ["Não há nada esperando confirmação. Quer fazer uma nota?"]
    assert at_mirror.requests() == []


def test_yes_and_cancel_in_one_window_issue_nothing(at_mirror):
    at_mirror.say("sim", "cancela")
    assert at_mirror.requests() == []
    assert not OutboundMessage.objects.filter(kind="document").exists()
