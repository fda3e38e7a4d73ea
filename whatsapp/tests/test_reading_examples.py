"""The sixty reference messages are read as their answers say: none with a wrong value, all settled."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from whatsapp.management.commands.classify import classify
from whatsapp.reading.output import values_of
from whatsapp.reading.values import ReadingContext
from whatsapp.tests.scoring import list_unread, list_wrong, read

EXAMPLES = json.loads((Path(__file__).parent / "data" / "messages_examples.json").read_text())
EXTRACTIONS = [example for example in EXAMPLES if example["kind"] == "extraction"]
CONFIRMATIONS = [example for example in EXAMPLES if example["kind"] == "confirmation"]


@pytest.mark.parametrize("example", EXTRACTIONS, ids=lambda example: example["id"])
def test_a_reference_message_is_read_as_its_answer_says(example):
    got = values_of(read(example["text"], example["today"]))
    assert (list_wrong(example["expect"], got), list_unread(example["expect"], got)) == ([], [])


@pytest.mark.parametrize("example", CONFIRMATIONS, ids=lambda example: example["id"])
def test_a_reference_answer_to_a_mirror_is_understood(example):
    context = ReadingContext(now=datetime.fromisoformat("2026-12-03T12:00:00-03:00"))
    answer = classify(example["text"], "mirror", context)
    assert answer["class"] in {example["expect"], *example["also_ok"]}
    if "correction" in example:
        assert {"field": answer["field"], "value": answer["value"]} == example["correction"]
