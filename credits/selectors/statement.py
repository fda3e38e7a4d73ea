"""The statement as a buyer reads it: lines, groups of lines of one reference, totals (C12, R20)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Max, Q, QuerySet, Sum, Value, When

from credits.models import LedgerEntry, Order
from credits.references import Link, resolve_references
from credits.selectors.ledger import StatementFilter, list_entries
from credits.values import Reference

GROUPED_KINDS = (LedgerEntry.Kind.SPEND, LedgerEntry.Kind.REFUND)
EXPORT_HEADER = (
    "Data e hora",
    "Tipo",
    "Descrição",
    "Referência",
    "Créditos (±)",
    "Saldo após",
    "Pedido",
    "Valor pago (R$)",
)
EXPORT_BATCH = 1000


@dataclass(frozen=True)
class Line:
    """One line of the statement: an entry, or several of one kind and reference added up."""

    kind: str
    kind_label: str
    text: str
    reference: Reference
    link: Link | None
    amount: int
    balance_after: int
    created_at: datetime
    last_seq: int
    owed_change: int = 0
    entries: int = 1

    @property
    def title(self) -> str:
        """A single entry says what it was; several say what they have in common."""
        return self.link.label if self.link and self.entries > 1 else self.text

    @property
    def key(self) -> str:
        """The reference as the filter's address writes it."""
        return f"{self.reference.type}:{self.reference.id}"


@dataclass(frozen=True)
class Totals:
    """Credits that came in and went out, both as positive figures."""

    came_in: int
    went_out: int


def list_groups(account_id: int, chosen: StatementFilter) -> QuerySet[LedgerEntry, Any]:
    """Return the statement with spends and refunds added up per reference, newest first; page it in SQL."""
    alone = Case(
        When(kind__in=GROUPED_KINDS, then=Value(0)), default=F("seq"), output_field=BigIntegerField()
    )
    return (
        list_entries(account_id, chosen)
        .order_by()
        .annotate(alone=alone)
        .values("kind", "reference_type", "reference_id", "alone")
        .annotate(total=Sum("amount"), entries=Count("pk"), last_seq=Max("seq"))
        .order_by("-last_seq")
    )


def read_groups(account_id: int, groups: Sequence[dict[str, Any]]) -> list[Line]:
    """Turn one page of `list_groups` into lines. The text and balance are those of the group's last entry."""
    last = {
        entry.seq: entry
        for entry in list_entries(account_id).filter(seq__in=[group["last_seq"] for group in groups])
    }
    lines = read_entries(account_id, [last[group["last_seq"]] for group in groups])
    return [
        _added_up(line, group["total"], group["entries"]) for line, group in zip(lines, groups, strict=True)
    ]


def read_entries(account_id: int, entries: Iterable[LedgerEntry]) -> list[Line]:
    """Turn entries into lines, with the names and addresses of what they paid for."""
    entries = list(entries)
    references = {Reference(entry.reference_type, entry.reference_id) for entry in entries}
    links = resolve_references(account_id, references)
    return [_as_line(entry, links) for entry in entries]


def get_totals(account_id: int, chosen: StatementFilter) -> Totals:
    """Return what came in and went out in the entries that the filter asks for."""
    sums = list_entries(account_id, chosen).aggregate(
        came_in=Sum("amount", filter=Q(amount__gt=0), default=0),
        went_out=-Sum("amount", filter=Q(amount__lt=0), default=0),
    )
    return Totals(**sums)


def iterate_export(account_id: int, chosen: StatementFilter) -> Iterator[Sequence[object]]:
    """Yield the rows of the statement's CSV (X3), newest first, in constant memory."""
    entries = list_entries(account_id, chosen).iterator(chunk_size=EXPORT_BATCH)
    while batch := list(islice(entries, EXPORT_BATCH)):
        paid = _read_paid(account_id, batch)
        for line in read_entries(account_id, batch):
            yield _as_row(line, paid.get(line.last_seq, ""))


def _read_paid(account_id: int, entries: Sequence[LedgerEntry]) -> dict[int, Decimal]:
    """What was paid in R$ for the purchases among the entries, by the entries' numbers."""
    purchases = {entry.pk: entry.seq for entry in entries if entry.kind == LedgerEntry.Kind.PURCHASE}
    paid = Order.objects.filter(account_id=account_id, purchase_id__in=purchases)
    return {
        purchases[entry_id]: Decimal(cents).scaleb(-2)
        for entry_id, cents in paid.values_list("purchase_id", "cents")
    }


def _as_line(entry: LedgerEntry, links: dict[Reference, Link]) -> Line:
    reference = Reference(entry.reference_type, entry.reference_id)
    return Line(
        kind=entry.kind,
        kind_label=entry.get_kind_display(),
        text=entry.text,
        reference=reference,
        link=links.get(reference),
        amount=entry.amount,
        balance_after=entry.balance_after,
        created_at=entry.created_at,
        last_seq=entry.seq,
        owed_change=entry.owed_change,
    )


def _added_up(line: Line, total: int, entries: int) -> Line:
    return replace(line, amount=total, entries=entries)


def _as_row(line: Line, paid: Decimal | str) -> Sequence[object]:
    order = line.reference.id if line.reference.type == "order" else ""
    reference = line.link.label if line.link else ""
    return (
        line.created_at,
        line.kind_label,
        line.text,
        reference,
        line.amount,
        line.balance_after,
        order,
        paid,
    )
