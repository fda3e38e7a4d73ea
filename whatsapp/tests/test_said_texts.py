"""What the other dialogs leave unsaid: each text of §5.10 is heard by somebody, through the whole chat.

`test_every_text_is_heard_in_a_test` looks for the words of each in the tests and in the files of dialogs.
"""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from nfse.models import Company, Firm, Taker, TaxProfile
from whatsapp import texts
from whatsapp.management.rehearsal.letters import Line, new_id
from whatsapp.models import InboundMessage
from whatsapp.tests.rehearsing import number_of, stage_of

TESTS = Path(__file__).parent
ASKED = "nota de 1500 pra 11222333000181 manutenção do site em novembro"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def player(sandbox, transactional_db):
    with stage_of(sandbox) as player:
        yield player


def hold(player, script):
    """Hold a dialog: pairs of what is said and words of what must come back."""
    for words, expected in script:
        said = "\n".join(player.say(words))
        assert expected in said, f"{words!r} → {said!r}"


def send(player, **line):
    """Send what is no text, or about another message, and return the answer."""
    player.send(Line(message_id=new_id(), **line))
    player.settle()
    return "\n".join(player.replies())


def test_before_there_is_any_note(player):
    hold(
        player,
        [
            ("oi", "Eu preparo suas notas por aqui."),
            ("obrigado", "Imagina! Precisando, é só escrever."),
            ("ajuda", "Posso: emitir nota, *repetir*, *minhas notas*, *segunda via*"),
            ("status", "Não há nota em andamento nem emitida ainda."),
            ("segunda via", "Ainda não há nota emitida para mandar de novo."),
            ("repetir", "Ainda não há nota emitida para repetir."),
            ("cancelar nota 99", "Não achei a nota 99 entre as emitidas. Confere o número?"),
            ("cancelar nota", "Não há nota emitida que possa ser cancelada."),
            ("trocar empresa", "Este número só tem uma empresa, a *Oficina Rota Sul Ltda*."),
            ("cancelar", "Não há pedido aberto. Para cancelar uma nota emitida"),
            ("sim", "Não há nada esperando confirmação."),
        ],
    )


def test_while_a_note_is_collected(player):
    hold(
        player,
        [
            ("nota para o cnpj 11222333000181", "o valor e o que foi feito"),
            ("oi", "está pela metade. Ainda preciso do valor"),
            ("status", "Estou preparando a nota. Falta o valor e o que foi feito."),
            ("valor zero", "O valor precisa ser maior que zero. Quanto foi o serviço?"),
            ("valor 1,500", "O valor precisa de duas casas depois da vírgula"),
            ("valor 999999999999999999999", "Não entendi o valor. Pode escrever como 1.500,00?"),
            ("valor 900.000,00", "são feitas pela contabilidade. Já avisei a Contabilidade Ensaio."),
            ("valor 900", "me diga só o que foi feito"),
            ("não", "Quer desistir desta nota? Responda *sim* para desistir"),
            ("não", "o que foi feito"),
            ("serviço", "Consegue detalhar? Por exemplo:"),
            ("descrição: pintei", "Conte um pouquinho mais do serviço, com pelo menos 10 letras."),
            (
                "descrição: " + "pintura do muro " * 40,
                "A descrição pode ter até 500 letras. Consegue resumir?",
            ),
            ("descrição: conserto da merda do portão", "Essa descrição não pode ir na nota."),
            ("pintura da fachada, serviço de agosto", "Por aqui só emito notas deste mês e do anterior"),
        ],
    )
    assert "Recebi o arquivo, mas só leio texto e áudio." in send(player, kind="image")


def test_what_the_registry_says_of_a_client(player, sandbox):
    sandbox.set_registry(statuses={"11444777000161": "", "12345678000195": "03", "11222333000181": "08"})
    hold(
        player,
        [
            (
                "nota de 900 pra 11444777000161, pintura da fachada",
                "Não encontrei esse CNPJ na Receita. Confere",
            ),
            ("12.345.678/0001-95", "na Receita. Emito assim mesmo?"),
            ("não", "o CNPJ ou CPF do cliente"),
            ("11.222.333/0001-81", "está com o CNPJ baixado e não pode receber nota."),
        ],
    )


def test_at_the_mirror(player):
    player.say(ASKED)
    shown = player.last_inbound().provider_message_id
    assert "Você apagou uma mensagem que eu já tinha anotado." in send(player, kind="delete", target_id=shown)
    hold(
        player,
        [("não", "O que eu mudo? Para desistir, mande *cancelar*."), ("está errado", "O que está errado?")],
    )
    hold(player, [("o valor é 2 mil", "Espelho da nota")])
    TaxProfile.objects.update(total_tax_percent=Decimal("7.00"))
    hold(player, [("sim", "Um dado fiscal da empresa mudou desde o último espelho. Confira de novo:")])
    assert player.requests() == []


def test_once_a_note_was_issued(player):
    player.say(ASKED)
    player.say("sim")
    number = number_of(player)
    hold(
        player,
        [
            ("status", f"A nota {number}, de R$ 1.500,00, para"),
            ("minhas notas", "1 notas, R$ 1.500,00. Últimas:"),
            ("cancelar nota", "Qual nota quer cancelar?"),
            ("1", "Por quê? 1 erro nos dados"),
            ("outro", "Conte o motivo em uma frase, com pelo menos 15 letras."),
            ("erro no valor da nota", f"Cancelar a nota {number}, R$ 1.500,00"),
            ("não", f"Tudo bem, não vou cancelar. A nota {number} continua valendo."),
            (f"cancelar nota {number}", "Por quê? 1 erro nos dados"),
            ("erro no valor da nota", f"Cancelar a nota {number}"),
            ("sim", "Pedido enviado à Contabilidade Ensaio."),
            ("status", "O pedido está com a contabilidade"),
        ],
    )


def test_cancellations_that_the_firm_keeps_to_itself_or_allows(player):
    player.say(ASKED)
    player.say("sim")
    number = number_of(player)
    Firm.objects.update(chat_cancellation=Firm.ChatCancellation.OFF)
    hold(
        player,
        [(f"cancelar nota {number}", "O cancelamento de notas emitidas é com a Contabilidade Ensaio.")],
    )
    Firm.objects.update(chat_cancellation=Firm.ChatCancellation.ALLOWED)
    hold(player, [(f"cancelar nota {number}", "Por quê?"), ("erro no valor da nota", "Confirma?")])
    player.send(Line("sim", message_id=new_id()))
    player.wait(player.clock.now() + timedelta(minutes=2))
    assert f"Nota {number} cancelada. O comprovante vai logo abaixo." in "\n".join(player.replies())
    assert [request.state for request in player.requests()] == ["canceled"]


def test_a_company_in_the_test_environment_is_told_so(player):
    Company.objects.update(environment="staging")
    hold(player, [(ASKED, "*TESTE*: esta nota não tem valor fiscal.")])


def test_too_much_at_once(player):
    long = "nota de 300 pra 11222333000181, pintura do muro. " + "bom dia " * 600
    hold(player, [(long, "Sua mensagem era muito longa e li só o começo.")])
    for _ in range(31):
        player.send(Line("oi", message_id=new_id()))
    player.settle()
    assert "Estou recebendo mensagens demais. Me dá um minutinho?" in "\n".join(player.replies())


def test_a_voice_note_of_more_than_two_minutes(player):
    player.send(Line("nota de 300", kind="audio", message_id=new_id()))
    InboundMessage.objects.update(media_seconds=150)
    player.settle()
    assert player.replies() == ["Consigo ouvir até 2 minutos. Manda um resumo?"]


def test_a_registry_that_takes_its_time_is_told_of(player, sandbox):
    sandbox.fail("brasilapi", "status", status=503)
    sandbox.fail("viper", "status", status=503)
    said = "\n".join(player.say(ASKED))
    assert "Só um instante, estou conferindo o CNPJ na Receita." in said
    player.wait(player.clock.now() + timedelta(minutes=3))
    assert "A consulta de CNPJ está fora do ar. Guardei tudo e aviso" in "\n".join(player.replies())


def test_lists_to_choose_from(sandbox, transactional_db):
    with stage_of(sandbox, companies=2) as player:
        hold(player, [("nota de 300 pra 11222333000181, pintura", "De qual empresa é a nota?")])
        player.say("a terceira")
        player.say("aquela")
        hold(player, [("não sei qual", "Se preferir, mande *falar com contabilidade*."), ("1", "Vou usar *")])


def test_two_clients_of_one_name_are_listed(player):
    for cnpj in ("11222333000181", "12345678000195"):
        player.say(f"nota de 300 pra {cnpj}, pintura do muro")
        player.say("sim")
    Taker.objects.update(name="Clínica Bem Viver Ltda")
    hold(
        player,
        [("nota de 500 pra Clínica Bem Viver, pintura", "Encontrei mais de um cliente com esse nome.")],
    )


# --- All of them -----------------------------------------------------------------------------------


def read_tests():
    files = [*TESTS.glob("*.py"), *(TESTS / "data" / "dialogs").glob("*.json")]
    kept = [file for file in files if file.name != "test_texts.py"]
    return "\n".join(file.read_text().replace('\\"', '"') for file in kept)


HEARD = read_tests()


def is_heard(wordings):
    """Whether three words in a row of one wording, or all of a shorter piece, stand in a test."""
    pieces = [piece.split() for wording in wordings for piece in re.split(r"\{[a-z]+\}", wording)]
    runs = (" ".join(words[at : at + 3]) for words in pieces for at in range(max(1, len(words) - 2)))
    return any(len(run) > 6 and run in HEARD for run in runs)


BY_ITS_VALUES = {"T47"}
"""It has no words of its own: where a request stands and what it lacks, heard in the dialogs above."""


@pytest.mark.parametrize("key", sorted(set(texts.TEXTS) - BY_ITS_VALUES))
def test_every_text_is_heard_in_a_test(key):
    assert is_heard(texts.TEXTS[key])
