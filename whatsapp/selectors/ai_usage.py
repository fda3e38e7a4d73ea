"""What a firm's chat used of OpenAI, by month and by model (O23, issue of the chat)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from core.days import start_of_day
from whatsapp.models import AiCall

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Use:
    """Calls, and what they used. `cost`: millionths of a dollar."""

    readings: int = 0
    transcriptions: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    audio_seconds: int = 0
    cost: int = 0

    @property
    def calls(self) -> int:
        return self.readings + self.transcriptions

    @property
    def minutes(self) -> int:
        return -(-self.audio_seconds // 60)


@dataclass(frozen=True)
class MonthOfUse:
    first_day: date
    use: Use


@dataclass(frozen=True)
class ModelUse:
    model: str
    prompt_version: str
    use: Use


_SUMMED = ("tokens_in", "tokens_cached", "tokens_out", "audio_seconds", "cost")
_SUMS = {
    "readings": Count("id", filter=Q(purpose=AiCall.Purpose.READING)),
    "transcriptions": Count("id", filter=Q(purpose=AiCall.Purpose.TRANSCRIPTION)),
    "failed": Count("id", filter=~Q(outcome=AiCall.Outcome.OK)),
    **{
        f"sum_{name}": Sum(name)
        for name in ("tokens_in", "tokens_cached", "tokens_out", "audio_seconds", "cost")
    },
}


def list_months_of_use(firm_id: int, *, today: date) -> list[MonthOfUse]:
    """Return the last twelve months, oldest first, also those in which nothing was asked."""
    months = [_months_before(today.replace(day=1), back) for back in range(MONTHS_SHOWN - 1, -1, -1)]
    rows = (
        AiCall.objects.filter(firm_id=firm_id, at__gte=start_of_day(months[0]))
        .annotate(month=TruncMonth("at", tzinfo=timezone.get_default_timezone()))
        .values("month")
        .annotate(**_SUMS)
        .order_by("month")
    )
    found = {row["month"].date(): _use_of(row) for row in rows}
    return [MonthOfUse(month, found.get(month, Use())) for month in months]


def list_models_of_use(firm_id: int, *, month: date) -> list[ModelUse]:
    """Return what each model was used for in a month, the most used first."""
    first = month.replace(day=1)
    rows = (
        AiCall.objects.filter(
            firm_id=firm_id, at__gte=start_of_day(first), at__lt=start_of_day(_months_before(first, -1))
        )
        .values("model", "prompt_version")
        .annotate(**_SUMS)
        .order_by("-readings", "-transcriptions", "model")
    )
    return [ModelUse(row["model"], row["prompt_version"], _use_of(row)) for row in rows]


def _use_of(row: Mapping[str, Any]) -> Use:
    sums = {name.removeprefix("sum_"): row[name] or 0 for name in row if name.startswith("sum_")}
    return Use(readings=row["readings"], transcriptions=row["transcriptions"], failed=row["failed"], **sums)


def _months_before(first: date, months: int) -> date:
    place = first.year * 12 + first.month - 1 - months
    return date(place // 12, place % 12 + 1, 1)
