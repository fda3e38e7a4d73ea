"""The periodic work of the operators' pages."""

from datetime import timedelta

from core.schedule import Periodic
from operations.services.alerts import send_alerts

SCHEDULE = [
    Periodic(
        "operations.send_alerts",
        "Avisar a operação do que precisa dela",
        timedelta(minutes=5),
        send_alerts,
        "{} avisos",
    )
]
