"""Work of the lead business (queue_worker.registry)."""

from datetime import timedelta

from django.conf import settings

from leads.models import Search
from leads.services.running import finish_search
from leads.services.search_run import run_search
from leads.services.searches import RUN_SEARCH
from queue_worker.models import WorkItem
from queue_worker.policy import Backoff
from queue_worker.registry import handler
from queue_worker.work import Work


def end_dead_search(item: WorkItem) -> None:
    """A search whose work died keeps what it delivered and never stays open (R8, L12)."""
    finish_search(search_id=item.payload["search_id"], reason=Search.Reason.PROVIDER)


@handler(
    RUN_SEARCH,
    lease=timedelta(seconds=30),
    timeout=timedelta(minutes=25),
    max_attempts=12,
    backoff=Backoff(first=2, factor=2, cap=60),
    concurrency_limit=settings.LEADS_MAX_RUNNING_SEARCHES,
    on_dead=end_dead_search,
)
def handle_run_search(work: Work) -> None:
    run_search(search_id=work.payload["search_id"], work=work)
