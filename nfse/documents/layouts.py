"""Which layout a note is written in: by environment and date, so that two may live at once (N19)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.errors import NitroError
from nfse.values import Environment

LAYOUT_101 = "1.01"


class LayoutNotAvailable(NitroError):
    message = "O leiaute configurado para esta data ainda não está disponível. Nossa equipe foi avisada."


@dataclass(frozen=True)
class LayoutPeriod:
    """From `starts_on`, documents of `environment` are written in `layout`."""

    environment: Environment
    starts_on: date
    layout: str


DEFAULT_SCHEDULE = tuple(
    LayoutPeriod(environment, date(2026, 2, 9), LAYOUT_101) for environment in Environment
)


def choose_layout(
    environment: Environment, on: date, schedule: Sequence[LayoutPeriod] = DEFAULT_SCHEDULE
) -> str:
    """Return the layout in force for an environment on a date: the latest period that has begun, or 1.01."""
    begun = [period for period in schedule if period.environment == environment and period.starts_on <= on]
    return max(begun, key=lambda period: period.starts_on).layout if begun else LAYOUT_101
