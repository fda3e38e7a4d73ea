"""Which layout a note is written in: by environment and date, so that two may live at once (N19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.errors import NitroError
from fiscal.enumerations import Environment

LAYOUT_101 = "1.01"
LAYOUTS = {LAYOUT_101}


class LayoutNotAvailable(NitroError):
    message = "O leiaute configurado para esta data ainda não está disponível. Nossa equipe foi avisada."


@dataclass(frozen=True)
class LayoutPeriod:
    """From `starts_on`, documents of `environment` are written in `layout`."""

    environment: Environment
    starts_on: date
    layout: str


def read_schedule(entries: Mapping[str, Mapping[str, str]]) -> tuple[LayoutPeriod, ...]:
    """Return the periods of the setting NFSE_LAYOUTS: {"staging": {"2026-12-01": "1.01"}}.

    Raises:
        ValueError: naming an environment, date or layout that does not exist.
    """
    periods = tuple(
        LayoutPeriod(Environment(environment), date.fromisoformat(day), layout)
        for environment, days in entries.items()
        for day, layout in days.items()
    )
    if unknown := {period.layout for period in periods} - LAYOUTS:
        raise ValueError(f"no such layout: {', '.join(sorted(unknown))}")
    return periods


def choose_layout(environment: Environment, on: date, schedule: Sequence[LayoutPeriod] = ()) -> str:
    """Return the layout in force for an environment on a date: the latest period that has begun, or 1.01.

    Args:
        schedule: from `read_schedule`.
    """
    begun = [period for period in schedule if period.environment == environment and period.starts_on <= on]
    return max(begun, key=lambda period: period.starts_on).layout if begun else LAYOUT_101
