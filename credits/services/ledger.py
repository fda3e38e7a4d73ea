"""The doors of the ledger: the only ways in which a balance changes (DESIGN.md §5)."""

from collections.abc import Sequence

import structlog
from django.db import transaction

from credits.errors import NotRefundable, NotReversible, ReasonRequired, UnknownEntry
from credits.models import LedgerEntry, Wallet
from credits.selectors.ledger import count_reversed
from credits.services.history import write_history
from credits.services.wallets import lock_wallet, require_transaction
from credits.services.writer import Draft, append_entries, find_written
from credits.values import Debit, Reference

log = structlog.get_logger(__name__)

Kind = LedgerEntry.Kind

GRANT_KINDS = frozenset({Kind.PURCHASE, Kind.ADJUSTMENT})
MAX_ADJUSTMENT = 10_000


def debit_credits(
    *,
    account_id: int,
    amount: int,
    operation_key: str,
    reference: Reference,
    text: str,
    actor_id: int | None = None,
    tariff_version: int | None = None,
) -> LedgerEntry:
    """Take `amount` ≥ 1 credits for something, once per `operation_key` (R1, R2, R4).

    Runs inside the caller's transaction, together with the row that is paid for (R5). `text` is what the
    buyer reads in the statement, without personal data. `tariff_version` is that of the price the buyer
    confirmed; the current one when not given.

    Raises OutsideTransaction, UnknownAccount, InsufficientCredits, AccountBlocked, WalletFrozen,
    CreditsOwed, OperationKeyReused. A repeated key with the same content returns the first entry.
    """
    require_transaction("debit_credits")
    debit = Debit(amount=amount, operation_key=operation_key, reference=reference, text=text)
    return _debit(account_id, [debit], actor_id, tariff_version)[0]


def debit_many(
    *,
    account_id: int,
    debits: Sequence[Debit],
    actor_id: int | None = None,
    tariff_version: int | None = None,
) -> list[LedgerEntry]:
    """Take several debits, all or none, in a constant number of queries; return entries in their order.

    Runs inside the caller's transaction, together with the rows that are paid for (R3). Debits whose key is
    already written are not taken again and not counted in the cost. Raises what debit_credits raises; the
    cost of InsufficientCredits is that of the debits not written yet.
    """
    require_transaction("debit_many")
    return _debit(account_id, debits, actor_id, tariff_version) if debits else []


def refund_credits(*, entry_id: int, reason: str, actor_id: int | None = None) -> LedgerEntry:
    """Give one spend back, whole and once; `reason` is what the buyer reads (R7).

    Joins the caller's transaction or opens its own. A repeated refund returns the first one.

    Raises UnknownEntry, NotRefundable (not a spend).
    """
    with transaction.atomic():
        debit = LedgerEntry.objects.select_related("wallet").filter(pk=entry_id).first()
        if debit is None:
            raise UnknownEntry
        if debit.kind != Kind.SPEND:
            raise NotRefundable
        wallet = lock_wallet(account_id=debit.wallet.account_id)
        draft = Draft(
            amount=-debit.amount,
            operation_key=f"refund:{debit.pk}",
            reference=Reference(debit.reference_type, debit.reference_id),
            text=reason,
            refunds_id=debit.pk,
        )
        return append_entries(wallet, Kind.REFUND, [draft], actor_id=actor_id)[0]


def grant_credits(
    *,
    account_id: int,
    amount: int,
    operation_key: str,
    kind: str,
    reference: Reference,
    text: str,
    actor_id: int | None = None,
) -> LedgerEntry:
    """Add `amount` ≥ 1 credits, once per `operation_key`. `kind` is purchase or adjustment.

    Joins the caller's transaction or opens its own: a grant that answers an event is committed with it (R14).
    What is owed is settled first, by an entry of its own (C11, R19).

    Raises UnknownAccount, OperationKeyReused, ReasonRequired (an adjustment without `actor_id`).
    """
    if amount < 1 or kind not in GRANT_KINDS:
        raise ValueError(f"cannot grant {amount} credits of kind {kind!r}")
    if kind == Kind.ADJUSTMENT and actor_id is None:
        raise ReasonRequired
    with transaction.atomic():
        wallet = lock_wallet(account_id=account_id)
        draft = Draft(amount=amount, operation_key=operation_key, reference=reference, text=text)
        return append_entries(wallet, Kind(kind), [draft], actor_id=actor_id)[0]


def reverse_credits(
    *, entry_id: int, total: int, operation_key: str, text: str, actor_id: int | None = None
) -> LedgerEntry | None:
    """Take credits of one purchase back until `total` of them are taken back in all (C11, R19).

    `total` counts from the purchase on, 0 to all of its credits, as Stripe's `amount_refunded` does: what was
    taken back before is not taken again, and a smaller total gives the difference back (a dispute was won, a
    refund failed). What the balance does not cover becomes `Wallet.owed`: the balance is never negative,
    spending stops, and the next credits settle it first. `text` is what the buyer reads.

    Joins the caller's transaction or opens its own; a blocked or frozen wallet is no obstacle. Returns the
    entry, or None when nothing was left to take or give. A repeated key returns its first entry.

    Raises UnknownEntry, NotReversible (not a purchase, or `total` is not between 0 and its credits),
    OperationKeyReused (the key asked for another total or purchase).
    """
    with transaction.atomic():
        purchase = LedgerEntry.objects.select_related("wallet").filter(pk=entry_id).first()
        if purchase is None:
            raise UnknownEntry
        if purchase.kind != Kind.PURCHASE or not 0 <= total <= purchase.amount:
            raise NotReversible
        wallet = lock_wallet(account_id=purchase.wallet.account_id)
        draft = _draft_reversal(wallet, purchase, total, operation_key, text)
        if draft.amount or draft.owed_change:
            return append_entries(wallet, Kind.REVERSAL, [draft], actor_id=actor_id)[0]
        written = find_written(wallet, {operation_key: draft.payload_hash(Kind.REVERSAL)})
        return written.get(operation_key)


def adjust_credits(
    *, account_id: int, amount: int, reason: str, actor_id: int, operation_key: str
) -> LedgerEntry:
    """Correct a balance by hand: −10,000 to 10,000 credits, not 0, with reason and operator (R20, O2).

    Opens its own transaction. The reason is part of the content, so a key repeated with another reason is
    refused. Buyers read the reason in their statement.

    Raises UnknownAccount, ReasonRequired, InsufficientCredits, OperationKeyReused.
    """
    if not amount or abs(amount) > MAX_ADJUSTMENT:
        raise ValueError(
            f"an adjustment is between -{MAX_ADJUSTMENT} and {MAX_ADJUSTMENT} and not 0, not {amount}"
        )
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic(durable=True):
        wallet = lock_wallet(account_id=account_id)
        draft = Draft(
            amount=amount,
            operation_key=operation_key,
            reference=Reference("account", str(account_id)),
            text=reason.strip(),
            fixed_text=True,
        )
        seq_before = wallet.last_seq
        [entry] = append_entries(wallet, Kind.ADJUSTMENT, [draft], actor_id=actor_id)
        if entry.seq > seq_before:
            write_history(wallet, actor_id, f"{entry.amount:+d} créditos: {entry.text}")
    log.info("credits_adjusted", account_id=account_id, amount=amount, actor_id=actor_id, entry_id=entry.pk)
    return entry


def _debit(
    account_id: int, debits: Sequence[Debit], actor_id: int | None, tariff_version: int | None
) -> list[LedgerEntry]:
    if any(debit.amount < 1 for debit in debits):
        raise ValueError("a debit takes at least one credit")
    wallet = lock_wallet(account_id=account_id)
    drafts = [
        Draft(
            amount=-debit.amount,
            operation_key=debit.operation_key,
            reference=debit.reference,
            text=debit.text,
        )
        for debit in debits
    ]
    return append_entries(wallet, Kind.SPEND, drafts, actor_id=actor_id, tariff_version=tariff_version)


def _draft_reversal(
    wallet: Wallet, purchase: LedgerEntry, total: int, operation_key: str, text: str
) -> Draft:
    """What must move under the wallet's lock so that `total` credits of the purchase are taken back."""
    difference = total - count_reversed(purchase.pk)
    taken = min(difference, wallet.balance)
    return Draft(
        amount=-taken,
        owed_change=difference - taken,
        operation_key=operation_key,
        reference=Reference(purchase.reference_type, purchase.reference_id),
        text=text,
        reverses_id=purchase.pk,
        reversed_total=total,
    )
