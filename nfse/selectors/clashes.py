"""What somebody changed while a form was open, in the words of the screens (R116)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nfse.models import ChangeRecord
from nfse.trail_words import CITY_FIELDS, field_label, in_order, show_values
from registry.models import City


@dataclass(frozen=True)
class Clash:
    """One field that somebody changed after the form was opened, and that the form would change again.

    Values are as the trail keeps them; `record` is the latest change of the field.
    """

    name: str
    opened: Any
    stored: Any
    typed: Any
    record: ChangeRecord


@dataclass(frozen=True)
class ClashLine:
    """A clash for people. `is_untouched`: the form says what it said when it was opened."""

    label: str
    opened: str
    stored: str
    typed: str
    is_untouched: bool
    who: str
    actor_id: int | None
    at: datetime


def find_newest_change(firm_id: int, subject: str, **which: int) -> int:
    """Return the number of the newest change of one row, 0 without any: what its form carries.

    Read it before the row: a change in between is then told, and never overwritten.

    Args:
        which: `subject_id`, or `company_id` of a row that may not be there yet.
    """
    changes = ChangeRecord.objects.filter(firm_id=firm_id, subject=subject, **which)
    return changes.order_by("-pk").values_list("pk", flat=True).first() or 0


def read_clashes(clashes: Sequence[Clash]) -> list[ClashLine]:
    """Return the clashes in the words of the screens and in the order of the fields."""
    by_name = {clash.name: clash for clash in clashes}
    places = (by_name[name] for name in CITY_FIELDS if name in by_name)
    codes = {value for clash in places for value in (clash.opened, clash.stored, clash.typed) if value}
    cities = {city.pk: city.label for city in City.objects.filter(pk__in=codes)} if codes else {}
    subject = clashes[0].record.subject
    return [_read(by_name[name], cities) for name in in_order(subject, by_name)]


def _read(clash: Clash, cities: dict[str, str]) -> ClashLine:
    record = clash.record
    values = (clash.opened, clash.stored, clash.typed)
    opened, stored, typed = show_values(record.subject, clash.name, values, cities)
    return ClashLine(
        label=field_label(record.subject, clash.name),
        opened=opened,
        stored=stored,
        typed=typed,
        is_untouched=clash.typed == clash.opened,
        who=record.actor_name or "Nitro",
        actor_id=record.actor_id,
        at=record.created_at,
    )
