"""Answers to a mirror as people write them, each with its class: only a plain yes is a yes."""

import json
from pathlib import Path

import pytest

from whatsapp.tests.scoring import read
from whatsapp.vocabulary.mirror import classify_at_mirror

PAGE = Path(__file__).parent / "data" / "mirror_answers.jsonl"
ANSWERS = [json.loads(line) for line in PAGE.read_text().splitlines()]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["text"])
def test_an_answer_has_its_class_and_field(answer):
    meaning = classify_at_mirror(answer["text"], read(answer["text"], "2026-12-03"))
    field = meaning.fields[0].value if meaning.fields else None
    assert (meaning.kind.value, field) == (answer["class"], answer["field"])
