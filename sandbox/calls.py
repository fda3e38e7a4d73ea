"""What was asked of the emulators, for tests and for the index page."""

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 20_000


@dataclass
class Call:
    number: int
    provider: str
    method: str
    path: str
    query: dict[str, Any]
    status: int | None = None  # None: no reply was sent
    fault: str = ""  # kind of the fault that struck
    credits: int = 0


class Calls:
    """Counters for all calls since the last reset and the last 20,000 calls themselves."""

    def __init__(self) -> None:
        self.generation = 0
        self.clear()

    def clear(self) -> None:
        """Begin anew; what is still on its way belongs to the generation before."""
        self.generation += 1
        self.total = 0
        self.credits = 0
        self.by_provider: Counter[str] = Counter()
        self.by_path: Counter[str] = Counter()
        self.by_status: Counter[str] = Counter()
        self.by_fault: Counter[str] = Counter()
        self.running: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()
        self.kept: deque[Call] = deque(maxlen=KEPT)

    def begin(self, provider: str, method: str, path: str, query: dict[str, Any]) -> Call:
        self.total += 1
        self.by_provider[provider] += 1
        self.by_path[f"{method} /{provider}{template(path)}"] += 1
        self.running[provider] += 1
        self.most_at_once[provider] = max(self.most_at_once[provider], self.running[provider])
        call = Call(self.total, provider, method, path, query)
        self.kept.append(call)
        return call

    def end(self, call: Call) -> None:
        self.running[call.provider] = max(0, self.running[call.provider] - 1)
        self.by_status[f"{call.provider} {call.status or 'no reply'}"] += 1
        self.credits += call.credits
        if call.fault:
            self.by_fault[f"{call.provider} {call.fault}"] += 1

    def counts(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "serper_credits": self.credits,
            "by_provider": dict(self.by_provider),
            "by_path": dict(self.by_path),
            "by_status": dict(self.by_status),
            "by_fault": dict(self.by_fault),
            "most_at_once": dict(self.most_at_once),
        }

    def as_json(self, provider: str | None = None, limit: int = KEPT) -> list[dict[str, Any]]:
        chosen = [call for call in self.kept if provider in (None, call.provider)]
        return [asdict(call) for call in chosen[max(0, len(chosen) - limit) :]]


def template(path: str) -> str:
    """Replace the last piece of look-up paths, so that counters stay few."""
    head, _, tail = path.rpartition("/")
    return f"{head}/*" if any(char.isdigit() for char in tail) and len(tail) > 10 else path
