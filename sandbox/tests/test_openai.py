"""OpenAI over plain HTTP; tests of the product use the real SDK (whatsapp/tests/test_openai_*)."""

import httpx
import pytest

from sandbox.voice import make_voice_note, read_voice_note

SCHEMA = {
    "type": "object",
    "properties": {
        "description": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "taker_name": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "intent": {"$ref": "#/$defs/Intent"},
        "count": {"type": "integer"},
    },
    "$defs": {"Intent": {"type": "string", "enum": ["issue", "greeting", "other"]}},
}


@pytest.fixture
def openai(sandbox):
    with httpx.Client(
        base_url=sandbox.openai_url, headers={"Authorization": "Bearer x"}, timeout=10
    ) as client:
        yield client


def respond(openai, words, **body):
    form = {"type": "json_schema", "name": "Any", "schema": SCHEMA, "strict": True}
    asked = {"model": "gpt-6-luna", "input": words, "text": {"format": form}, **body}
    return openai.post("/responses", json=asked)


def test_it_asks_for_a_key(openai):
    answer = openai.get("/models", headers={"Authorization": ""})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")


def test_it_answers_in_the_shape_of_any_schema_and_always_the_same(openai):
    first, second = (respond(openai, "Mensagem:\nnota pra Ana Luz, troca de óleo do carro") for _ in range(2))

    text = first.json()["output"][0]["content"][0]["text"]
    assert text == (
        '{"description": "troca de óleo do carro", "taker_name": "Ana Luz", "intent": "issue", "count": 0}'
    )
    assert second.json()["output"][0]["content"][0]["text"] == text
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_an_older_program_may_ask_for_chat_completions(openai):
    form = {"type": "json_schema", "json_schema": {"name": "Any", "schema": SCHEMA}}
    messages = [{"role": "system", "content": "x"}, {"role": "user", "content": "bom dia"}]

    answer = openai.post(
        "/chat/completions", json={"model": "gpt-4o-mini", "messages": messages, "response_format": form}
    ).json()

    assert answer["choices"][0]["finish_reason"] == "stop"
    assert '"greeting"' in answer["choices"][0]["message"]["content"]


def test_a_plan_that_makes_no_sense_is_refused(sandbox):
    with pytest.raises(AssertionError, match="answer: good"):
        sandbox.set_openai(answer="perfect")


def test_a_note_says_its_words_and_length_and_a_real_one_says_nothing():
    note = make_voice_note("mil e quinhentos", 7)

    assert read_voice_note(note) == ("mil e quinhentos", 7)
    assert read_voice_note(note.replace(b"SPOKEN=", b"ARTIST=")) == ("", 7)
    assert read_voice_note(b"RIFF") is None


def test_a_reset_forgets_plan_and_requests(sandbox, openai):
    sandbox.set_openai(answer="refusal")
    respond(openai, "oi")
    sandbox.reset()

    assert sandbox.openai()["requests"] == []
    assert sandbox.openai()["plan"]["answer"] == "good"
