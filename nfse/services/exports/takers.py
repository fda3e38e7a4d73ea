"""The list of takers as a file (X6)."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils import timezone

from core.formatting import format_document, format_phone, format_postal_code
from nfse.models import Taker
from nfse.selectors.takers import list_takers_to_export
from nfse.services.exports.tables import Table
from registry.values import RegistryStatus

ROWS_AT_ONCE = 500
HEADER = (
    "Documento",
    "Nome",
    "Apelido",
    "IM",
    "E-mail",
    "Telefone",
    "CEP",
    "Endereço",
    "Número",
    "Complemento",
    "Bairro",
    "Cidade",
    "UF",
    "Notas",
    "Total",
    "Última nota",
    "Situação na Receita",
    "Consultado em",
)


def describe_takers(takers: QuerySet[Taker], filters: Mapping[str, str]) -> Table:
    """Return the takers of `list_takers` in its order; `filters` is what narrowed them, in words."""
    rows = (_row(taker) for taker in list_takers_to_export(takers).iterator(chunk_size=ROWS_AT_ONCE))
    return Table("tomadores", "Tomadores", HEADER, rows, takers.count(), filters)


def _row(taker: Taker) -> list[object]:
    last, fetched = taker.last_note_at, taker.registry_fetched_at  # type: ignore[attr-defined]
    return [
        format_document(taker.document),
        taker.name,
        taker.nickname,
        taker.municipal_registration,
        taker.email,
        format_phone(taker.phone) if taker.phone else "",
        format_postal_code(taker.postal_code),
        taker.street,
        taker.number,
        taker.complement,
        taker.district,
        taker.city.name if taker.city else "",
        taker.city.uf if taker.city else "",
        taker.note_count,  # type: ignore[attr-defined]
        taker.note_total,  # type: ignore[attr-defined]
        timezone.localdate(last) if last else None,
        RegistryStatus.label_of(taker.registry_status),
        timezone.localdate(fetched) if fetched else None,
    ]
