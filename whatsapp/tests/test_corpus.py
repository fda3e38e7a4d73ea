"""Messages as people write and say them: the reader settles most by itself and takes no wrong value.

`data/corpus.jsonl` holds what each message says, checked by a person. A field that is null must be asked.
"""

import json
from pathlib import Path

import pytest

from whatsapp.reading.output import values_of
from whatsapp.tests.scoring import list_unread, list_wrong, read

CORPUS = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "corpus.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("message", CORPUS, ids=lambda message: message["text"][:50])
def test_no_value_is_taken_that_the_message_does_not_say(message):
    got = values_of(read(message["text"]))
    assert list_wrong(message["expect"], got) == []


def test_the_reader_settles_four_of_five_messages_without_a_model():
    readings = [(message["expect"], read(message["text"])) for message in CORPUS]
    settled = [
        reading
        for expected, reading in readings
        if not reading.needs_llm and not list_unread(expected, values_of(reading))
    ]
    assert len(CORPUS) >= 150
    assert len(settled) >= 0.8 * len(CORPUS)
