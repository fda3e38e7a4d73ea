"""The search as a job: small steps, each decided from the rows that the steps before it left (L8, R52).

A worker that dies anywhere is replaced by one that reads the rows and goes on.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.errors import ProviderAccountTrouble, ProviderError, Refused, Unavailable
from leads.gateways import get_search_providers
from leads.models import Search, SearchCandidate
from leads.services.delivery import Stop, deliver_leads
from leads.services.running import SearchEnded, begin_search, finish_search, open_search
from leads.services.search_run.calls import BudgetSpent, Caller
from leads.services.search_run.candidates import (
    add_known_companies,
    count_missing,
    list_pending,
    list_ready_company_ids,
)
from leads.services.search_run.checking import check_candidates
from leads.services.search_run.enriching import enrich_companies
from leads.services.search_run.pages import fetch_page, find_next_page
from queue_worker.errors import RetryLater
from queue_worker.work import Work

Reason = Search.Reason

MARGIN_SECONDS = 60
"""A run stops this long before its own deadline and leaves the rest to the next one."""

LONGEST_WAIT_SECONDS = 120.0
SMALLEST_CHUNK = 4
CALLS_PER_CANDIDATE = 2

log = structlog.get_logger(__name__)


def run_search(*, search_id: int, work: Work) -> None:
    """Take the search from where its rows say it is to its end, and record the work item as done.

    Delivers what the base knows, then what the providers find, until the quantity, the balance, the call
    budget, the deadline or the map is exhausted (L8, L12). Safe to run twice, also at once (R56).

    Raises RetryLater while the providers are away, LeaseLost.
    """
    try:
        search = begin_search(search_id=search_id)
        patience = settings.LEADS_ENRICHMENT_PATIENCE_SECONDS
        with Caller(search_id) as caller, Caller(search_id, patience=patience) as enricher:
            reason = _Run(search, work, caller, enricher).advance()
    except SearchEnded:
        return
    with transaction.atomic(durable=True):
        ended = finish_search(search_id=search_id, reason=reason)
        work.finish({"status": ended.status, "reason": ended.reason})
    log.info("search_finished", search_id=search_id, status=ended.status, reason=ended.reason)


class _Run:
    """One run of one search. What it remembers is only what lasts as long as the run."""

    def __init__(self, search: Search, work: Work, caller: Caller, enricher: Caller) -> None:
        self.search = search
        self.work = work
        self.caller = caller
        self.enricher = enricher
        self.providers = list(get_search_providers())
        self.page_error: ProviderError | None = None
        self.can_enrich = settings.LEADS_ENRICH_BEFORE_DELIVERY
        limit = timedelta(minutes=settings.LEADS_SEARCH_DEADLINE_MINUTES)
        self.deadline = (search.started_at or timezone.now()) + limit

    def advance(self) -> Reason:
        """Step until there is a reason to end, and return it."""
        while True:
            if (stopped := self._deliver_ready()) is not None:
                return stopped
            if (reason := self._step()) is not None:
                return self._deliver_ready() or reason

    def _step(self) -> Reason | None:
        """Do the next thing that may bring a company; a reason when there is none."""
        if timezone.now() >= self.deadline:
            return Reason.DEADLINE
        if self.work.seconds_left < MARGIN_SECONDS:
            raise RetryLater(0, "the search goes on in another run")
        missing = count_missing(self.search)
        if add_known_companies(self.search, missing=missing, now=timezone.now()):
            return None
        if pending := list_pending(self.search, limit=self._chunk(missing)):
            return self._check(pending, missing)
        return self._turn_page()

    def _chunk(self, missing: int) -> int | None:
        """How many candidates to check together: no more than are needed and the budget can bring to an end.

        With the budget spent, all: those that cost no call are still worth it.
        """
        calls = self.search.calls_allowed - self.search.calls_made
        if calls <= 0:
            return None
        wanted = max(missing + missing // 2, SMALLEST_CHUNK)
        return min(wanted, 2 * settings.LEADS_SEARCH_CONCURRENCY, max(1, calls // CALLS_PER_CANDIDATE))

    def _deliver_ready(self) -> Reason | None:
        """Deliver all that is ready, batch by batch (L9); the reason when that ends the search."""
        self._check_state()
        while company_ids := list_ready_company_ids(self.search):
            delivery = deliver_leads(search_id=self.search.pk, company_ids=company_ids)
            if delivery.stop is Stop.ENDED:
                raise SearchEnded
            if delivery.stop is Stop.CREDITS:
                return Reason.CREDITS
            if delivery.stop is Stop.QUANTITY:
                return Reason.EXHAUSTED  # nothing is missing: finish_search calls it completed
            self._check_state()
        return None

    def _check_state(self) -> None:
        """Stop when the lease is lost or the buyer canceled."""
        self.work.check()
        self.search.refresh_from_db(fields=["status", "calls_made", "waits", "has_gaps"])
        if self.search.is_final:
            raise SearchEnded

    def _check(self, pending: list[SearchCandidate], missing: int) -> Reason | None:
        checked = check_candidates(self.search, pending, self.caller)
        if isinstance(checked.error, BudgetSpent):
            return Reason.PROVIDER if self.search.waits else Reason.BUDGET
        if isinstance(checked.error, ProviderAccountTrouble):
            return Reason.PROVIDER
        if checked.error is not None:
            return self._wait_for_provider(checked.error)
        if checked.ready and self.can_enrich:
            self._check_state()
            self.can_enrich = enrich_companies(
                self.search, checked.ready, missing=missing, caller=self.enricher
            )
        return None

    def _turn_page(self) -> Reason | None:
        page = find_next_page(self.search, self.providers)
        if page is None and self.page_error is not None:
            return self._wait_for_provider(self.page_error)
        if page is None:
            return Reason.PROVIDER if self.search.has_gaps else Reason.EXHAUSTED
        try:
            fetch_page(self.search, page, self.caller)
        except BudgetSpent:
            return Reason.BUDGET
        except Refused:
            return None  # its row says so: the next provider's turn
        except ProviderError as error:
            self.page_error = error
            self.providers.remove(page.provider)
        return None

    def _wait_for_provider(self, error: ProviderError) -> Reason:
        """Come back later, a few times; then end with what there is. Raises RetryLater."""
        if self.search.waits >= settings.LEADS_PROVIDER_WAITS:
            return Reason.PROVIDER
        with open_search(self.search.pk) as search:
            search.waits += 1
            search.save(update_fields=["waits"])
        asked = error.retry_after if isinstance(error, Unavailable) else None
        seconds = max(asked or 0, settings.LEADS_PROVIDER_WAIT_SECONDS * 2**self.search.waits)
        raise RetryLater(min(seconds, LONGEST_WAIT_SECONDS), f"{type(error).__name__}: {error.detail}")
