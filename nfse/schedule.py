"""What beat starts for Notas."""

from datetime import timedelta

from core.schedule import Periodic

SCHEDULE = [
    # Hourly, so that a day on which nothing ran at one hour is not missed: each notice goes out once.
    Periodic("nfse.send_expiry_notices", "Avisar certificados que vencem", timedelta(hours=1)),
]
