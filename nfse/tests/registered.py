"""What the Receita is known to say, as rows, for tests of pages."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from registry.models import CnpjRecord
from registry.values import RegistryRecord, record_as_json

BAKERY_CNPJ = "11444777000161"


def make_record(cnpj: str = BAKERY_CNPJ, *, fetched_at: datetime | None = None, **fields: Any) -> CnpjRecord:
    """A CNPJ that was found; `fields` are RegistryRecord's."""
    values = {
        "legal_name": "PADARIA CENTRAL LTDA",
        "trade_name": "PADARIA CENTRAL",
        "status": "02",
        "source": "brasilapi",
        "opening_date": date(2010, 5, 3),
        "main_cnae": "4721102",
        "size": "01",
        "ibge_code": "4316907",
        "city_name": "Santa Maria",
        "uf": "RS",
        "street": "RUA DO ACAMPAMENTO",
        "number": "100",
        "district": "CENTRO",
        "postal_code": "97050000",
        "phones": ("+555532221100",),
        "email": "contato@padaria.example",
        **fields,
    }
    record = RegistryRecord(cnpj=cnpj, **values)
    return CnpjRecord.objects.create(
        cnpj=cnpj,
        state=CnpjRecord.State.FOUND,
        status=record.status,
        data=record_as_json(record),
        source=record.source,
        fetched_at=fetched_at or timezone.now(),
    )


def make_unanswered(cnpj: str = BAKERY_CNPJ, state: str = "unknown") -> CnpjRecord:
    """A CNPJ that is being asked for, or got no answer, or does not exist."""
    fetched_at = timezone.now() if state == CnpjRecord.State.NOT_FOUND else None
    return CnpjRecord.objects.create(cnpj=cnpj, state=state, fetched_at=fetched_at)
