"""Whom one company issued to, with what it billed each (A14)."""

from django.db.models import Count, DecimalField, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from fiscal.enumerations import Environment
from nfse.models import InvoiceRequest
from nfse.states import STANDING


def list_company_takers(firm_id: int, company_id: int) -> QuerySet:
    """Takers of a company's requests as dicts: `who` (id), `name`, `note_count`, `note_total`, `last_date`.

    Counted and summed are the notes of production that stand (R97); the largest sum first. A taker that was
    merged counts for the one it was merged into. One query.
    """
    notes = Q(environment=Environment.PRODUCTION, state__in=STANDING)
    requests = InvoiceRequest.objects.filter(firm_id=firm_id, company_id=company_id, taker__isnull=False)
    return (
        requests.order_by()
        .annotate(who=Coalesce("taker__merged_into", "taker"))
        .values("who")
        .annotate(
            name=Max(Coalesce("taker__merged_into__name", "taker__name")),
            note_count=Count("pk", filter=notes),
            note_total=Coalesce(Sum("amount", filter=notes), 0, output_field=DecimalField()),
            last_date=Max("competence_date"),
        )
        .order_by("-note_total", "name", "who")
    )
