"""The sentences in code equal those of the specification, of which data/texts.md is a copy (R114)."""

import re
from pathlib import Path

import pytest

from whatsapp import texts
from whatsapp.conversation import cancellation, table
from whatsapp.reading.values import Reason
from whatsapp.services.talking.phrasing import as_clause
from whatsapp.vocabulary.faq import Faq

PAGE = Path(__file__).parent / "data" / "texts.md"
NAMED_BY_WORDS = {
    "{lista numerada}": "{lista}",
    "{frase do estado}": "{frase}",
    "{o que falta, se faltar}": "{falta}",
    "{pendência, se houver}": "{pendencia}",
}


def read_page():
    rows = [line.split("|")[1:-1] for line in PAGE.read_text().splitlines() if line.startswith("| T")]
    return {cells[0].strip(): "|".join(cells[2:]).strip() for cells in rows}


PAGE_TEXTS = read_page()


@pytest.mark.parametrize("key", sorted(set(PAGE_TEXTS) - {"T17", "T22"}))
def test_a_text_is_that_of_the_page(key):
    page = PAGE_TEXTS[key]
    for words, name in NAMED_BY_WORDS.items():
        page = page.replace(words, name)
    assert " / ".join(texts.TEXTS[key]) == page


def test_the_two_texts_of_a_taker_status_are_those_of_the_page():
    both = texts.TEXTS["T17"][0] + " / (BAIXADA) " + texts.TEXTS["T17_CLOSED"][0]
    assert both == PAGE_TEXTS["T17"]


@pytest.mark.parametrize("key", ["T01", "T06", "T07", "T43"])
def test_what_is_said_often_has_two_wordings(key):
    assert len(texts.TEXTS[key]) == 2


def test_the_wordings_alternate():
    said = [texts.render("T06", wording=use, campo="o valor") for use in range(3)]
    assert said[0] == said[2] != said[1]


def test_every_reason_and_every_question_has_its_text():
    assert set(texts.OF_REASON) == set(Reason)
    assert set(texts.ANSWERS) == set(Faq)
    known = {*texts.TEXTS, *texts.OWN_TEXTS}
    assert set(texts.OF_REASON.values()) <= known
    assert {problem.text for problem in texts.OF_PROBLEM.values()} <= known


def test_every_text_that_the_tables_say_exists():
    known = {*texts.TEXTS, *texts.OWN_TEXTS}
    said = {effect.text for row in (*table.ROWS, *cancellation.ROWS) for effect in row.effects if effect.text}
    assert said <= known


def test_missing_fields_are_listed_as_a_person_would():
    assert texts.join_needs(["amount"]) == "o valor"
    assert texts.join_needs(["taker_document", "amount", "description"]) == (
        "o CNPJ ou CPF do cliente, o valor e o que foi feito"
    )


@pytest.mark.parametrize(
    ("sentence", "clause"),
    [
        ("O CEP do cliente não existe. Confira.", "o CEP do cliente não existe"),
        ("CNPJ inválido.", "CNPJ inválido"),
        ("A empresa está desativada. Ative-a.", "a empresa está desativada"),
        ("", ""),
    ],
)
def test_a_sentence_inside_another_begins_small_unless_with_an_abbreviation(sentence, clause):
    assert as_clause(sentence) == clause


def test_a_problem_that_is_not_the_clients_is_the_firms():
    assert texts.text_of_problem("E0310") == texts.NOT_READY
    assert texts.text_of_problem("E0206").field == "taker_document"


@pytest.mark.parametrize("key", sorted({*texts.TEXTS, *texts.OWN_TEXTS}))
def test_a_text_has_one_emoji_at_most_and_only_simple_names(key):
    for text in {**texts.TEXTS, **texts.OWN_TEXTS}[key]:
        assert len(re.findall("[\U0001f300-\U0001faff✅⚠]", text)) <= 1
        assert all(re.fullmatch(r"[a-z]+", name) for name in texts.names_in(text))
