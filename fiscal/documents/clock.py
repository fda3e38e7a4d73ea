"""The clock of the authority: São Paulo time, a little late, never yesterday (contract section 7, R93)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MARGIN = timedelta(seconds=5)


def issue_time(now: datetime, margin: timedelta = MARGIN) -> datetime:
    """Return the time to write in a document: `now` less the margin, stopping at midnight of the day.

    Args:
        now: an aware datetime of any zone.
    """
    local = now.astimezone(SAO_PAULO).replace(microsecond=0)
    midnight = local.replace(hour=0, minute=0, second=0)
    return max(local - margin, midnight)


def competence_today(now: datetime) -> date:
    """Return the São Paulo date: a server in UTC turns the month at 21 h."""
    return now.astimezone(SAO_PAULO).date()


def format_time(moment: datetime) -> str:
    """Return AAAA-MM-DDThh:mm:ss-03:00: no fraction, no Z."""
    return moment.astimezone(SAO_PAULO).replace(microsecond=0).isoformat()


def read_time(text: str) -> datetime | None:
    """Return the time of a document or answer; without offset it is São Paulo's. None when unreadable."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not 1900 <= moment.year <= 9000:  # beyond, another zone would be another era
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SAO_PAULO)
