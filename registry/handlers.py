"""Work of the registry (queue_worker.registry)."""

from datetime import timedelta

from queue_worker.models import WorkItem
from queue_worker.policy import Backoff
from queue_worker.registry import handler
from queue_worker.work import Work
from registry.services.lookups import FETCH_CNPJ, end_lookup, fetch_cnpj


def end_dead_lookup(item: WorkItem) -> None:
    """A look-up whose work died does not stay pending."""
    end_lookup(cnpj=item.payload["cnpj"])


@handler(
    FETCH_CNPJ,
    timeout=timedelta(minutes=2),
    max_attempts=4,
    backoff=Backoff(first=2, factor=2, cap=30),
    on_dead=end_dead_lookup,
)
def handle_fetch_cnpj(work: Work) -> None:
    max_age = timedelta(seconds=work.payload["max_age_seconds"])
    fetch_cnpj(cnpj=work.payload["cnpj"], max_age=max_age, work=work)
