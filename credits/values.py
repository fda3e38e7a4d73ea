"""Values that callers hand to the ledger and get from the tariff."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """What a movement paid for, e.g. `Reference("search", "42")`. Never a document or a phone."""

    type: str
    id: str


@dataclass(frozen=True)
class Debit:
    """One spend of `amount` ≥ 1 credits. The caller chooses `operation_key` before the first attempt (R4)."""

    amount: int
    operation_key: str
    reference: Reference
    text: str


@dataclass(frozen=True)
class Price:
    """Price of one action in credits, and the tariff version that says so."""

    action: str
    credits: int
    version: int
