"""Reads of the trail of changes (A30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import User
from core.days import start_of_day
from core.text import fold, folded_pattern
from nfse.models import ChangeRecord, Company
from nfse.permissions import FIRM_ROLES
from nfse.trail_words import EMPTY, TEAM_SUBJECTS, cities_in, field_label, headline, in_order, show_values
from registry.models import City


@dataclass(frozen=True)
class TrailFilter:
    """The filters of the page; None or empty does not filter. `company` is a part of its name or CNPJ."""

    company: str = ""
    actor_id: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == TrailFilter()


@dataclass(frozen=True)
class FieldChange:
    """One field: its name on the screens, and its value before (empty when there was none) and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangeLine:
    """One change in words. `company_name` is empty when `label` is the company already."""

    at: datetime
    who: str
    headline: str
    label: str
    company_id: int | None
    company_name: str
    fields: tuple[FieldChange, ...]


def list_changes(firm_id: int, *, company_id: int | None = None) -> QuerySet[ChangeRecord]:
    """The changes of a firm, or of one of its companies, newest first, each with its actor."""
    changes = ChangeRecord.objects.filter(firm_id=firm_id).select_related("actor", "actor_phone")
    if company_id is not None:
        changes = changes.filter(company_id=company_id)
    return changes.order_by("-created_at", "-pk")


def list_trail(firm_id: int, chosen: TrailFilter, *, with_team: bool) -> QuerySet[ChangeRecord]:
    """The changes that a filter asks for; those of team and settings only `with_team`."""
    changes = list_changes(firm_id).filter(_matches(firm_id, chosen))
    return changes if with_team else changes.exclude(subject__in=TEAM_SUBJECTS)


def list_actors(firm_id: int) -> QuerySet[User]:
    """Everybody who works or worked in the firm, by name."""
    members = Q(memberships__account__firm=firm_id, memberships__role__in=FIRM_ROLES)
    return User.objects.filter(members).distinct().order_by("full_name", "pk")


def read_changes(firm_id: int, records: Sequence[ChangeRecord]) -> list[ChangeLine]:
    """The changes in the words of the screens, with two queries whatever their number."""
    company_ids = {record.company_id for record in records if record.company_id}
    companies = Company.objects.filter(firm_id=firm_id, pk__in=company_ids)
    names = dict(companies.values_list("pk", "legal_name"))
    cities = {city.pk: city.label for city in City.objects.filter(pk__in=cities_in(records))}
    return [_read(record, names, cities) for record in records]


def _read(record: ChangeRecord, names: dict[int, str], cities: dict[str, str]) -> ChangeLine:
    company_name = names.get(record.company_id or 0, "")
    return ChangeLine(
        at=record.created_at,
        who=record.actor_name or "Nitro",
        headline=headline(record.subject, record.action),
        label=record.subject_label,
        company_id=record.company_id if company_name else None,
        company_name=company_name if fold(company_name) != fold(record.subject_label) else "",
        fields=tuple(_read_fields(record, cities)),
    )


def _read_fields(record: ChangeRecord, cities: dict[str, str]) -> list[FieldChange]:
    """The fields that differ; of something new or removed, those that hold a value."""
    fields = []
    for name in in_order(record.subject, {**record.before, **record.after}):
        held = [values[name] for values in (record.before, record.after) if name in values]
        texts = show_values(record.subject, name, held, cities)
        before = texts[0] if name in record.before else ""
        after = texts[-1] if name in record.after else ""
        if {before, after} - {"", EMPTY}:
            fields.append(FieldChange(field_label(record.subject, name), before, after))
    return fields


def _matches(firm_id: int, chosen: TrailFilter) -> Q:
    condition = Q()
    if chosen.company:
        condition &= _of_company(firm_id, chosen.company)
    if chosen.actor_id is not None:
        condition &= Q(actor_id=chosen.actor_id)
    if chosen.since:
        condition &= Q(created_at__gte=start_of_day(chosen.since))
    if chosen.until:
        condition &= Q(created_at__lt=start_of_day(chosen.until + timedelta(days=1)))
    return condition


def _of_company(firm_id: int, text: str) -> Q:
    """Of companies that exist by name or document, of removed ones by the name that the trail kept."""
    pattern = folded_pattern(text)
    found = Q(legal_name__regex=pattern) | Q(trade_name__regex=pattern) | Company.matching(text)
    companies = Company.objects.filter(found, firm_id=firm_id)
    return Q(company_id__in=companies.values("pk")) | Q(subject="company", subject_label__regex=pattern)
