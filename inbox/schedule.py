"""The periodic work of the inbox."""

from datetime import time

from core.schedule import Periodic
from inbox.services import delete_old_deliveries

SCHEDULE = [
    Periodic(
        "inbox.delete_old_deliveries",
        "Apagar webhooks antigos",
        time(3, 35),
        delete_old_deliveries,
        "{0[0]} conteúdos e {0[1]} registros apagados",
    ),
]
