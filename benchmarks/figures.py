"""One measured figure, and the alternation that makes it fair."""

from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Figure:
    """The product's value beside the reference's. Ratio 1 is as good as the reference; more is better."""

    name: str
    ours: float
    reference: float
    ratio: float
    unit: str
    goal: float
    met: bool

    @classmethod
    def rate(cls, name: str, *, ours: float, reference: float, unit: str, goal: float) -> "Figure":
        """A figure where more is better; ratio = ours / reference."""
        ratio = ours / reference
        return cls(name, ours, reference, round(ratio, 3), unit, goal, ratio >= goal)

    @classmethod
    def cost(cls, name: str, *, ours: float, reference: float, unit: str, goal: float) -> "Figure":
        """A figure where less is better (seconds, bytes, queries); ratio = reference / ours."""
        ratio = reference / ours
        return cls(name, ours, reference, round(ratio, 3), unit, goal, ratio >= goal)


def alternate(
    ours: Callable[[], float], reference: Callable[[], float], *, rounds: int = ROUNDS
) -> tuple[float, float]:
    """Measure both in turn, after one unmeasured turn each; return the pair of the middle ratio.

    Both values of a pair were measured one after the other: noise of the machine meets both alike.
    """
    ours(), reference()
    pairs = sorted(((ours(), reference()) for _ in range(rounds)), key=lambda pair: pair[0] / pair[1])
    return pairs[len(pairs) // 2]
