"""Filters and tags known to every template (settings.TEMPLATES, builtins)."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core import formatting

register = template.Library()

_ICON_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SVG = re.compile(r"<svg[^>]*>(?P<shapes>.*)</svg>", re.DOTALL)
_UNBROKEN = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}"  # a CNPJ
    r"|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}"  # a CPF
    r"|R\$\s?[0-9.]{1,20},[0-9]{2}"
    r")(?![0-9A-Za-z])"
)
_EMPTY: tuple[object, ...] = (None, "")


@register.filter
def cnpj(value: str | None) -> str:
    return formatting.format_cnpj(value) if value else ""


@register.filter
def cpf(value: str | None) -> str:
    return formatting.format_cpf(value) if value else ""


@register.filter
def document(value: str | None) -> str:
    """A CNPJ or a CPF."""
    return formatting.format_document(value) if value else ""


@register.filter
def cep(value: str | None) -> str:
    return formatting.format_postal_code(value) if value else ""


@register.filter
def phone(value: str | None) -> str:
    return formatting.format_phone(value) if value else ""


@register.filter
def brl(value: int | str | None) -> str:
    """Cents as R$ 1.234,56."""
    return "" if value in _EMPTY else formatting.format_brl(int(value or 0))


@register.filter
def reais(value: Decimal | None) -> str:
    """Reais with two decimals as R$ 1.234,56."""
    return "" if value is None else formatting.format_brl(int((value * 100).to_integral_value()))


@register.filter
def number(value: int | str | None) -> str:
    return "" if value in _EMPTY else formatting.format_number(int(value or 0))


@register.filter
def date_br(value: date | datetime | None) -> str:
    return formatting.format_date(value) if value else ""


@register.filter
def month_br(value: date | None) -> str:
    """A day's month as outubro de 2026."""
    return formatting.format_month(value) if value else ""


@register.filter
def datetime_br(value: date | datetime | None) -> str:
    """A moment as dd/mm/aaaa hh:mm; a day, of which no time is known, as dd/mm/aaaa."""
    if not value:
        return ""
    return formatting.format_datetime(value) if isinstance(value, datetime) else formatting.format_date(value)


@register.filter
def unbroken(value: str | None) -> SafeString:
    """A sentence whose CNPJs, CPFs and amounts each stay on one line. Copied or read it is the same text."""
    text = conditional_escape(value or "")
    return mark_safe(_UNBROKEN.sub(r'<span class="unbroken">\g<0></span>', text))  # noqa: S308 - escaped


@register.filter
def whatsapp_url(value: str | None, text: str = "") -> str:
    return formatting.whatsapp_url(value, text) if value else ""


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """Draw an outline icon of Tabler inline. It is decoration: the words beside it say what it means."""
    return format_html(
        '<svg class="{}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>',
        f"icon {css_class}".strip(),
        _icon_shapes(name),
    )


@lru_cache(maxsize=512)
def _icon_shapes(name: str) -> SafeString:
    """Read an icon of the pinned package. An unknown name is a typing mistake and raises."""
    if not _ICON_NAME.fullmatch(name):
        raise template.TemplateSyntaxError(f"{name!r} is not the name of an icon")
    path = settings.ICONS_DIR / "outline" / f"{name}.svg"
    try:
        found = _SVG.search(path.read_text())
    except FileNotFoundError:
        raise template.TemplateSyntaxError(f"there is no icon {name!r} in {settings.ICONS_DIR}") from None
    if not found:
        raise template.TemplateSyntaxError(f"icon {name!r} is not an SVG")
    return mark_safe(found["shapes"].strip())  # noqa: S308 - a file of the pinned package


@register.simple_tag(takes_context=True)
def querystring_replace(context: dict[str, Any], **changes: Any) -> str:
    """Return the current query string with `changes`; None or "" removes a parameter."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        if value in _EMPTY:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"
