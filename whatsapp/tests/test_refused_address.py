"""A note refused for its client's address: the person gives the CEP, for this note alone (D13, T21)."""

import pytest

from nfse.models import Taker
from whatsapp.tests.rehearsing import stage_of

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = "nota de 1500 pra 11222333000181 manutenção do site em novembro"


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        player.say(ASKED)
        yield player


def refuse_once(sandbox, code):
    sandbox.fail("sefin", "reject", path="*/nfse", method="POST", code=code, count=1)


def address_sent(player):
    return player.requests()[-1].snapshot.taker.address


def test_the_cep_that_was_given_is_in_this_note_and_the_firms_taker_stays(player, sandbox):
    known = Taker.objects.get().postal_code
    refuse_once(sandbox, "E0240")
    player.say("sim")
    player.say("90010-150")
    player.say("sim")
    assert [request.state for request in player.requests()] == ["rejected", "issued"]
    assert address_sent(player).postal_code == "90010150"
    assert Taker.objects.get().postal_code == known != "90010150"


def test_a_yes_without_the_cep_issues_nothing_by_itself(player, sandbox):
    refuse_once(sandbox, "E0240")
    player.say("sim")
    assert "Espelho" in player.say("sim")[-1]
    assert len(player.requests()) == 1


def test_an_address_that_the_issuer_misses_is_asked_for_with_its_number(player, sandbox):
    refuse_once(sandbox, "E0235")
    assert player.say("sim")[-1].endswith("Para esse cliente preciso também do CEP e do número.")
    (mirror,) = player.say("90010-150, número 45")
    assert mirror.startswith("Troquei o CEP e o número. Olha como ficou:")
    player.say("sim")
    assert (address_sent(player).postal_code, address_sent(player).number) == ("90010150", "45")


def test_without_a_street_the_firm_must_complete_the_address(player, sandbox):
    Taker.objects.update(street="")
    player.say("cancelar")
    player.say(ASKED)
    refuse_once(sandbox, "E0235")
    assert player.say("sim")[-1].endswith("Fale com a Contabilidade Ensaio.")


def test_the_cep_of_one_client_is_not_that_of_the_next(player, sandbox):
    refuse_once(sandbox, "E0240")
    player.say("sim")
    player.say("90010-150")
    player.say("o cnpj certo é 12.345.678/0001-95")
    player.say("sim")
    assert address_sent(player).postal_code != "90010150"
