"""Places tied to the right company: the rule in use beside the first one, on labelled pairs, all invented.

The pairs are in benchmarks/resolution: weights may be tuned on one file; the other is only measured.
Precision: of the companies that are sold, how many are the right ones. Recall: of the places whose company is
loaded, how many are sold as it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import Figure

HERE = Path(__file__).resolve().parent / "resolution"
PARTS = ("tuning", "held_out")
GOAL_PRECISION = 0.99
GOAL_RECALL = 0.88

Answers = dict[str, str | None]
Rule = Callable[[Path], Answers]


@dataclass(frozen=True)
class Marks:
    """What a rule made of a part of the set."""

    precision: float
    recall: float


def run() -> list[Figure]:
    from django.core.management import call_command

    call_command("load_catalogs")
    parts = {name: load_part(name) for name in PARTS}
    _load_companies([company for part in parts.values() for company in part["companies"]])
    figures = []
    for name, part in parts.items():
        now, before = (mark(part["places"], rule(part["places"])) for rule in (rule_in_use, first_rule))
        title = name.replace("_", " ")
        figures += [
            _figure(
                f"right among companies sold, {title} pairs", now.precision, before.precision, GOAL_PRECISION
            ),
            _figure(
                f"sold among places with a company, {title} pairs", now.recall, before.recall, GOAL_RECALL
            ),
        ]
    return figures


def load_part(name: str) -> dict[str, Any]:
    """A file of the set: {"companies": […], "places": [{"kind", "cnpj", "place"}]}."""
    part: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return part


def mark(places: Sequence[dict[str, Any]], answers: Answers) -> Marks:
    sold = [pair for pair in places if answers[pair["place"]["id"]]]
    right = sum(answers[pair["place"]["id"]] == pair["cnpj"] for pair in sold)
    findable = sum(pair["cnpj"] is not None for pair in places)
    return Marks(right / max(1, len(sold)), right / findable)


def rule_in_use(places: Sequence[dict[str, Any]]) -> Answers:
    """What `manage.py resolve_places` answers."""
    return {place_id: answer["cnpj"] for place_id, answer in explain(places).items()}


def explain(places: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The whole answers of `manage.py resolve_places`, by the id of the place."""
    from django.core.management import call_command

    out = StringIO()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "places.json"
        file.write_text(json.dumps([pair["place"] for pair in places], ensure_ascii=False))
        call_command("resolve_places", str(file), "--json", stdout=out)
    return {answer["id"]: answer for answer in json.loads(out.getvalue())}


def first_rule(places: Sequence[dict[str, Any]]) -> Answers:
    """The rule that any one piece of evidence sufficed for, as it was before this set was made."""
    from benchmarks.resolution.first_rule import resolve

    return {pair["place"]["id"]: resolve(pair["place"]) for pair in places}


def _load_companies(companies: Sequence[dict[str, Any]]) -> None:
    from django.utils import timezone

    from benchmarks.resolution.delivery import write_delivery
    from registry.services.registry_import import import_registry

    with TemporaryDirectory() as folder:
        write_delivery(companies, Path(folder), timezone.localdate())
        import_registry(folder=Path(folder), accept_change=True)


def _figure(name: str, ours: float, before: float, goal: float) -> Figure:
    """The goal is of the share itself; the ratio only tells what the first rule came to."""
    return Figure(
        name, round(ours, 4), round(before, 4), round(ours / before, 3), "share", goal, ours >= goal
    )
