"""The periodic work of the operators' pages."""

from datetime import timedelta

from core.schedule import Periodic
from operations.services.alerts import send_alerts
from operations.services.machine import read_site_certificate

SCHEDULE = [
    Periodic(
        "operations.send_alerts",
        "Avisar a operação do que precisa dela",
        timedelta(minutes=5),
        send_alerts,
        "{} avisos",
    ),
    Periodic(
        "operations.read_site_certificate",
        "Ler o certificado do site",
        timedelta(hours=6),
        read_site_certificate,
    ),
]
