"""The daily look at the models of the settings: gone, ending, or nothing learned (openai.md)."""

from datetime import date, timedelta

import pytest

from whatsapp.models import AiModel
from whatsapp.services.ai_models import check_models
from whatsapp.tests.people import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def kept():
    return {row.name: (row.missing_since, row.shutdown_on) for row in AiModel.objects.all()}


def test_models_that_exist_are_kept_with_their_end(sandbox):
    sandbox.set_openai(shutdown_date="2027-02-26")
    assert check_models(now=NOW) == 0
    assert kept()["gpt-6-luna"] == (None, date(2027, 2, 26))
    assert len(kept()) == 2


def test_a_model_that_is_gone_is_missing_since_the_first_look(sandbox, settings):
    settings.OPENAI_READING_MODEL = "gpt-of-yesterday"
    assert check_models(now=NOW) == 1
    assert check_models(now=NOW + timedelta(days=1)) == 1
    assert kept()["gpt-of-yesterday"] == (NOW, None)


def test_a_model_that_comes_back_is_missing_no_more(sandbox):
    AiModel.objects.create(name="gpt-6-luna", checked_at=NOW, missing_since=NOW)
    check_models(now=NOW)
    assert kept()["gpt-6-luna"] == (None, None)


@pytest.mark.parametrize("status", [401, 503])
def test_an_outage_or_a_refused_key_says_nothing_of_a_model(sandbox, status):
    sandbox.fail("openai", "status", status=status)
    assert check_models(now=NOW) == 0
    assert kept() == {}


def test_with_openai_switched_off_nothing_is_asked(sandbox, settings):
    settings.OPENAI_ENABLED = False
    assert check_models(now=NOW) == 0
    assert sandbox.counts()["by_provider"].get("openai", 0) == 0
