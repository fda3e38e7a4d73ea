"""What the calls of OpenAI cost, and that every try is kept."""

import pytest

from core.errors import Unreadable
from whatsapp.gateways.openai_client import CallReport, Outcome, Purpose
from whatsapp.gateways.openai_reading import WordsRequest, read_words
from whatsapp.models import AiCall
from whatsapp.services.ai_calls import reckon_cost, save_ai_calls
from whatsapp.tests.people import NOW, make_channel, make_talk

PRICES = {
    "reader": {"input": "0.25", "cached": "0.025", "output": "2"},
    "listener": {"minute": "0.006"},
}


def report(model="reader", **figures):
    return CallReport(Purpose.READING, model, "reading-1", Outcome.OK, 1, 900, **figures)


@pytest.mark.parametrize(
    ("call", "cost"),
    [
        (report(tokens_in=1500, tokens_cached=1280, tokens_out=40), 167),  # 55 + 32 + 80
        (report(tokens_in=1), 1),
        (report("listener", audio_seconds=30), 3000),
        (report("another", tokens_in=1500, tokens_out=40), 0),
        (report(), 0),
    ],
)
def test_cost_is_reckoned_in_millionths_of_a_dollar_and_rounded_up(call, cost):
    assert reckon_cost(call, PRICES) == cost


def test_tokens_out_of_the_cache_cost_as_much_as_others_where_they_have_no_price_of_their_own():
    prices = {"reader": {"input": "0.25"}}

    assert reckon_cost(report(tokens_in=1000, tokens_cached=1000), prices) == 250


@pytest.mark.django_db(transaction=True)
def test_every_try_is_kept_with_what_it_used(sandbox, settings):
    settings.OPENAI_PRICES = {settings.OPENAI_READING_MODEL: PRICES["reader"]}
    talk = make_talk(make_channel())
    sandbox.set_openai(answer="truncated", times=1)
    reports = []
    read_words(WordsRequest("troca de óleo do carro", conversation_id=talk.id), observe=reports.append)

    save_ai_calls(firm_id=talk.firm_id, conversation_id=talk.id, reports=reports, at=NOW)

    first, second = AiCall.objects.order_by("id")
    assert (first.outcome, first.attempt, second.outcome, second.attempt) == ("cut", 1, "ok", 2)
    assert first.cost > 0
    assert second.tokens_out > 0
    assert (second.at, second.prompt_version, second.firm_id) == (NOW, "reading-1", talk.firm_id)


@pytest.mark.django_db(transaction=True)
def test_a_reading_that_ended_in_an_error_is_kept_too(sandbox):
    talk = make_talk(make_channel())
    sandbox.set_openai(answer="bad_json")
    reports = []
    with pytest.raises(Unreadable):
        read_words(WordsRequest("troca de óleo do carro"), observe=reports.append)

    save_ai_calls(firm_id=talk.firm_id, conversation_id=talk.id, reports=reports, at=NOW)

    assert list(AiCall.objects.values_list("outcome", flat=True)) == ["unreadable"] * 2


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_when_nothing_was_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        save_ai_calls(firm_id=1, conversation_id=None, reports=[], at=NOW)


def test_every_outcome_of_the_gateway_has_a_name_in_the_table():
    assert set(AiCall.Outcome.values) == set(Outcome)
    assert set(AiCall.Purpose.values) == set(Purpose)
