"""The periodic work of accounts."""

from datetime import time

from accounts.services import clear_sessions
from core.schedule import Periodic

SCHEDULE = [
    Periodic(
        "accounts.clear_sessions", "Apagar sessões vencidas", time(3, 40), clear_sessions, "{} apagadas"
    ),
]
