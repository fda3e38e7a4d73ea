"""The one place that writes entries: after the lock, set-based, balance and entries in one statement.

Private to credits.services. Every door of the ledger builds drafts and hands them over here.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from core.database import violated_constraint
from credits.errors import (
    AccountBlocked,
    CreditsOwed,
    InsufficientCredits,
    LedgerViolation,
    NotRefundable,
    NotReversible,
    OperationKeyReused,
    ReasonRequired,
    WalletFrozen,
)
from credits.models import LedgerEntry, Wallet
from credits.services.low_balance import tell_low_balance
from credits.values import Reference

SETTLEMENT_KEY = "settlement"
SETTLEMENT_TEXT = "Acerto de créditos devolvidos depois de usados"

FIND = "SELECT * FROM credits_ledgerentry WHERE wallet_id = %s AND operation_key = ANY(%s)"

# One statement, whatever the number of entries: number them on, sum them up, move the balance.
APPEND = """
WITH draft AS (
  SELECT d.*, sum(d.amount) OVER in_order AS running, sum(d.owed_change) OVER in_order AS running_owed
  FROM json_to_recordset(%(drafts)s::json)
    AS d(step int, kind text, amount bigint, owed_change bigint, operation_key text, payload_hash text,
         refunds_id bigint, reverses_id bigint, reference_type text, reference_id text, text text)
  WINDOW in_order AS (ORDER BY d.step)
), moved AS (
  UPDATE credits_wallet w SET balance = w.balance + total.amount, owed = w.owed + total.owed_change,
                              last_seq = w.last_seq + total.entries
  FROM (SELECT sum(amount) AS amount, sum(owed_change) AS owed_change, count(*) AS entries FROM draft) total
  WHERE w.id = %(wallet_id)s
)
INSERT INTO credits_ledgerentry (wallet_id, seq, kind, amount, balance_after, owed_change, owed_after,
                                 operation_key, payload_hash, refunds_id, reverses_id, reference_type,
                                 reference_id, text, tariff_version, actor_id, created_at)
SELECT w.id, w.last_seq + draft.step, draft.kind, draft.amount, w.balance + draft.running, draft.owed_change,
       w.owed + draft.running_owed, draft.operation_key, draft.payload_hash, draft.refunds_id,
       draft.reverses_id, draft.reference_type, draft.reference_id, draft.text,
       coalesce(%(tariff_version)s::integer,
                (SELECT max(version) FROM credits_tariff WHERE %(kind)s = 'spend')),
       %(actor_id)s, coalesce(%(at)s::timestamptz, now())
FROM draft JOIN credits_wallet w ON w.id = %(wallet_id)s
ORDER BY draft.step
RETURNING *
"""


@dataclass(frozen=True)
class Draft:
    """A movement not yet written. `amount` and `owed_change` are signed.

    `fixed_text` makes the text part of the content. `reversed_total` is what a reversal was asked for: how
    many credits of `reverses_id` shall be taken back in all. Its amount only follows from what came before.
    """

    amount: int
    operation_key: str
    reference: Reference
    text: str
    owed_change: int = 0
    refunds_id: int | None = None
    reverses_id: int | None = None
    reversed_total: int | None = None
    fixed_text: bool = False

    def payload_hash(self, kind: str) -> str:
        """What makes a repeated key the same operation. Wording may change between attempts."""
        content: list[object] = [kind, self.amount, self.refunds_id, self.reference.type, self.reference.id]
        if self.reverses_id is not None:
            content = [kind, self.reversed_total, self.reverses_id, self.reference.type, self.reference.id]
        if self.fixed_text:
            content.append(self.text)
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def append_entries(
    wallet: Wallet,
    kind: LedgerEntry.Kind,
    drafts: Sequence[Draft],
    *,
    actor_id: int | None = None,
    tariff_version: int | None = None,
    at: datetime | None = None,
) -> list[LedgerEntry]:
    """Write the drafts that are not written yet, all or none; return the entries in the order of `drafts`.

    `wallet` is locked by this transaction. Two statements, whatever the number of drafts. A key already
    written with the same content gives its first entry; `wallet` is left as the database has it. Credits
    that come in settle what is owed first, by an entry of their own right after them (C11, R19). `at` is for
    a demo's past alone (`services.past`).
    """
    hashes: dict[str, str] = {}
    for draft in drafts:
        payload_hash = draft.payload_hash(kind)
        if hashes.setdefault(draft.operation_key, payload_hash) != payload_hash:
            raise OperationKeyReused(draft.operation_key)
    known = find_written(wallet, hashes)
    fresh = [draft for key, draft in {d.operation_key: d for d in drafts}.items() if key not in known]
    if fresh:
        _require_allowed(wallet, kind, sum(draft.amount for draft in fresh))
        balance_before = wallet.balance
        for entry in _insert(wallet, kind, fresh, hashes, actor_id, tariff_version, at):
            known[entry.operation_key] = entry
            wallet.balance, wallet.owed, wallet.last_seq = entry.balance_after, entry.owed_after, entry.seq
        if at is None:
            tell_low_balance(wallet, balance_before)
    return [known[draft.operation_key] for draft in drafts]


def find_written(wallet: Wallet, hashes: Mapping[str, str]) -> dict[str, LedgerEntry]:
    """Return the entries of these keys that are written, by key; `hashes` is the content that each must have.

    Look the keys up after the lock: before it, two first attempts would both see nothing.
    """
    known = {}
    for entry in LedgerEntry.objects.raw(FIND, [wallet.pk, list(hashes)]):
        if entry.payload_hash != hashes[entry.operation_key]:
            raise OperationKeyReused(entry.operation_key)
        known[entry.operation_key] = entry
    return known


def _require_allowed(wallet: Wallet, kind: LedgerEntry.Kind, total: int) -> None:
    if kind == LedgerEntry.Kind.SPEND:
        if wallet.account.blocked_at is not None:
            raise AccountBlocked
        if wallet.frozen_at is not None:
            raise WalletFrozen
        if wallet.owed:
            raise CreditsOwed(wallet.owed)
    if wallet.balance + total < 0:
        raise InsufficientCredits(wallet.balance, -total)


def _insert(
    wallet: Wallet,
    kind: LedgerEntry.Kind,
    drafts: Sequence[Draft],
    hashes: dict[str, str],
    actor_id: int | None,
    tariff_version: int | None,
    at: datetime | None,
) -> list[LedgerEntry]:
    movements = [(kind, draft) for draft in drafts]
    movements += [(LedgerEntry.Kind.DEBT_SETTLEMENT, draft) for draft in _settlement(wallet, drafts)]
    rows = [
        {
            "step": step,
            "kind": kind_of_draft.value,
            "amount": draft.amount,
            "owed_change": draft.owed_change,
            "operation_key": draft.operation_key,
            "payload_hash": hashes.get(draft.operation_key) or draft.payload_hash(kind_of_draft),
            "refunds_id": draft.refunds_id,
            "reverses_id": draft.reverses_id,
            "reference_type": draft.reference.type,
            "reference_id": draft.reference.id,
            "text": draft.text,
        }
        for step, (kind_of_draft, draft) in enumerate(movements, start=1)
    ]
    parameters = {
        "wallet_id": wallet.pk,
        "kind": kind.value,
        "drafts": json.dumps(rows, ensure_ascii=False),
        "tariff_version": tariff_version,
        "actor_id": actor_id,
        "at": at,
    }
    try:
        entries = list(LedgerEntry.objects.raw(APPEND, parameters))
    except IntegrityError as error:
        raise _named(error, wallet, drafts) from error
    return sorted(entries, key=lambda entry: entry.seq)


def _settlement(wallet: Wallet, drafts: Sequence[Draft]) -> Iterator[Draft]:
    """What of the credits that come in goes to what is owed; nothing when nothing is owed or comes in."""
    incoming = sum(draft.amount for draft in drafts)
    if wallet.owed and incoming > 0:
        settled = min(wallet.owed, wallet.balance + incoming)
        yield Draft(
            amount=-settled,
            owed_change=-settled,
            operation_key=f"{SETTLEMENT_KEY}:{drafts[0].operation_key}",
            reference=drafts[0].reference,
            text=SETTLEMENT_TEXT,
        )


def _named(error: IntegrityError, wallet: Wallet, drafts: Sequence[Draft]) -> Exception:
    """Turn the violated constraint into the error that a caller can name."""
    match constraint := violated_constraint(error):
        case "credits_wallet_balance_not_negative" | "credits_entry_balance_not_negative":
            return InsufficientCredits(wallet.balance, -sum(draft.amount for draft in drafts))
        case "credits_entry_key_unique":
            return OperationKeyReused(drafts[0].operation_key)
        case "credits_entry_one_refund_per_entry" | "credits_entry_refund_fits_debit":
            return NotRefundable()
        case "credits_entry_reversal_fits_purchase":
            return NotReversible()
        case "credits_entry_adjustment_has_actor":
            return ReasonRequired()
        case _:
            return LedgerViolation(constraint)
