"""Taking bought leads out as CSV: streamed, free, and written down (L22, L27, X1)."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.exports import export_filename, stream_csv
from core.formatting import format_cnpj, format_phone
from leads.models import ExportAudit, LeadAccess, Search
from leads.selectors.accesses import BaseFilter, list_accesses, list_my_base
from leads.selectors.searches import get_search
from leads.visibility import VisibleLead, visible_leads
from registry.models import City

ROWS_AT_ONCE = 1000
BETWEEN_VALUES = " | "

HEADER = (
    "Empresa",
    "CNPJ",
    "Telefone (Maps)",
    "Telefones",
    "E-mails",
    "Sócios / Decisores",
    "Endereço (Maps)",
    "Endereço (fiscal)",
    "Razão social",
    "Situação",
    "CNAE",
    "Descrição do CNAE",
    "Porte",
    "Data de abertura",
    "Nicho",
    "Cidade",
    "UF",
    "Site",
    "WhatsApp",
    "Sócios comprados",
    "Contatos comprados",
    "Origem",
    "Busca nº",
    "Comprado em",
    "Créditos",
    "Dados de",
)


@dataclass(frozen=True)
class Export:
    """A file on its way: its name, how many rows it will have, and its bytes, made as they are read."""

    file_name: str
    row_count: int
    chunks: Iterator[bytes]


def export_search(*, account_id: int, user_id: int, search_id: int) -> Export:
    """Export what one search delivered (X1), after writing down who took it.

    The bytes are made while they are read, in constant memory. Raises SearchNotFound (R23).
    """
    search = get_search(account_id, search_id)
    accesses = list_accesses(account_id, search.pk)
    return _export(ExportAudit(account_id=account_id, user_id=user_id, search_id=search.pk), accesses)


def export_my_base(*, account_id: int, user_id: int, chosen: BaseFilter | None = None) -> Export:
    """Export everything that the account owns, or the part that `chosen` asks for (X1), as export_search."""
    chosen = chosen or BaseFilter()
    filters = {name: str(value) for name, value in asdict(chosen).items() if value}
    audit = ExportAudit(account_id=account_id, user_id=user_id, filters=filters)
    return _export(audit, list_my_base(account_id, chosen))


def lead_rows(leads: Iterable[VisibleLead]) -> Iterator[list[object]]:
    """Return the X1 row of each lead, in the order of HEADER."""
    for lead in leads:
        yield [
            lead.name,
            format_cnpj(lead.cnpj),
            format_phone(lead.place_phone),
            BETWEEN_VALUES.join(map(format_phone, lead.phones)),
            lead.email,
            "",
            lead.place_address,
            lead.fiscal_address,
            lead.legal_name,
            lead.status,
            lead.cnae,
            lead.cnae_description,
            lead.size,
            lead.opening_date,
            lead.niche,
            lead.city,
            lead.uf,
            lead.website,
            "",
            lead.has_partners,
            lead.contact_count,
            lead.origin,
            lead.search_id,
            lead.accessed_at,
            lead.credits_charged,
            timezone.localdate(lead.data_date),
        ]


def _export(audit: ExportAudit, accesses: QuerySet[LeadAccess]) -> Export:
    audit.row_count = accesses.count()
    audit.file_name = export_filename("leads", "csv", timezone.now())
    with transaction.atomic(durable=True):
        audit.save(force_insert=True)
    leads = visible_leads(_read(accesses))
    return Export(audit.file_name, audit.row_count, stream_csv(HEADER, lead_rows(leads)))


def _read(accesses: QuerySet[LeadAccess]) -> Iterator[LeadAccess]:
    """Read through a server-side cursor; cities and searches, which repeat, once for many rows."""
    rows = accesses.select_related(None).select_related("company").iterator(chunk_size=ROWS_AT_ONCE)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        cities = City.objects.in_bulk({access.company.city_id for access in some})
        searches = Search.objects.select_related("niche").in_bulk({access.search_id for access in some})
        for access in some:
            access.company.city = cities[access.company.city_id]
            access.search = searches.get(access.search_id)
            yield access
