"""How the operators' pages of the queue show states, ages and data."""

import json
from datetime import datetime, time, timedelta
from typing import Any

from django import template
from django.utils import timezone

from core.masking import mask_value
from core.money import format_number
from operations.kinds import title_of

register = template.Library()

TONES = {"pending": "info", "processing": "warning", "done": "success", "dead": "danger"}
OUTCOMES = {
    "retry": "adiado",
    "ask": "resultado desconhecido: conferir antes",
    "refused": "recusado em definitivo",
    "error": "erro",
    "expired": "o processo parou de dar sinal",
    "requeued": "voltou para a fila",
    "cancelled": "cancelado",
}
MINUTE, HOUR, DAY = 60, 3600, 86400


@register.filter
def kind_title(kind: str) -> str:
    return title_of(kind)


@register.filter
def of_item(by_item: dict[int, Any], item_id: int) -> Any:
    """What a dictionary holds for one item."""
    return by_item.get(item_id)


@register.filter
def status_tone(status: str) -> str:
    return TONES.get(status, "neutral")


@register.filter
def outcome_label(outcome: str) -> str:
    return OUTCOMES.get(outcome, outcome)


@register.filter
def duration(seconds: float | timedelta | None) -> str:
    """75 → "1 min 15 s"; None → "—"."""
    if seconds is None:
        return "—"
    whole = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return _two(whole, MINUTE, "min", 1, "s")
    if whole < DAY:
        return _two(whole, HOUR, "h", MINUTE, "min")
    return _two(whole, DAY, "d", HOUR, "h")


def _two(whole: int, large: int, large_unit: str, small: int, small_unit: str) -> str:
    rest = whole % large // small
    return f"{format_number(whole // large)} {large_unit}" + (f" {rest} {small_unit}" if rest else "")


@register.filter
def age(moment: datetime | None) -> str:
    """How long ago a moment was."""
    return "—" if moment is None else duration(timezone.now() - moment)


@register.filter
def interval(every: timedelta | time) -> str:
    """How often a periodic job runs."""
    return f"todo dia às {every:%H:%M}" if isinstance(every, time) else f"a cada {duration(every)}"


@register.filter
def masked_json(value: Any) -> str:
    """Data as indented JSON without documents, phones, addresses and secrets."""
    return json.dumps(mask_value("data", value), indent=2, ensure_ascii=False, default=str)


@register.filter
def when(moment: str | None) -> datetime | None:
    """A moment kept as text in the history."""
    return datetime.fromisoformat(moment) if moment else None
