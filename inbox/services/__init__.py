"""Everything that changes a delivery."""

from inbox.services.processing import open_delivery, record_death, record_outcome
from inbox.services.receiving import store_delivery
from inbox.services.replaying import BodyGone, SourceGone, replay_delivery
from inbox.services.retention import delete_old_deliveries

__all__ = [
    "BodyGone",
    "SourceGone",
    "delete_old_deliveries",
    "open_delivery",
    "record_death",
    "record_outcome",
    "replay_delivery",
    "store_delivery",
]
