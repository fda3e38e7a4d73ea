"""Tags of the components in core/templates/components: widgets, navigation, pages, toasts."""

from typing import Any

from django import template
from django.contrib import messages
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, HiddenInput, RadioSelect, Select
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.navigation import (
    ShownArea,
    ShownSection,
    is_elsewhere,
    list_areas,
    list_menus,
    list_sections,
    reverse_or_none,
)

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
def navigation(context: template.Context) -> list[ShownSection]:
    """Sections of the menu that this person may use, with the current line marked."""
    request = _signed_in(context)
    return list_sections(request) if request else []


@register.simple_tag(takes_context=True)
def areas(context: template.Context) -> list[ShownArea]:
    """The businesses of a person who is in more than one, the current one marked."""
    request = _signed_in(context)
    return list_areas(request) if request else []


@register.simple_tag(takes_context=True, name="is_elsewhere")
def is_outside(context: template.Context, audience: str) -> bool:
    """Whether a person who is in more than one business is outside this audience's."""
    request = _signed_in(context)
    return request is not None and is_elsewhere(request, audience)


def _signed_in(context: template.Context) -> HttpRequest | None:
    request: HttpRequest | None = context.get("request")
    return request if request is not None and request.user.is_authenticated else None


@register.simple_tag
def header_fragments() -> list[str]:
    """Templates that the apps put in the header, e.g. the balance."""
    return [menu.header for menu in list_menus() if menu.header]


@register.simple_tag
def sidebar_fragments() -> list[str]:
    """Templates that the apps put above the menu, e.g. for whom the person works."""
    return [menu.sidebar for menu in list_menus() if menu.sidebar]


@register.simple_tag
def theme_url() -> str | None:
    """Where the chosen theme is saved for a signed-in user."""
    return reverse_or_none("accounts:change_theme")


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
