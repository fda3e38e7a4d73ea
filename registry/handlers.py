"""Work of the registry."""

from datetime import timedelta

from queue_worker.policy import Backoff, Handler
from registry.services.lookups import FETCH_CNPJ, end_lookup, fetch_cnpj

HANDLERS = (
    Handler(
        FETCH_CNPJ,
        fetch_cnpj,
        timeout=timedelta(minutes=2),
        max_attempts=4,
        backoff=Backoff(first=2, factor=2, cap=30),
        on_dead=end_lookup,
    ),
)
