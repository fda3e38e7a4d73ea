"""Reads of takers (A19). Those merged into another are left out of lists."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DecimalField,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from core.documents import is_cnpj, is_cpf, mask_document, normalize_cnpj, normalize_cpf
from core.text import folded_pattern
from fiscal.enumerations import Environment, NoteStatus
from nfse.models import Invoice, InvoiceRequest, Taker
from nfse.permissions import NotFound

MAX_RESULTS = 20
VOID = (NoteStatus.CANCELED.value, NoteStatus.REPLACED.value)


@dataclass(frozen=True)
class CompanyTotal:
    """What one company of the firm billed one taker: valid notes of production, and their sum in reais."""

    company_id: int
    company_name: str
    note_count: int
    amount: Decimal


def get_taker(firm_id: int, taker_id: int) -> Taker:
    """The firm's taker with its city. Raises NotFound."""
    taker = Taker.objects.filter(firm_id=firm_id, pk=taker_id).select_related("city").first()
    if taker is None:
        raise NotFound
    return taker


def find_taker_by_document(firm_id: int, document: str) -> Taker | None:
    """The firm's open taker with this CNPJ or CPF, masked or not, or None."""
    if is_cnpj(document):
        plain = normalize_cnpj(document)
    elif is_cpf(document):
        plain = normalize_cpf(document)
    else:
        return None
    return Taker.objects.filter(
        firm_id=firm_id, document_index=Taker.index_document(plain), merged_into=None
    ).first()


def find_open_taker(firm_id: int, taker_id: int) -> Taker | None:
    """The firm's taker with its city, or the one that it was merged into, or None."""
    taker = Taker.objects.filter(firm_id=firm_id, pk=taker_id).select_related("city", "merged_into__city")
    found = taker.first()
    return (found.merged_into or found) if found else None


def find_taker_by_text(firm_id: int, text: str) -> Taker | None:
    """The open taker that a person wrote in full: by document, or by a name that only one has."""
    name, _, document = text.rpartition(" · ")
    found = find_taker_by_document(firm_id, document)
    if found is not None:
        return found
    whole = folded_pattern((name or text).strip())
    named = Taker.objects.filter(firm_id=firm_id, merged_into=None, name__regex=f"^{whole}$")
    takers = list(named[:2])
    return takers[0] if len(takers) == 1 else None


def sum_notes(totals: Iterable[CompanyTotal]) -> tuple[int, Decimal]:
    """The notes and reais of a taker's companies together."""
    rows = list(totals)
    return sum(row.note_count for row in rows), sum((row.amount for row in rows), Decimal("0.00"))


def list_takers(
    firm_id: int, *, text: str = "", company_id: int | None = None, statuses: Collection[str] = ()
) -> QuerySet[Taker]:
    """Takers by name, each with `note_count` and `note_total` (reais) of its valid notes of production.

    `text` looks in names (case and accents aside) and CNPJ, and finds a whole CPF by its hash. `company_id`
    leaves those whom one company billed or tried to; `statuses` are codes of the Receita. One query; the
    totals are subqueries.
    """
    takers = _match(firm_id, text).select_related("city")
    takers = takers.annotate(note_count=_count_notes(), note_total=_sum_notes())
    if company_id is not None:
        billed = InvoiceRequest.objects.filter(firm_id=firm_id, company_id=company_id).values("taker_id")
        merged = Taker.objects.filter(firm_id=firm_id, pk__in=billed).exclude(merged_into=None)
        takers = takers.filter(Q(pk__in=billed) | Q(pk__in=merged.values("merged_into_id")))
    if statuses:
        takers = takers.filter(registry_status__in=statuses)
    return takers.order_by("name", "pk")


def search_takers(firm_id: int, text: str, limit: int = MAX_RESULTS) -> list[Taker]:
    """Up to `limit` open takers for what was typed so far; names that begin with it come first."""
    if not text.strip():
        return []
    begins = Case(When(name__regex="^" + folded_pattern(text.strip()), then=Value(0)), default=Value(1))
    return list(_match(firm_id, text).alias(rank=begins).order_by("rank", "name", "pk")[:limit])


def label_taker(taker: Taker) -> str:
    """A taker as lists of suggestions show it, and as `find_taker_by_text` reads it; the CPF is masked."""
    return f"{taker.name} · {mask_document(taker.document)}"


def list_same_root(firm_id: int, taker: Taker) -> QuerySet[Taker]:
    """Other open takers of the same CNPJ root: branches, or the same one twice."""
    takers = Taker.objects.filter(firm_id=firm_id, merged_into=None).exclude(pk=taker.pk)
    if not taker.cnpj:
        return takers.none()
    return takers.filter(cnpj__startswith=taker.cnpj[:8]).select_related("city").order_by("name", "pk")


def list_takers_to_export(takers: QuerySet[Taker]) -> QuerySet[Taker]:
    """Takers of `list_takers`, each with `last_note_at`, when its newest valid note was issued."""
    newest = _notes_of_row().annotate(result=Max("issued_at")).values("result")
    return takers.annotate(last_note_at=Subquery(newest, output_field=DateTimeField()))


def list_company_totals(firm_id: int, taker_id: int) -> list[CompanyTotal]:
    """What each company billed the taker, and those merged into it, the largest sum first (A19)."""
    totals = (
        _valid_notes(taker_id)
        .filter(firm_id=firm_id)
        .values("company_id", "company__legal_name")
        .annotate(notes=Count("pk"), total=Sum("amount"))
        .order_by("-total", "company_id")
    )
    return [
        CompanyTotal(row["company_id"], row["company__legal_name"], row["notes"], row["total"])
        for row in totals
    ]


def _valid_notes(taker_id: int | OuterRef) -> QuerySet[Invoice]:
    """The notes of a taker and of those merged into it.

    The takers are found first, by a subquery: an OR over the join would read every request for each row.
    """
    takers = Taker.objects.filter(Q(pk=taker_id) | Q(merged_into=taker_id))
    notes = Invoice.objects.filter(request__taker__in=takers, environment=Environment.PRODUCTION)
    return notes.exclude(status__in=VOID).order_by()


def _notes_of_row() -> QuerySet:
    """The notes of a taker of the outer query, as one group."""
    return _valid_notes(OuterRef(OuterRef("pk"))).annotate(group=Value(1)).values("group")


def _count_notes() -> Coalesce:
    counts = _notes_of_row().annotate(result=Count("pk")).values("result")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def _sum_notes() -> Coalesce:
    sums = _notes_of_row().annotate(result=Sum("amount")).values("result")
    return Coalesce(Subquery(sums, output_field=DecimalField()), Decimal(0), output_field=DecimalField())


def _match(firm_id: int, text: str) -> QuerySet[Taker]:
    takers = Taker.objects.filter(firm_id=firm_id, merged_into=None)
    for word in text.split():
        pattern = folded_pattern(word)
        names = Q(name__regex=pattern) | Q(nickname__regex=pattern)
        takers = takers.filter(names | Taker.matching(word))
    return takers
