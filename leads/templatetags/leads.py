"""Words and tones of the lead pages."""

from typing import TYPE_CHECKING

from django import template

from leads.models import Search

if TYPE_CHECKING:
    from leads.selectors.searches import CountedSearch

register = template.Library()

TONES = {
    Search.Status.QUEUED: "neutral",
    Search.Status.RUNNING: "info",
    Search.Status.COMPLETED: "success",
    Search.Status.PARTIAL: "warning",
    Search.Status.FAILED: "danger",
    Search.Status.CANCELED: "neutral",
}


@register.filter
def state_tone(status: str) -> str:
    return TONES[Search.Status(status)]


@register.filter
def outcome(search: "CountedSearch") -> str:
    """The sentence of why fewer companies than asked came, or none; empty when all came (L12)."""
    if not search.reason:
        return ""
    if search.delivered_count:
        return search.get_reason_display()
    return Search.NOTHING_CAME[Search.Reason(search.reason)]


@register.filter
def is_mobile(e164: str) -> bool:
    """+55, area code and nine digits."""
    return e164.startswith("+55") and len(e164) == 14
