"""Reads of takers (A19). Those merged into another are left out of lists."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, DecimalField, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from core.documents import is_cnpj, is_cpf, normalize_cnpj, normalize_cpf
from nfse.models import Invoice, Taker
from nfse.permissions import NotFound
from nfse.values import Environment, NoteStatus

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


def list_takers(firm_id: int, *, text: str = "") -> QuerySet[Taker]:
    """Takers by name, each with `note_count` and `note_total` (reais) of its valid notes of production.

    `text` looks in names and CNPJ, and finds a whole CPF by its hash. One query; the totals are subqueries.
    """
    takers = Taker.objects.filter(firm_id=firm_id, merged_into=None).select_related("city")
    takers = takers.annotate(note_count=_count_notes(), note_total=_sum_notes())
    for word in text.split():
        takers = takers.filter(Q(name__icontains=word) | Q(nickname__icontains=word) | _by_document(word))
    return takers.order_by("name", "pk")


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


def _by_document(word: str) -> Q:
    if is_cpf(word):
        return Q(document_index=Taker.index_document(normalize_cpf(word)))
    compact = word.translate(str.maketrans("", "", " ./-")).upper()
    return Q(cnpj__startswith=compact) if len(compact) >= 3 else Q(pk__in=[])
