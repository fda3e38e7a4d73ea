"""Being written."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import ProviderError
from leads.models import Search, SearchCandidate
from leads.services.search_run.calls import Caller


@dataclass(frozen=True)
class Checked:
    settled: int
    error: ProviderError | None = None
    has_trouble: bool = False


def check_candidates(search: Search, candidates: Sequence[SearchCandidate], caller: Caller) -> Checked:
    return Checked(0)
