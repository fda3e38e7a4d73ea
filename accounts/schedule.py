"""The periodic work of accounts."""

from celery.schedules import crontab

from core.schedule import Periodic

SCHEDULE = [
    Periodic("accounts.clear_sessions", "Apagar sessões vencidas", crontab(hour="3", minute="40")),
]
