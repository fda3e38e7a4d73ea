"""Dialogs through the real webhook, queue, issuing and outbox, on a clock of their own (PRODUCT.md §5.11)."""

import pytest

from whatsapp.models import OutboundMessage, SessionEvent
from whatsapp.tests.rehearsing import stage_of

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = "nota de 1500 pra 11222333000181 manutenção do site em novembro"


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        yield player


def test_one_message_a_mirror_and_a_yes_make_one_note(player):
    (mirror,) = player.say(ASKED)
    assert "*Valor:* R$ 1.500,00" in mirror
    assert "11.222.333/0001-81" in mirror
    confirmed, issued = player.say("pode emitir 👍")
    assert confirmed.startswith("Combinado!")
    assert "Número 1, R$ 1.500,00" in issued
    assert [request.state for request in player.requests()] == ["issued"]
    files = OutboundMessage.objects.filter(kind="document").order_by("seq")
    assert [message.file for message in files] == ["pdf", "xml"]
    rows = SessionEvent.objects.order_by("pk").values_list("row", flat=True)
    assert list(rows) == ["1", "16b", "27", "41"]
    (nothing,) = player.say("sim")
    assert nothing == "Não há nada esperando confirmação. Quer fazer uma nota?"
    assert len(player.requests()) == 1
