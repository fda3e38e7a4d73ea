"""Commands, cancellations, companies and rights, through the whole chat (W6, W15, W17, W18, N14)."""

import pytest
from django.urls import reverse

from accounts.models import User
from nfse.actors import Actor
from nfse.models import AuthorizedPhone, Firm, Notice
from whatsapp.models import Session
from whatsapp.services.talking.deciding import approve_cancellation, deny_cancellation
from whatsapp.tests.rehearsing import number_of, stage_of

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = "nota de 1500 pra 11222333000181 manutenção do site em novembro"


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        yield player


def test_a_withdrawn_right_ends_the_request(player):
    player.say(ASKED)
    AuthorizedPhone.objects.update(is_active=False, is_main=False)
    (told,) = player.say("sim")
    assert told.startswith("O acesso deste número mudou")
    assert player.requests() == []
    assert Session.objects.get().close_reason == "access_removed"


def test_a_company_that_cannot_issue_is_told_and_the_firm_hears_of_it(player):
    company = player.stage.companies[0]
    company.nfse_enabled = False
    company.save()
    (told,) = player.say(ASKED)
    assert told.startswith("Ainda não posso emitir por Oficina Rota Sul Ltda")
    assert Notice.objects.filter(kind="not_ready").exists()
    company.nfse_enabled = True
    company.save()
    assert "Espelho" in player.say("tentar de novo")[-1]


def test_the_last_note_is_repeated_listed_and_sent_again(player):
    player.say(ASKED)
    player.say("sim")
    number = number_of(player)
    listed = player.say("minhas notas")[0]
    assert f"{number}, R$ 1.500,00" in listed
    (copy,) = player.say("segunda via")
    assert copy.startswith(f"Aqui está a nota {number}")
    (mirror,) = player.say("repete a última")
    assert mirror.startswith("Peguei sua última nota. Confira:")
    assert f"nas últimas 24 horas, a {number}" in mirror


def test_a_cancellation_is_asked_of_the_firm_which_approves_it(player):
    player.say(ASKED)
    player.say("sim")
    assert player.say(f"cancelar nota {number_of(player)}")[0].startswith("Por quê?")
    assert player.say("erro no valor da nota")[0].startswith(
        f"Cancelar a nota {number_of(player)}, R$ 1.500,00"
    )
    assert player.say("sim")[0].startswith("Pedido enviado à")
    assert Notice.objects.filter(kind="cancellation_asked").exists()
    approve_cancellation(actor=owner_of(player), session_id=player.session().pk)
    player.settle()
    assert player.replies()[-1].startswith(f"Nota {number_of(player)} cancelada.")
    assert [request.state for request in player.requests()] == ["canceled"]


def test_a_cancellation_that_the_firm_denies_is_told_with_its_reason(player):
    player.say(ASKED)
    player.say("sim")
    player.say(f"cancelar nota {number_of(player)}")
    player.say("erro no valor da nota")
    player.say("sim")
    deny_cancellation(actor=owner_of(player), session_id=player.session().pk, text="Já foi paga.")
    assert player.replies()[-1].endswith(
        f"não aprovou o cancelamento da nota {number_of(player)}: já foi paga."
    )


def ask_to_cancel(player):
    player.say(ASKED)
    player.say("sim")
    for text in (f"cancelar nota {number_of(player)}", "erro no valor da nota", "sim"):
        player.say(text)
    session = player.session()
    address = reverse("whatsapp:transcript", args=[session.conversation_id])
    return session, address


def test_the_page_of_the_conversation_approves_a_cancellation_once(player, client):
    session, address = ask_to_cancel(player)
    client.force_login(User.objects.get(pk=owner_of(player).user_id))

    page = client.get(address)
    first = client.post(f"{address}aprovar/", {"pedido": session.pk}, follow=True)
    again = client.post(f"{address}aprovar/", {"pedido": session.pk}, follow=True)
    player.settle()

    assert "Aprovar e cancelar a nota" in page.text
    assert "Cancelamento aprovado." in first.text
    assert "não espera mais uma decisão" in again.text
    assert player.replies()[-1].startswith(f"Nota {number_of(player)} cancelada.")
    assert [request.state for request in player.requests()] == ["canceled"]


def test_the_page_of_the_conversation_denies_a_cancellation_only_with_a_reason(player, client):
    session, address = ask_to_cancel(player)
    client.force_login(User.objects.get(pk=owner_of(player).user_id))

    bare = client.post(f"{address}negar/", {"pedido": session.pk}, follow=True)
    client.post(f"{address}negar/", {"pedido": session.pk, "motivo": "Já foi paga."})

    assert "Escreva por que o cancelamento não foi aprovado" in bare.text
    assert player.replies()[-1].endswith(
        f"não aprovou o cancelamento da nota {number_of(player)}: já foi paga."
    )
    assert [request.state for request in player.requests()] == ["issued"]


def test_where_the_firm_allows_it_a_cancellation_needs_no_approval(player):
    Firm.objects.update(chat_cancellation=Firm.ChatCancellation.ALLOWED)
    player.say(ASKED)
    player.say("sim")
    player.say(f"cancelar nota {number_of(player)}")
    player.say("erro no valor da nota")
    player.say("sim")
    player.settle()
    assert [request.state for request in player.requests()] == ["canceled"]


def test_the_firm_answers_until_the_person_comes_back(player):
    assert player.say("falar com contabilidade")[0].startswith("Chamei a")
    assert player.say("nota de 300") == []
    assert player.say("voltar") == ["Voltei!"]
    assert Notice.objects.filter(kind="handoff").exists()


def test_of_two_companies_one_is_chosen_and_remembered(sandbox, transactional_db):
    with stage_of(sandbox, companies=2) as player:
        (listed,) = player.say("nota 300 reais consultoria de vendas cpf 52998224725")
        assert "1. " in listed
        (name,) = player.say("a oficina")
        assert name.startswith("Vou usar *Oficina Rota Sul Ltda*.")
        assert "nome completo" in name
        (mirror,) = player.say("João Maria da Silva")
        assert "João Maria da Silva · 529.982.247-25" in mirror
        player.say("ok")
        assert [request.state for request in player.requests()] == ["issued"]
        assert "Espelho" in player.say("nota de 500 pra 11222333000181, consultoria de vendas")[-1]


def owner_of(player):
    member = player.stage.firm.account.memberships.get()
    return Actor(player.stage.firm.pk, user_id=member.user_id)
