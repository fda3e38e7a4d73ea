"""What beat starts for credits."""

from datetime import timedelta

from celery.schedules import crontab

from core.schedule import Periodic

SCHEDULE = [
    Periodic("credits.check_ledger", "Conferir o extrato de créditos", crontab(hour="3", minute="40")),
    Periodic("credits.open_missing_wallets", "Contas sem carteira", timedelta(minutes=10)),
]
