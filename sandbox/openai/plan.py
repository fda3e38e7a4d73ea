"""How OpenAI answers from now on, and what it was asked."""

from collections import deque
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sandbox.plans import VendorPlan

ANSWERS = (
    "good",
    "invented",  # values that nobody said
    "obedient",  # does what a message tells it to: the whole message is a description and an invoice
    "bad_json",
    "fenced",  # JSON in a fence of Markdown
    "wrong_type",
    "refusal",
    "truncated",  # cut in the middle, status incomplete
    "incomplete",  # whole, but status incomplete
    "failed",  # 200 with status failed
    "empty",
    "commentary",  # a message that is no final answer
    "no_usage",
)


@dataclass(frozen=True)
class Plan(VendorPlan):
    CHOICES = MappingProxyType({"answer": ANSWERS})

    answer: str = "good"
    times: int = 0  # so many answers are like that, then good ones again; 0: all
    seconds: float = 0.0  # before the answer begins
    drip_seconds: float = 0.0  # how long the body takes to come, in small pieces
    transcript: str = ""  # what every audio says; else the words inside the note
    shutdown_date: str = ""  # of every model


class Office:
    """The plan in force and the last requests, whole: tests prove what was not sent."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.plan = Plan()
        self.taken = 0
        self.requests: deque[dict[str, Any]] = deque(maxlen=2000)
        self.prefixes: set[str] = set()

    def set_plan(self, changes: dict[str, Any]) -> None:
        self.plan, self.taken = self.plan.change(changes), 0

    def next_answer(self) -> str:
        """Return how the next answer is, and count it."""
        self.taken += 1
        if self.plan.times and self.taken > self.plan.times:
            return "good"
        return self.plan.answer
