"""Failures on demand: which request fails, and how. Decisions depend on order alone, never on a clock."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from itertools import count
from typing import Any

from sandbox.world.numbers import digest

KINDS = (
    "late",
    "late_after",
    "status",
    "reject",
    "garbage",
    "html",
    "drop",
    "drop_before",
    "cut",
    "incomplete",
    "work_later",
)
PROVIDERS = (
    "serper",
    "brasilapi",
    "viper",
    "sefin",
    "adn",
    "parameters",
    "plugnotas",
    "stripe",
    "openai",
    "evolution",
)


class BadFault(ValueError):
    """The fault that was asked for makes no sense."""


@dataclass
class Fault:
    """One rule. Without `count` and `rate` it hits every matching request until it is removed."""

    id: int
    kind: str
    provider: str = "*"
    path: str = "*"  # shell pattern over the path after the provider's name
    method: str = "*"
    count: int | None = None  # how many requests to hit
    rate: float | None = None  # share of requests to hit, 0 to 1
    skip: int = 0  # let this many matching requests pass first
    seconds: float = 0.0  # late, late_after, work_later
    status: int = 500  # status
    retry_after: str | None = None  # status: header, seconds or date
    message: str = ""  # status: instead of the vendor's usual text
    code: str = ""  # reject: E1217, for example
    field: str = "nfseXmlGZipB64"  # incomplete: what the answer lacks
    after_work: bool = False  # status, reject, garbage, html: the work was done all the same
    seed: int = 1
    seen: int = 0
    hits: int = 0

    def strikes(self, provider: str, path: str, method: str) -> bool:
        """Say whether this request is hit, and count it."""
        if self.provider not in ("*", provider) or self.method not in ("*", method):
            return False
        if not fnmatchcase(path, self.path):
            return False
        if self.count is not None and self.hits >= self.count:
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        if self.rate is not None and digest("fault", self.seed, self.seen) % 10_000 >= self.rate * 10_000:
            return False
        self.hits += 1
        return True


class Faults:
    """The rules in force, oldest first; the first that strikes wins."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._ids = count(1)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._rules)

    def add(self, **fields: Any) -> Fault:
        """Add a rule. Raises BadFault when a field is unknown or out of range."""
        fault = parse(next(self._ids), fields)
        self._rules.append(fault)
        return fault

    def remove(self, fault_id: int) -> bool:
        before = len(self._rules)
        self._rules = [fault for fault in self._rules if fault.id != fault_id]
        return len(self._rules) < before

    def clear(self) -> None:
        self._rules.clear()

    def find(self, provider: str, path: str, method: str) -> Fault | None:
        return next((fault for fault in self._rules if fault.strikes(provider, path, method)), None)

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._rules]


def parse(fault_id: int, fields: dict[str, Any]) -> Fault:
    known = set(Fault.__dataclass_fields__) - {"id", "seen", "hits"}
    if unknown := set(fields) - known:
        raise BadFault(f"unknown fields: {', '.join(sorted(unknown))}")
    kind, provider = fields.get("kind"), fields.get("provider", "*")
    if kind not in KINDS:
        raise BadFault(f"kind must be one of {', '.join(KINDS)}")
    if provider not in ("*", *PROVIDERS):
        raise BadFault(f"provider must be * or one of {', '.join(PROVIDERS)}")
    try:
        values = {
            name: _value(name, value)
            for name, value in fields.items()
            if value is not None and name != "kind"
        }
        fault = Fault(fault_id, kind, **values)
    except (TypeError, ValueError) as error:
        raise BadFault(str(error)) from error
    for name, low, high in (("count", 1, 10**6), ("rate", 0, 1), ("seconds", 0, 3600), ("status", 300, 599)):
        value = getattr(fault, name)
        if value is not None and not low <= value <= high:
            raise BadFault(f"{name} must be between {low} and {high}")
    return fault


def _value(name: str, value: Any) -> Any:
    """Take numbers also as text, which is how a form sends them."""
    if name in ("rate", "seconds"):
        return float(value)
    if name in ("count", "skip", "status", "seed"):
        return int(value)
    if name == "after_work":
        return value is True or str(value).lower() in ("1", "true")
    return str(value)
