"""Tags of the components in core/templates/components: widgets, navigation, pages, toasts."""

from collections.abc import Callable
from typing import Any

from django import template
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, HiddenInput, RadioSelect, Select
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

register = template.Library()

NOTICE_ICONS = {
    "info": "info-circle",
    "debug": "info-circle",
    "success": "circle-check",
    "warning": "alert-triangle",
    "danger": "alert-circle",
    "error": "alert-circle",
}


# --- Forms -----------------------------------------------------------------------------------------
@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.simple_tag
def widget(field: BoundField, **attributes: Any) -> SafeString:
    """Render the field's widget with Tabler's class; attributes that are empty are left out."""
    attrs = {name: value for name, value in attributes.items() if value not in (None, "")}
    attrs["class"] = " ".join(filter(None, [_widget_class(field), field.field.widget.attrs.get("class")]))
    return field.as_widget(attrs=attrs)


@register.simple_tag
def combobox_widget(field: BoundField, placeholder: str = "") -> SafeString:
    """Render a text field as a WAI-ARIA combobox; core/combobox.js moves the list."""
    return widget(
        field,
        placeholder=placeholder,
        role="combobox",
        autocomplete="off",
        autocapitalize="none",
        spellcheck="false",
        **{
            "aria-autocomplete": "list",
            "aria-expanded": "false",
            "aria-controls": f"{field.id_for_label}-lista",
        },
    )


def _widget_class(field: BoundField) -> str:
    kind = field.field.widget
    if isinstance(kind, HiddenInput | RadioSelect | CheckboxSelectMultiple):
        return ""
    invalid = " is-invalid" if field.errors else ""
    if isinstance(kind, CheckboxInput):
        return "form-check-input" + invalid
    if isinstance(kind, Select):
        return "form-select" + invalid
    return "form-control" + invalid


# --- Layout ----------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[dict[str, Any]]:
    """Sections of settings.NAVIGATION that this person may use, with the current item marked."""
    request: HttpRequest | None = context.get("request")
    if request is None or not request.user.is_authenticated:
        return []
    elsewhere = _other_audiences(request)
    sections = [
        {"label": section["label"], "items": _items(section["items"], request)}
        for section in settings.NAVIGATION
        if section["audience"] not in elsewhere and AUDIENCES[section["audience"]](request)
    ]
    return [section for section in sections if section["items"]]


AUDIENCES: dict[str, Callable[[HttpRequest], bool]] = {
    "buyer": lambda request: bool(getattr(request, "account", None)),
    "firm": lambda request: bool(getattr(request, "membership", None)),
    "operator": lambda request: bool(getattr(request.user, "is_staff", False)),
}


def _items(entries: list[dict[str, Any]], request: HttpRequest) -> list[dict[str, Any]]:
    current = request.resolver_match.view_name if request.resolver_match else ""
    items = []
    for entry in entries:
        href = _reverse_or_none(entry["url"])
        if href and ("right" not in entry or entry["right"] in getattr(request, "rights", ())):
            active = current == entry["url"] or current in entry.get("also", ())
            items.append({**entry, "href": href, "is_active": active})
    return items


def _reverse_or_none(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


@register.simple_tag(takes_context=True)
def areas(context: template.Context) -> list[dict[str, Any]]:
    """The businesses (settings.AREAS) of a person who is in more than one, the current one marked."""
    request: HttpRequest | None = context.get("request")
    if request is None or not request.user.is_authenticated:
        return []
    own = _areas_of(request)
    return own if len(own) > 1 else []


@register.simple_tag(takes_context=True)
def is_elsewhere(context: template.Context, audience: str) -> bool:
    """Whether a person who is in more than one business is outside this audience's."""
    request: HttpRequest | None = context.get("request")
    if request is None or not request.user.is_authenticated:
        return False
    own = _areas_of(request)
    return len(own) > 1 and not any(area["is_current"] for area in own if area["audience"] == audience)


def _other_audiences(request: HttpRequest) -> set[str]:
    """The audiences of the businesses that this page is not of; none on a page of everybody's, as /conta/."""
    own = _areas_of(request)
    if not any(area["is_current"] for area in own):
        return set()
    return {area["audience"] for area in own if not area["is_current"]}


def _areas_of(request: HttpRequest) -> list[dict[str, Any]]:
    namespace = request.resolver_match.namespace if request.resolver_match else ""
    return [
        {**area, "href": href, "is_current": namespace in area["namespaces"]}
        for area in settings.AREAS
        if AUDIENCES[area["audience"]](request) and (href := _reverse_or_none(area["url"]))
    ]


@register.simple_tag
def header_fragments() -> list[str]:
    """Templates that the apps put in the header, e.g. the balance."""
    return list(settings.HEADER_FRAGMENTS)


@register.simple_tag
def sidebar_fragments() -> list[str]:
    """Templates that the apps put above the menu, e.g. for whom the person works."""
    return list(settings.SIDEBAR_FRAGMENTS)


@register.simple_tag
def theme_url() -> str | None:
    """Where the chosen theme is saved for a signed-in user."""
    return _reverse_or_none("accounts:change_theme")


@register.filter
def initials(name: str) -> str:
    """ "Maria da Silva" → "MS"."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


# --- Notices ---------------------------------------------------------------------------------------
@register.filter
def notice_icon(level: str | None) -> str:
    return NOTICE_ICONS.get(level or "info", "info-circle")


@register.filter
def is_sticky(message: Any) -> bool:
    """Money and failures stay until read."""
    return message.level >= messages.WARNING or "sticky" in (message.extra_tags or "")


# --- Pages -----------------------------------------------------------------------------------------
@register.filter
def page_numbers(page: Page) -> list[int | None]:
    """Numbers to offer around the current page; None is a gap."""
    wanted = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in wanted]
