"""When the database is away: told apart from a fault of ours, answered soon, logged in one line."""

from django.db import InterfaceError, OperationalError

RETRY_SECONDS = 10
# Connection exception, operator intervention (a server that stops or starts), insufficient resources.
_CLASSES = ("08", "57", "53")


def is_outage(error: BaseException | None) -> bool:
    """Return whether the error says that the database is out of reach, not that it refused a statement."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or str(state).startswith(_CLASSES)
