"""What the chat used of OpenAI, for the firm's people."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from core.formatting import format_micro_dollars
from whatsapp.models import AiCall
from whatsapp.selectors.ai_usage import list_models_of_use, list_months_of_use

PAGE = reverse("whatsapp:ai_usage")
TODAY = date(2026, 11, 22)


def add_call(firm, at, **fields):
    values = {"purpose": "reading", "model": "gpt-6-luna", "outcome": "ok", **fields}
    return AiCall.objects.create(firm=firm, at=at, **values)


def test_a_month_is_of_sao_paulo_and_empty_months_are_shown(office):
    add_call(office.firm, datetime(2026, 11, 1, 2, 59, tzinfo=UTC), tokens_in=10)  # still October there
    add_call(office.firm, datetime(2026, 11, 1, 3, 0, tzinfo=UTC), tokens_in=20, cost=7)
    add_call(office.firm, datetime(2025, 11, 30, tzinfo=UTC), tokens_in=99)

    months = list_months_of_use(office.firm.pk, today=TODAY)

    assert len(months) == 12
    assert [(month.first_day, month.use.tokens_in) for month in months[-3:]] == [
        (date(2026, 9, 1), 0),
        (date(2026, 10, 1), 10),
        (date(2026, 11, 1), 20),
    ]
    assert months[-1].use.cost == 7


def test_models_of_a_month_are_told_apart_with_what_failed(office):
    at = datetime(2026, 11, 10, tzinfo=UTC)
    add_call(office.firm, at, prompt_version="reading-1", cost=5)
    add_call(office.firm, at, prompt_version="reading-1", cost=5, outcome="cut")
    add_call(office.firm, at, purpose="transcription", model="gpt-transcribe", audio_seconds=61)

    first, second = list_models_of_use(office.firm.pk, month=TODAY)

    assert (first.model, first.use.calls, first.use.failed, first.use.cost) == ("gpt-6-luna", 2, 1, 10)
    assert (second.model, second.use.minutes) == ("gpt-transcribe", 2)


def test_the_page_of_a_firm_counts_its_own_alone(page, office, other_office):
    now = timezone.now()
    add_call(office.firm, now, cost=123_400)
    add_call(other_office.firm, now, cost=9_000_000)

    shown = page(PAGE).text

    assert "US$ 0,12" in shown
    assert "US$ 9" not in shown
    assert "Sem preços" in shown


def test_a_firm_that_asked_nothing_is_told_so(page):
    assert "Nada foi perguntado ainda" in page(PAGE).text


def test_costs_are_for_owner_and_accountant(page):
    assert page(PAGE, role="attendant").status_code == 403


@pytest.mark.parametrize(
    ("micros", "shown"),
    [
        (0, "US$ 0,00"),
        (1, "US$ 0,000001"),
        (1_234, "US$ 0,0012"),
        (123_400, "US$ 0,12"),
        (1_234_567_890, "US$ 1.234,57"),
    ],
)
def test_small_costs_are_shown_with_as_many_places_as_they_need(micros, shown):
    assert format_micro_dollars(micros) == shown
