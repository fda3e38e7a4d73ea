"""What speaks for a record and what contradicts it, added up (L10)."""

from collections.abc import Iterable

from leads.matching.contacts import compare_domains, compare_phones
from leads.matching.gates import find_closed_gate
from leads.matching.location import DOORS, compare_addresses
from leads.matching.names import compare_names
from leads.matching.trades import OTHER_TRADE_IN_NAME, compare_trades
from leads.matching.values import PlaceValue, Score, Weight
from registry.values import RegistryRecord

ENOUGH_POINTS = 60
"""No single fact reaches it; a strong one beside a right trade does, and one contradiction takes it back."""

HEADQUARTERS_POINTS = 1
"""Decides between branches of one company that are otherwise equal; no evidence by itself."""

NAME_ALONE = Weight(10, "name_without_trade")
"""All that is left of a like name when the words of the trade are others."""

NO_EVIDENCE = "no_evidence"


def score_candidate(place: PlaceValue, record: RegistryRecord) -> Score:
    """Say how much speaks for `record` being the company of `place`, and whether it is enough (R38)."""
    trade, address = compare_trades(place, record), compare_addresses(place, record)
    name = compare_names(place, record)
    if trade is OTHER_TRADE_IN_NAME and name.points > 0:
        name = NAME_ALONE
    weights = [name, trade, address, compare_phones(place, record), compare_domains(place, record)]
    points = sum(weight.points for weight in weights)
    gate = find_closed_gate(place.city, record)
    drop_reason = gate or ("" if points >= ENOUGH_POINTS else NO_EVIDENCE)
    return Score(
        points=max(0, points) + (HEADQUARTERS_POINTS if record.is_headquarters else 0),
        reasons=_named(weight for weight in weights if weight.points > 0),
        accepted=not drop_reason,
        drop_reason=drop_reason,
        objections=_named(weight for weight in weights if weight.points < 0),
        is_same_door=address in DOORS,
    )


def _named(weights: Iterable[Weight]) -> tuple[str, ...]:
    return tuple(weight.reason for weight in sorted(weights, key=lambda weight: -abs(weight.points)))
