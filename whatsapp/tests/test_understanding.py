"""One batch is one event, by the state that it meets (§5.2, §5.4)."""

import pytest

from whatsapp.conversation.facts import Session
from whatsapp.conversation.states import Kind, Question, State
from whatsapp.conversation.understanding import understand
from whatsapp.tests.scoring import read
from whatsapp.vocabulary.events import Event
from whatsapp.vocabulary.faq import Faq
from whatsapp.vocabulary.start import Intent

NONE, MIRROR, COLLECTING = Session(), Session(State.AWAITING_CONFIRMATION), Session(State.COLLECTING)


def meaning(texts, session=NONE, options=()):
    batch = [texts] if isinstance(texts, str) else texts
    return understand(batch, read(batch), session, options)


@pytest.mark.parametrize(
    ("texts", "session", "event"),
    [
        (["sim", "sim", "SIM", "ok"], MIRROR, Event.YES),
        (["sim", "espera"], MIRROR, Event.UNSURE),
        (["sim", "é 900"], MIRROR, Event.FIX),
        ("obrigado", MIRROR, Event.INFO),
        ("cancela", MIRROR, Event.CANCEL),
        ("cancela", NONE, Event.CANCEL),
        ("cancelar nota", NONE, Event.CANCEL_NOTE),
        ("cancelar nota", MIRROR, Event.CANCEL),
        ("cancelar nota 12", COLLECTING, Event.CANCEL_NOTE),
        ("nota de 300 pra 11.222.333/0001-81", NONE, Event.DATA),
        ("na verdade é 900", COLLECTING, Event.FIX),
        ("quero emitir uma nota", NONE, Event.ISSUE),
        ("repete a última", NONE, Event.REPEAT),
        ("continuar", NONE, Event.RESUME),
        ("tentar de novo", NONE, Event.RETRY),
        ("trocar empresa", COLLECTING, Event.SWITCH),
        ("falar com contabilidade", MIRROR, Event.HANDOFF),
        ("sim", Session(State.COLLECTING, question=Question.KEEP_DESCRIPTION), Event.YES),
        ("cancela, o valor é 300", COLLECTING, Event.UNSURE),
        ("asdf qwer", COLLECTING, Event.UNSURE),
        ("sim", Session(State.AWAITING_CONFIRMATION, Kind.CANCELLATION), Event.YES),
    ],
)
def test_a_batch_is_one_event(texts, session, event):
    assert meaning(texts, session).event is event


def test_a_pick_is_found_by_number_name_and_part_of_a_name():
    companies = [("Oficina Rota Sul Ltda",), ("Padaria Sol",)]
    choosing = Session(State.CHOOSING_COMPANY)
    assert [
        meaning(text, choosing, companies).pick for text in ("2", "a oficina", "primeira", "padaria sol")
    ] == [
        1,
        0,
        0,
        1,
    ]
    assert meaning("a mercearia", choosing, companies).pick is None


def test_taking_a_correction_back_is_told_apart():
    assert meaning("deixa como estava", COLLECTING).keeps_old


def test_a_question_has_its_fixed_answer():
    assert meaning("pode ser cpf?", COLLECTING).faq is Faq.CPF_TOO
    assert meaning("quanto de ISS?", MIRROR).faq is Faq.ISS


def test_a_greeting_is_information():
    assert meaning("bom dia").social is Intent.GREETING
