"""What beat starts for the lead business."""

from datetime import timedelta

from core.schedule import Periodic
from leads.services.searches import requeue_lost_searches

SCHEDULE = [
    Periodic(
        "leads.requeue_lost_searches",
        "Buscas abertas sem trabalho na fila",
        timedelta(seconds=60),
        requeue_lost_searches,
        "{} retomadas",
    ),
]
