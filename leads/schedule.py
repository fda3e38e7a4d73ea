"""What beat starts for the lead business."""

from datetime import timedelta

from core.schedule import Periodic

SCHEDULE = [
    Periodic("leads.requeue_lost_searches", "Buscas abertas sem trabalho na fila", timedelta(seconds=60)),
]
