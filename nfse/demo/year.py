"""What the companies of the demo sold in the twelve months before today: the plan of a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum

from fiscal.documents.clock import SAO_PAULO, competence_today
from nfse.demo.cast import (
    ARCHITECT,
    BAKERY,
    CLINIC,
    FREELANCER,
    GYM,
    LAWYER,
    PERSON,
    SHOP,
    SOFTWARE,
    STORE,
    VET,
    DemoCompany,
)

MONTHS = 12
SEASON = (84, 90, 97, 92, 101, 96, 108, 103, 112, 118, 109, 124)  # percent of the usual month, oldest first
WORKDAYS = 5


class Ending(Enum):
    """What became of a note of the plan."""

    ISSUED = "issued"
    CANCELED = "canceled"
    REPLACED = "replaced"
    REJECTED = "rejected"


@dataclass(frozen=True)
class PastNote:
    """One note: `service` is the place in the company's services, `code` why it was refused."""

    company: DemoCompany
    taker: str
    amount: Decimal
    description: str
    at: datetime
    service: int = 0
    ending: Ending = Ending.ISSUED
    code: str = ""
    service_date: date | None = None

    @property
    def competence_date(self) -> date:
        """The day of the service: that of the note, unless it is said."""
        return self.service_date or competence_today(self.at)


@dataclass(frozen=True)
class Habit:
    """What a company sells again and again: on which day of the month, every how many months."""

    company: DemoCompany
    taker: str
    amount: Decimal
    description: str
    day: int
    service: int = 0
    every: int = 1


SUPPORT = "Suporte técnico e manutenção de sistemas"
CONTRACTS = ((CLINIC, 1900), (VET, 1250), (SHOP, 2480), (GYM, 980), (BAKERY, 640), (STORE, 1720))
HABITS = (
    *(Habit(SOFTWARE, taker, Decimal(amount), SUPPORT, 3 + amount % 9) for taker, amount in CONTRACTS),
    Habit(SOFTWARE, LAWYER, Decimal(7350), "Desenvolvimento de sistema sob encomenda", 14, 1, 2),
    Habit(SOFTWARE, GYM, Decimal(4200), "Desenvolvimento de site e área do aluno", 21, 1, 3),
    Habit(ARCHITECT, VET, Decimal(4800), "Projeto de arquitetura", 6, every=2),
    Habit(ARCHITECT, SHOP, Decimal("2350.50"), "Projeto de arquitetura: acompanhamento", 12),
    Habit(ARCHITECT, BAKERY, Decimal(3100), "Projeto de arquitetura da loja nova", 18, every=3),
    Habit(ARCHITECT, PERSON, Decimal(5600), "Projeto de arquitetura de residência", 24, every=2),
    Habit(FREELANCER, VET, Decimal(280), "Suporte técnico em informática", 5),
    Habit(FREELANCER, PERSON, Decimal(190), "Formatação de computador", 16, every=2),
    Habit(FREELANCER, LAWYER, Decimal(420), "Suporte técnico em informática", 26),
)


@dataclass(frozen=True)
class Incident:
    """A note that is not of every month, with its age in days."""

    company: DemoCompany
    taker: str
    amount: Decimal
    description: str
    days_ago: int
    ending: Ending
    code: str = ""


INCIDENTS = (
    Incident(
        *(ARCHITECT, LAWYER, Decimal(2900), "Projeto de arquitetura do escritório"), 38, Ending.CANCELED
    ),
    Incident(*(SOFTWARE, STORE, Decimal(1270), SUPPORT), 31, Ending.REPLACED),
    Incident(*(SOFTWARE, LAWYER, Decimal(350), SUPPORT), 2, Ending.REJECTED, "E0240"),
    Incident(
        *(ARCHITECT, PERSON, Decimal(1850), "Projeto de arquitetura da varanda"), 1, Ending.REJECTED, "E0207"
    ),
)


def plan_year(now: datetime) -> list[PastNote]:
    """Return the notes of the last twelve months, oldest first; none is of today."""
    today = now.astimezone(SAO_PAULO).date()
    notes = [*_list_habitual(today), *_list_incidents(today)]
    return sorted(notes, key=lambda note: note.at)


def _list_habitual(today: date) -> Iterator[PastNote]:
    for number in range(MONTHS):
        month = _months_before(today, MONTHS - 1 - number)
        for place, habit in enumerate(HABITS):
            day = _workday(month.replace(day=habit.day))
            if (number + place) % habit.every == 0 and day < today:
                amount = (habit.amount * SEASON[number] / 100).quantize(Decimal("0.01"))
                yield PastNote(
                    *(habit.company, habit.taker, amount, habit.description),
                    _at(day, place),
                    habit.service,
                )


def _list_incidents(today: date) -> Iterator[PastNote]:
    for place, incident in enumerate(INCIDENTS):
        yield PastNote(
            *(incident.company, incident.taker, incident.amount, incident.description),
            _at(today - timedelta(days=incident.days_ago), place),
            ending=incident.ending,
            code=incident.code,
        )


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _workday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= WORKDAYS else 0)


def _at(day: date, place: int) -> datetime:
    return datetime.combine(day, time(9 + place % 8, 7 * place % 60), SAO_PAULO)
