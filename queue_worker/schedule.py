"""The periodic work of the queue itself (contracts/whatsapp/celery-redis.md §7)."""

from datetime import time, timedelta

from django.conf import settings

from core.schedule import Periodic

REPAIRS = timedelta(seconds=settings.QUEUE_REPAIR_SECONDS)
REAP = Periodic("queue_worker.reap", "Retomar trabalhos de processos parados", REPAIRS)
SWEEP = Periodic("queue_worker.sweep", "Chamar de novo as filas com trabalho vencido", REPAIRS)

SCHEDULE = [
    REAP,
    SWEEP,
    Periodic("queue_worker.delete_old_items", "Apagar trabalhos antigos da fila", time(3, 20)),
]
