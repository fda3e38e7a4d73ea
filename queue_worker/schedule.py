"""The periodic work of the queue itself (contracts/whatsapp/celery-redis.md §7)."""

from datetime import time, timedelta

from django.conf import settings

from core.schedule import Periodic
from queue_worker.services import delete_old_items, reap, sweep

REPAIRS = timedelta(seconds=settings.QUEUE_REPAIR_SECONDS)
REAP = Periodic("queue_worker.reap", "Retomar trabalhos de processos parados", REPAIRS, reap, "{} retomados")
SWEEP = Periodic(
    "queue_worker.sweep", "Chamar filas com trabalho vencido", REPAIRS, sweep, "filas chamadas: {}"
)

SCHEDULE = [
    REAP,
    SWEEP,
    Periodic(
        "queue_worker.delete_old_items",
        "Apagar trabalhos antigos da fila",
        time(3, 20),
        delete_old_items,
        "{} apagados",
    ),
]
