"""How the operators' pages of the inbox show sources, states and contents."""

import json
from typing import Any

from django import template

from inbox.sources import find_source

register = template.Library()

TONES = {"received": "info", "processed": "success", "refused": "warning", "failed": "danger"}


@register.filter
def delivery_tone(state: str) -> str:
    return TONES[state]


@register.filter
def source_title(name: str) -> str:
    """The title of a source, or its name when no app registers it any more."""
    source = find_source(name)
    return source.title if source else name


@register.filter
def indented(value: Any) -> str:
    """A value that was masked already, as indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
