"""The two environments, told apart by the first piece of the path, and SEFIN's own clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@dataclass(frozen=True)
class Environment:
    name: str  # as the product calls it
    path: str
    tp_amb: str
    adn_name: str


PRODUCTION = Environment("production", "producao", "1", "PRODUCAO")
STAGING = Environment("staging", "producaorestrita", "2", "HOMOLOGACAO")
ENVIRONMENTS = (PRODUCTION, STAGING)
BY_PATH = {environment.path: environment for environment in ENVIRONMENTS}
BY_NAME = {environment.name: environment for environment in ENVIRONMENTS} | BY_PATH


class Clock:
    """São Paulo's time, which a test may set back or forward."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(SAO_PAULO)) -> None:
        self.offset_seconds = 0.0
        self._now = now

    def now(self) -> datetime:
        return self._now() + timedelta(seconds=self.offset_seconds)


def stamp(moment: datetime) -> str:
    """Write a time as SEFIN does: seven digits of fraction and the offset (national.md §2)."""
    text = moment.isoformat(timespec="microseconds")
    return f"{text[:26]}{moment.microsecond % 7}{text[26:]}"


def local_stamp(moment: datetime) -> str:
    """Write a time as events carry it: milliseconds, no offset (national.md §2.3)."""
    return moment.astimezone(SAO_PAULO).replace(tzinfo=None).isoformat(timespec="milliseconds")


def xml_stamp(moment: datetime) -> str:
    """Write a time as the XML does: seconds and the offset."""
    return moment.astimezone(SAO_PAULO).isoformat(timespec="seconds")
