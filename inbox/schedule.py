"""The periodic work of the inbox."""

from datetime import time

from core.schedule import Periodic

SCHEDULE = [Periodic("inbox.delete_old_deliveries", "Apagar webhooks antigos", time(3, 35))]
