"""What credits needs to know of a payment at any provider: frozen values without models."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

SessionStatus = Literal["open", "complete", "expired"]


@dataclass(frozen=True)
class CheckoutRequest:
    """A page on which an order can be paid. `deadline` closes it; addresses are absolute."""

    order_id: int
    credits: int
    cents: int
    currency: str
    email: str
    methods: tuple[str, ...]
    deadline: datetime
    success_url: str
    cancel_url: str


@dataclass(frozen=True)
class Checkout:
    """The page that was made: its id, its address, and the methods that the payer will see on it."""

    session_id: str
    url: str
    methods: tuple[str, ...]


@dataclass(frozen=True)
class Refunded:
    """Money of a payment that went back, or is about to: id, cents and status at the provider.

    `request`: the key with which Nitro asked for it; "" when it was made elsewhere.
    """

    id: str
    cents: int
    status: str
    request: str = ""


@dataclass(frozen=True)
class Disputed:
    """A payment that its payer disputes: id, cents, status and reason at the provider."""

    id: str
    cents: int
    status: str
    reason: str


@dataclass(frozen=True)
class Reversal:
    """One line of the provider's list of refunds or of disputes: its id, its status and whose money it is."""

    id: str
    payment_intent_id: str
    status: str


@dataclass(frozen=True)
class Payment:
    """A checkout and what became of its money, as the provider says now.

    `order_ids`: every order that it names (client reference and metadata): one, or it is not ours. `failure`:
    the provider's code of the last refused attempt. `voucher_url`, `pay_until`: the boleto or Pix to be paid.
    """

    session_id: str
    status: SessionStatus
    is_paid: bool
    cents: int
    currency: str
    is_live: bool
    order_ids: tuple[str, ...]
    payment_intent_id: str
    method: str
    methods: tuple[str, ...]
    voucher_url: str
    pay_until: datetime | None
    failure: str
    refunds: tuple[Refunded, ...]
    disputes: tuple[Disputed, ...]
