"""Words and tones of the pages of the chat."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from core.formatting import format_micro_dollars
from whatsapp.conversation.states import LABELS, State
from whatsapp.forms.sessions import KINDS

register = template.Library()
_BOLD = re.compile(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])")
_TONES = {
    State.CHOOSING_COMPANY: "info",
    State.COLLECTING: "info",
    State.AWAITING_CONFIRMATION: "info",
    State.AWAITING_FIRM: "warning",
    State.PROCESSING: "info",
    State.REJECTED: "danger",
    State.FAILED: "danger",
    State.COMPLETED: "success",
}


@register.filter
def chat_text(text: str) -> SafeString:
    """A message as WhatsApp shows it: *words* in bold; everything is escaped first (R27)."""
    return mark_safe(_BOLD.sub(r"<strong>\1</strong>", conditional_escape(text)))  # noqa: S308


@register.filter
def session_label(state: str) -> str:
    return LABELS[State(state)]


@register.filter
def session_tone(state: str) -> str:
    """The tone of a session's badge."""
    return _TONES.get(State(state), "neutral")


@register.filter
def session_kind(kind: str) -> str:
    return KINDS.get(kind, kind)  # type: ignore[call-overload,no-any-return]


@register.filter
def micro_dollars(cost: int | None) -> str:
    """A cost kept in millionths of a dollar; empty without any."""
    return "" if cost is None else format_micro_dollars(cost)
