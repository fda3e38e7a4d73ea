"""The shared base of companies: one row a CNPJ, kept by everybody's searches (R43, R46)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.days import start_of_day
from core.errors import NitroError
from leads.models import LeadCompany, Place
from registry.models import City
from registry.selectors.cities import find_city_of
from registry.values import RegistryRecord

_TEXT_FIELDS = {
    "legal_name": 160,
    "trade_name": 160,
    "status": 2,
    "main_cnae": 7,
    "main_cnae_description": 200,
    "legal_nature": 4,
    "size": 2,
    "street": 160,
    "number": 20,
    "complement": 160,
    "district": 80,
    "postal_code": 8,
}
_PLACE_FIELDS = {
    "place_name": "name",
    "place_address": "address",
    "place_phone": "phone",
    "website": "website",
    "rating": "rating",
    "rating_count": "rating_count",
    "place_fetched_at": "fetched_at",
}


Found = tuple[RegistryRecord, Place | None]
"""What the registry says of a company, and the map, if anything."""


class CompanyOutsideCatalog(NitroError):
    """The record names no city that we know (abroad, or a misspelt one)."""

    message = "A empresa não fica em uma cidade brasileira conhecida."


def save_company(*, record: RegistryRecord, place: Place | None, now: datetime | None = None) -> LeadCompany:
    """Insert or refresh the company of `record`, and what the map says of it when `place` is given.

    Safe when several searches save the same CNPJ at once: one row, and older data never replace newer.
    Inside or outside of the caller's transaction; the company's row stays locked until it ends.
    Raises CompanyOutsideCatalog.
    """
    fetched_at = _fetched_at(record, now or timezone.now())
    values = _registry_values(record, fetched_at)
    with transaction.atomic():
        fresh = LeadCompany(cnpj=record.cnpj, **values)
        LeadCompany.objects.bulk_create([fresh], ignore_conflicts=True)
        company = LeadCompany.objects.select_for_update().get(cnpj=record.cnpj)
        changed: dict[str, Any] = {}
        if company.registry_fetched_at <= fetched_at:
            changed |= _without_losses(company, values, record)
        if place and (company.place_fetched_at is None or company.place_fetched_at <= place.fetched_at):
            changed |= {ours: getattr(place, theirs) for ours, theirs in _PLACE_FIELDS.items()}
        if changed:
            for name, value in changed.items():
                setattr(company, name, value)
            company.save(update_fields=list(changed))
    return company


def save_companies(
    found: Sequence[tuple[RegistryRecord, Place | None]], *, now: datetime
) -> list[LeadCompany]:
    """Do what `save_company` does of many, in their order: what is new is inserted as one set.

    Inside or outside of the caller's transaction. Raises CompanyOutsideCatalog.
    """
    numbers = [record.cnpj for record, _ in found]
    known = set(LeadCompany.objects.filter(cnpj__in=numbers).values_list("cnpj", flat=True))
    with transaction.atomic():
        LeadCompany.objects.bulk_create(_list_new(found, known, now), ignore_conflicts=True)
        for record, place in found:
            if record.cnpj in known:
                save_company(record=record, place=place, now=now)
    rows = LeadCompany.objects.in_bulk(numbers, field_name="cnpj")
    return [rows[number] for number in numbers]


def _list_new(found: Sequence[Found], known: set[str], now: datetime) -> Iterator[LeadCompany]:
    cities: dict[tuple[str, ...], City] = {}
    for record, place in found:
        if record.cnpj in known:
            continue
        where = (record.ibge_code, record.siafi_code, record.city_name, record.uf)
        city = cities[where] = cities.get(where) or _city(record)
        told = {ours: getattr(place, theirs) for ours, theirs in _PLACE_FIELDS.items()} if place else {}
        yield LeadCompany(
            cnpj=record.cnpj, **_registry_values(record, _fetched_at(record, now), city), **told
        )


def refresh_place_data(*, company_id: int, place_id: int) -> None:
    """Copy what the map says of a linked place to its company, unless the company has newer (L11).

    Inside or outside of the caller's transaction.
    """
    with transaction.atomic():
        place = Place.objects.get(pk=place_id)
        company = LeadCompany.objects.select_for_update().get(pk=company_id)
        if company.place_fetched_at is None or company.place_fetched_at < place.fetched_at:
            for ours, theirs in _PLACE_FIELDS.items():
                setattr(company, ours, getattr(place, theirs))
            company.save(update_fields=list(_PLACE_FIELDS))


def _registry_values(
    record: RegistryRecord, fetched_at: datetime, city: City | None = None
) -> dict[str, Any]:
    texts = {name: getattr(record, name)[:length] for name, length in _TEXT_FIELDS.items()}
    return texts | {
        "status_date": record.status_date,
        "opening_date": record.opening_date,
        "is_individual": record.is_individual,
        "city": city or _city(record),
        "registry_phones": list(record.phones),
        "registry_email": record.email[:160],
        "registry_source": record.source,
        "registry_fetched_at": fetched_at,
    }


def _without_losses(company: LeadCompany, values: dict[str, Any], record: RegistryRecord) -> dict[str, Any]:
    """Keep what the company has where the newer source has nothing: BrasilAPI knows no e-mail, Viper no CNAE.

    A person's company stays one when the newer source cannot tell.
    """
    kept = {name for name, value in values.items() if value in ("", None, [])}
    if not record.legal_nature:
        kept.add("is_individual")
    if company.registry_source == record.source:
        kept -= {"trade_name", "complement", "registry_phones", "registry_email"}
    return {name: value for name, value in values.items() if name not in kept}


def _city(record: RegistryRecord) -> City:
    city = find_city_of(record)
    if city is None:
        raise CompanyOutsideCatalog(detail=f"{record.source}: {record.city_name} - {record.uf}")
    return city


def _fetched_at(record: RegistryRecord, now: datetime) -> datetime:
    """Open data are as old as their delivery, whenever we read them."""
    if record.as_of is None:
        return now
    return min(now, start_of_day(record.as_of))
