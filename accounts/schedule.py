"""The periodic work of accounts."""

from datetime import time, timedelta

from accounts.services import clear_kept_forms, clear_sessions
from core.schedule import Periodic

SCHEDULE = [
    Periodic(
        "accounts.clear_sessions", "Apagar sessões vencidas", time(3, 40), clear_sessions, "{} apagadas"
    ),
    Periodic(
        "accounts.clear_kept_forms",
        "Apagar formulários guardados de sessões que terminaram",
        timedelta(minutes=30),
        clear_kept_forms,
        "{} apagados",
    ),
]
