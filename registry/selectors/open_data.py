"""Records of our own load of the Receita's open data (registry.md §3)."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import QuerySet

from registry.models import (
    City,
    Cnae,
    RegistryCompany,
    RegistryEstablishment,
    RegistryImport,
    RegistrySimples,
)
from registry.normalize import natural_person_natures
from registry.values import RegistryRecord

SOURCE = "open_data"


def find_delivery_date() -> date | None:
    """The date of the Receita's delivery that is loaded, or None when none is."""
    published = RegistryImport.objects.filter(status=RegistryImport.Status.PUBLISHED)
    return published.order_by("-finished_at").values_list("delivery_date", flat=True).first()


def list_own_records(cnpjs: Collection[str]) -> dict[str, RegistryRecord]:
    """The records of those of `cnpjs` that the load knows, by CNPJ. A fixed number of queries."""
    establishments = list(RegistryEstablishment.objects.filter(pk__in=set(cnpjs)))
    if not establishments:
        return {}
    roots = {row.root for row in establishments}
    companies = RegistryCompany.objects.in_bulk(roots)
    simples = RegistrySimples.objects.in_bulk(roots)
    cities = {city.siafi_code: city for city in _cities(row.municipality for row in establishments)}
    cnaes = Cnae.objects.in_bulk({row.main_cnae for row in establishments})
    as_of = find_delivery_date()
    return {
        row.cnpj: _record(
            row,
            companies.get(row.root),
            simples.get(row.root),
            cities.get(row.municipality),
            cnaes.get(row.main_cnae),
            as_of,
        )
        for row in establishments
    }


def _cities(siafi_codes: Iterable[str]) -> QuerySet[City]:
    return City.objects.filter(siafi_code__in=set(siafi_codes))


def _record(
    row: RegistryEstablishment,
    company: RegistryCompany | None,
    simples: RegistrySimples | None,
    city: City | None,
    cnae: Cnae | None,
    as_of: date | None,
) -> RegistryRecord:
    """An establishment with what hangs on its root; either half may be missing (registry.md §3.3)."""
    nature = company.legal_nature if company else ""
    return RegistryRecord(
        cnpj=row.cnpj,
        source=SOURCE,
        as_of=as_of,
        legal_name=company.legal_name if company else row.trade_name,
        trade_name=row.trade_name,
        status=row.status,
        status_date=row.status_date,
        opening_date=row.opening_date,
        main_cnae=row.main_cnae,
        main_cnae_description=cnae.description if cnae else "",
        legal_nature=nature,
        size=company.size if company else "",
        is_individual=nature in natural_person_natures() or bool(simples and simples.is_mei),
        is_headquarters=row.is_headquarters,
        ibge_code=city.ibge_code if city else "",
        siafi_code=row.municipality,
        city_name=city.name if city else "",
        uf=row.uf,
        street=row.street,
        number=row.number,
        complement=row.complement,
        district=row.district,
        postal_code=row.postal_code,
        phones=tuple(row.phones),
        email=row.email,
        other_cnaes=tuple(row.other_cnaes),
        is_simples=simples.is_simples if simples else None,
        is_mei=simples.is_mei if simples else None,
    )
