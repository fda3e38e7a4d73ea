"""The periodic work of accounts."""

from datetime import time

from core.schedule import Periodic

SCHEDULE = [
    Periodic("accounts.clear_sessions", "Apagar sessões vencidas", time(3, 40)),
]
