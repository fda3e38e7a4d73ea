"""Provider calls of one run: side by side in bounds, counted before they are made, while no row is locked."""

import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, Self, TypeVar

from django.conf import settings
from django.db.models import F

from core.database import give_back_connections
from core.errors import ProviderError, Unavailable
from leads.models import Search
from leads.services.running import reserve_calls

T = TypeVar("T")


class BudgetSpent(ProviderError):
    """The search may make no more provider calls (L26)."""

    message = "A busca chegou ao limite de consultas."


class Answer(Generic[T]):
    """What one call gave: a value, or the error that took its place."""

    def __init__(self, value: T | None = None, error: ProviderError | None = None) -> None:
        self._value = value
        self.error = error

    @property
    def value(self) -> T:
        """The value. Raises the call's error."""
        if self.error is not None:
            raise self.error
        return self._value  # type: ignore[return-value]  # None only when T allows it


class Caller:
    """Makes the calls of one search in `settings.LEADS_SEARCH_CONCURRENCY` threads.

    The threads ask gateways about frozen values and touch no row. While they wait, this thread gives
    its database connection back.
    """

    def __init__(self, search_id: int, *, patience: float | None = None) -> None:
        """`patience`: seconds after which a batch is over, and what has not answered counts as a failure."""
        self._search_id = search_id
        self._patience = patience
        self._pool = ThreadPoolExecutor(settings.LEADS_SEARCH_CONCURRENCY, thread_name_prefix="search")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=self._patience is None, cancel_futures=True)

    def call_all(self, calls: Sequence[Callable[[], T]]) -> list[Answer[T]]:
        """Make the calls that the budget allows; the rest answer BudgetSpent. In the order of `calls`.

        Raises SearchEnded.
        """
        if not calls:
            return []
        granted = reserve_calls(search_id=self._search_id, wanted=len(calls))
        give_back_connections()
        asked = [self._pool.submit(contextvars.copy_context().run, _answer, call) for call in calls[:granted]]
        answered = wait(asked, timeout=self._patience).done
        denied: list[Answer[T]] = [Answer(error=BudgetSpent()) for _ in calls[granted:]]
        return [future.result() if future in answered else _no_answer() for future in asked] + denied

    def give_back(self, calls: int) -> None:
        """Return calls that were counted and not made."""
        if calls:
            Search.objects.filter(pk=self._search_id).update(calls_made=F("calls_made") - calls)


def _answer(call: Callable[[], T]) -> Answer[T]:
    try:
        return Answer(call())
    except ProviderError as error:
        return Answer(error=error)


def _no_answer() -> Answer[T]:
    return Answer(error=Unavailable(detail="no answer in time"))
