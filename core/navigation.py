"""The menu and the header: which pages the base layout links, for whom.

Each app says in its own `navigation.py` what it adds, as `MENU`; settings.NAVIGATION lists those modules in
the order of the page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

LAYOUT = "core/base.html"
"""Of pages that are of no business."""


class Audience(StrEnum):
    """Whom a part of the menu is for."""

    BUYER = "buyer"
    FIRM = "firm"
    OPERATOR = "operator"


IS_OF: Mapping[Audience, Callable[[HttpRequest], bool]] = {
    Audience.BUYER: lambda request: bool(getattr(request, "account", None)),
    Audience.FIRM: lambda request: bool(getattr(request, "membership", None)),
    Audience.OPERATOR: lambda request: bool(getattr(request.user, "is_staff", False)),
}


@dataclass(frozen=True)
class Item:
    """One line of the menu: the name of an address, its words and icon.

    `right`: only who has it sees the line. `also`: other pages on which the line is the current one.
    """

    url: str
    label: str
    icon: str
    right: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Lines of the menu under one word."""

    label: str
    audience: Audience
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Area:
    """A business. Who is in more than one switches: while in one, the menu shows only that one's sections.

    `layout` is the template of its pages, in which what went wrong on one of them is told, too.
    """

    label: str
    audience: Audience
    url: str
    namespaces: tuple[str, ...]
    layout: str


@dataclass(frozen=True)
class Menu:
    """What one app adds. Fragments are templates: in the header (the balance), above the menu (the firm)."""

    sections: tuple[Section, ...] = ()
    area: Area | None = None
    header: str = ""
    sidebar: str = ""


@dataclass(frozen=True)
class ShownItem:
    label: str
    icon: str
    href: str
    is_active: bool


@dataclass(frozen=True)
class ShownSection:
    label: str
    items: tuple[ShownItem, ...]


@dataclass(frozen=True)
class ShownArea:
    label: str
    audience: Audience
    href: str
    is_current: bool
    layout: str


@cache
def list_menus() -> tuple[Menu, ...]:
    """Return what the apps of settings.NAVIGATION add, in its order."""
    return tuple(import_module(name).MENU for name in settings.NAVIGATION)


def list_sections(request: HttpRequest) -> list[ShownSection]:
    """Return the sections that this person may use, with the current line marked."""
    elsewhere = _other_audiences(request)
    sections = [
        ShownSection(section.label, _show_items(section.items, request))
        for menu in list_menus()
        for section in menu.sections
        if section.audience not in elsewhere and IS_OF[section.audience](request)
    ]
    return [section for section in sections if section.items]


def list_areas(request: HttpRequest) -> list[ShownArea]:
    """Return the businesses of a person who is in more than one, the current one marked."""
    own = _areas_of(request)
    return own if len(own) > 1 else []


def find_layout(request: HttpRequest) -> str:
    """Return the layout of the business that this page is of; of everybody's pages, of the only business."""
    own = _areas_of(request)
    fitting = [area for area in own if area.is_current] or own
    return fitting[0].layout if len(fitting) == 1 else LAYOUT


def is_elsewhere(request: HttpRequest, audience: str) -> bool:
    """Return whether a person who is in more than one business is outside this audience's."""
    own = list_areas(request)
    return bool(own) and not any(area.is_current for area in own if area.audience == audience)


def reverse_or_none(name: str) -> str | None:
    """Return the address of a name, or None where no app has it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def _show_items(items: tuple[Item, ...], request: HttpRequest) -> tuple[ShownItem, ...]:
    current = request.resolver_match.view_name if request.resolver_match else ""
    rights = getattr(request, "rights", ())
    return tuple(
        ShownItem(item.label, item.icon, href, current in {item.url, *item.also})
        for item in items
        if (not item.right or item.right in rights) and (href := reverse_or_none(item.url))
    )


def _other_audiences(request: HttpRequest) -> set[Audience]:
    """The audiences of the businesses that this page is not of; none on a page of everybody's, as /conta/."""
    own = _areas_of(request)
    if not any(area.is_current for area in own):
        return set()
    return {area.audience for area in own if not area.is_current}


def _areas_of(request: HttpRequest) -> list[ShownArea]:
    namespace = request.resolver_match.namespace if request.resolver_match else ""
    areas = (menu.area for menu in list_menus() if menu.area)
    return [
        ShownArea(area.label, area.audience, href, namespace in area.namespaces, area.layout)
        for area in areas
        if IS_OF[area.audience](request) and (href := reverse_or_none(area.url))
    ]
