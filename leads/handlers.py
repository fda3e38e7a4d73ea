"""Work of the lead business."""

from datetime import timedelta

from django.conf import settings

from leads.services.running import end_dead_search
from leads.services.search_run import run_search
from leads.services.searches import RUN_SEARCH
from queue_worker.policy import Backoff, Handler

HANDLERS = (
    Handler(
        RUN_SEARCH,
        run_search,
        timeout=timedelta(minutes=25),
        max_attempts=12,
        backoff=Backoff(first=2, factor=2, cap=60),
        concurrency_limit=settings.LEADS_MAX_RUNNING_SEARCHES,
        on_dead=end_dead_search,
    ),
)
