"""Words and tones of the lead pages."""

from django import template

from leads.models import Search

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
def is_mobile(e164: str) -> bool:
    """+55, area code and nine digits."""
    return e164.startswith("+55") and len(e164) == 14
