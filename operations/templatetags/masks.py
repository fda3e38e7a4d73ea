"""What operators see of data that belongs to people (O10)."""

import re

from django import template

from core.documents import mask_document
from core.masking import mask_email, mask_text

register = template.Library()
_XML_TEXT = re.compile(r">([^<>]+)<")
_JSON_TEXT = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?')
_SHOWN = re.compile(r"[A-Z]{0,4}[0-9]{1,6}|[A-Z_]{2,40}|true|false")


@register.filter
def masked_email(address: str) -> str:
    return mask_email(address) if address else "—"


@register.filter
def masked_phone(phone: str) -> str:
    """The area code and the last two digits."""
    return f"({phone[3:5]}) ••••-••{phone[-2:]}" if len(phone) > 8 else "—"


@register.filter
def masked_document(document: str) -> str:
    return mask_document(document) if document else "—"


@register.filter
def masked(text: str) -> str:
    return mask_text(text)


@register.filter
def gateway_text(text: str) -> str:
    """A gateway's answer by its shape: codes stay, what it says of people and companies does not."""
    if text.lstrip().startswith("<"):
        return _XML_TEXT.sub(lambda found: f">{_code(found[1])}<", text)
    return _JSON_TEXT.sub(lambda found: found[0] if found[2] else f'"{_code(found[1][1:-1])}"', text)


def _code(value: str) -> str:
    value = value.strip()
    return value if not value or _SHOWN.fullmatch(value) else "•••"
