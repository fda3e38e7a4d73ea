"""Trades: what the place's words, categories and niche say, beside the record's words and CNAEs."""

from leads.matching.values import PlaceValue, Weight
from leads.trades import (
    VAGUE_CNAES,
    are_kindred,
    are_same,
    cnaes_of,
    trades_of,
    trades_of_cnaes,
)
from registry.values import RegistryRecord

SAME_TRADE = Weight(20, "trade")
SAME_TRADE_BESIDES = Weight(15, "trade_besides")
"""By a secondary activity, or by the words of its name alone."""

OTHER_TRADE = Weight(-30, "other_trade")
OTHER_TRADE_IN_NAME = Weight(-50, "other_trade_in_name")


def compare_trades(place: PlaceValue, record: RegistryRecord) -> Weight:
    """Names that name two trades contradict most; the CNAE on file may be an old one.

    The niche of the search counts only for a place that says nothing itself.
    """
    ours = trades_of(place.name).union(*map(trades_of, place.categories))
    theirs = trades_of(record.trade_name) | trades_of(record.legal_name)
    wanted = cnaes_of(ours) if ours else place.niche_cnaes
    if record.main_cnae and record.main_cnae in wanted:
        return SAME_TRADE
    spoken = trades_of(place.name) or ours
    if spoken and theirs and not are_same(spoken, theirs) and not are_kindred(spoken, theirs):
        return OTHER_TRADE_IN_NAME
    if wanted.intersection(record.other_cnaes) or (ours and are_same(ours, theirs)):
        return SAME_TRADE_BESIDES
    return _compare_cnaes(ours or trades_of_cnaes(wanted), wanted, record)


def _compare_cnaes(ours: frozenset[str], wanted: frozenset[str], record: RegistryRecord) -> Weight:
    """Neither the same nor another: a kindred trade, a class in common, or only vague activities."""
    activities = {record.main_cnae, *record.other_cnaes} - VAGUE_CNAES - {""}
    if not wanted or not activities:
        return Weight()
    if {code[:4] for code in activities} & {code[:4] for code in wanted}:
        return Weight()
    return Weight() if are_kindred(ours, trades_of_cnaes(activities)) else OTHER_TRADE
