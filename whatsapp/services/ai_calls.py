"""What the calls of OpenAI used and cost, by the prices of the day (openai.md 4): figures, never words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from django.conf import settings

from queue_worker.transactions import refuse_transaction
from whatsapp.gateways.openai_client import CallReport
from whatsapp.models import AiCall

MICROS_PER_DOLLAR = 1_000_000
SECONDS_PER_MINUTE = 60


def save_ai_calls(
    *, firm_id: int, conversation_id: int | None, reports: Sequence[CallReport], at: datetime
) -> None:
    """Keep every try, also those that failed: they may have been billed.

    `reports`: what `read_words` and `transcribe` showed to their `observe`; empty: nothing is written.
    """
    refuse_transaction("save_ai_calls")
    for report in reports:
        AiCall.objects.create(
            firm_id=firm_id,
            conversation_id=conversation_id,
            purpose=report.purpose,
            model=report.model[:60],
            prompt_version=report.prompt_version,
            outcome=report.outcome,
            attempt=report.attempt,
            request_id=report.request_id,
            tokens_in=report.tokens_in,
            tokens_cached=min(report.tokens_cached, report.tokens_in),
            tokens_out=report.tokens_out,
            audio_seconds=report.audio_seconds,
            cost=reckon_cost(report, settings.OPENAI_PRICES),
            duration_ms=report.milliseconds,
            at=at,
        )


def reckon_cost(report: CallReport, prices: Mapping[str, Mapping[str, str]]) -> int:
    """Return millionths of a dollar, rounded up; 0 for a model that has no price in the settings.

    Tokens cost dollars per million, so one token costs as many millionths. Tokens out of the cache have their
    own price, or the usual one. A transcription without tokens is counted by the minute.
    """
    price = {name: Decimal(value) for name, value in prices.get(report.model, {}).items()}
    full = report.tokens_in - report.tokens_cached
    cost = (
        full * price.get("input", Decimal(0))
        + report.tokens_cached * price.get("cached", price.get("input", Decimal(0)))
        + report.tokens_out * price.get("output", Decimal(0))
    )
    if not report.tokens_in:
        minutes = Decimal(report.audio_seconds) / SECONDS_PER_MINUTE
        cost += minutes * price.get("minute", Decimal(0)) * MICROS_PER_DOLLAR
    return int(cost.to_integral_value(ROUND_CEILING))
