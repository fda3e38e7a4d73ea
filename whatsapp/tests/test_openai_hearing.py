"""Voice notes, through the real SDK against the emulator."""

import pytest

from core.errors import Refused, Unavailable
from sandbox.voice import make_voice_note
from whatsapp.gateways.openai_client import Outcome
from whatsapp.gateways.openai_hearing import Audio, transcribe
from whatsapp.gateways.openai_models import find_model, names_in_use

WORDS = "faz uma nota de mil e quinhentos reais pra Clínica Bem Viver"


def hear(words=WORDS, seconds=7, **audio):
    reports = []
    content = audio.pop("content", make_voice_note(words, seconds))
    audio = Audio(content, audio.pop("content_type", "audio/ogg; codecs=opus"), seconds)
    return transcribe(audio, observe=reports.append), reports


def test_a_note_is_heard_with_its_length(sandbox):
    heard, [report] = hear()

    assert (heard.text, heard.is_clear) == (WORDS, True)
    assert (report.outcome, report.audio_seconds) == (Outcome.OK, 7)


def test_it_is_sent_as_what_it_is_with_words_of_the_trade(sandbox):
    hear()

    [sent] = sandbox.openai()["requests"]
    assert sent["file"] == "audio.ogg"
    assert sent["languages[]"] == ["pt"]
    assert "tomador" in sent["keywords[]"]


def test_an_older_model_is_asked_in_its_own_words(sandbox, settings):
    settings.OPENAI_HEARING_MODEL = "whisper-1"
    hear()

    [sent] = sandbox.openai()["requests"]
    assert sent["language"] == ["pt"]
    assert "languages[]" not in sent


@pytest.mark.parametrize(
    ("words", "seconds", "is_clear"),
    [("sim", 1, True), ("sim", 30, False), ("", 4, False)],
)
def test_silence_and_one_word_of_a_long_note_are_not_clear(sandbox, words, seconds, is_clear):
    heard, _ = hear(words, seconds)

    assert heard.is_clear is is_clear


def test_another_language_is_not_clear(sandbox):
    sandbox.set_openai(answer="invented")

    heard, _ = hear()

    assert not heard.is_clear


def test_broken_audio_is_refused_and_not_sent_again(sandbox):
    with pytest.raises(Refused):
        hear(content=b"not a sound")

    assert sandbox.counts()["by_provider"]["openai"] == 1


def test_an_outage_is_tried_once_more(sandbox):
    sandbox.fail("openai", "status", status=503)

    with pytest.raises(Unavailable):
        hear()

    assert sandbox.counts()["by_provider"]["openai"] == 2


def test_models_say_until_when_they_work(sandbox):
    assert [find_model(name).shutdown_on for name in names_in_use()] == [None, None]

    sandbox.set_openai(shutdown_date="2027-02-26")

    assert str(find_model("gpt-6-luna").shutdown_on) == "2027-02-26"
