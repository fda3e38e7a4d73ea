"""The database's half of place → CNPJ: prepare cases, lend what we know, save what came out (L10, R51).

    prepared = prepare_places(place_ids=ids, now=now)
    cases = lend_records(prepared.cases)
    … leads.resolution.next_call(case, sources) in threads, lend_records again when candidates came …
    save_resolution(resolution=conclude(case), now=now)

Nothing here calls a provider, and nothing in leads.resolution touches the database.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from leads.addresses import read_address
from leads.gateways import get_company_finder
from leads.matching import INACTIVE, OTHER_CITY, PlaceValue
from leads.models import LeadCompany, Place
from leads.resolution import NO_CNPJ, Case, Outcome, Resolution, Sources
from leads.selectors.open_data import list_own_candidates
from leads.selectors.places import identify_city, mark_shared_contacts
from leads.services.companies import save_company
from leads.services.judgement import mark_common_phones
from registry.gateways import get_registry_sources
from registry.selectors.open_data import list_own_records
from registry.values import RegistryRecord, RegistryStatus


@dataclass(frozen=True)
class Prepared:
    """Places sorted by what is known: settled ones by place id, and cases for the rest."""

    linked: dict[int, int] = field(default_factory=dict)
    """Place id → company id: confirmed, fresh, active and in the city."""

    dropped: dict[int, str] = field(default_factory=dict)
    """Place id → drop reason: inactive, other_city, or no_cnpj of the last 30 days."""

    cases: tuple[Case, ...] = ()


def get_sources() -> Sources:
    """The finder and registries of the settings."""
    return Sources(get_company_finder(), get_registry_sources())


def prepare_places(
    *, place_ids: Collection[int], now: datetime, niche_cnaes: frozenset[str] = frozenset()
) -> Prepared:
    """Sort places into linked, dropped, and cases with every candidate and record that we have ourselves.

    `niche_cnaes` are the activities of the niche searched: the trade of a place that tells none itself.
    A fixed number of queries for any number of places. Links made for anybody count for everybody.
    """
    places = Place.objects.filter(pk__in=place_ids).select_related("city", "company")
    prepared = Prepared()
    open_places = [place for place in places.order_by("pk") if not _settle(prepared, place, now)]
    return replace(prepared, cases=tuple(_cases(open_places, now, niche_cnaes)))


def prepare_companies(*, company_ids: Collection[int]) -> tuple[Case, ...]:
    """Cases of known companies whose registry data are to be looked up again (L11)."""
    companies = LeadCompany.objects.filter(pk__in=company_ids).select_related("city").order_by("pk")
    return tuple(
        Case(city=identify_city(company.city), company_id=company.pk, candidates=(company.cnpj,))
        for company in companies
    )


def lend_records(cases: Sequence[Case], *, now: datetime | None = None) -> list[Case]:
    """Give each case the fresh records that we have of its candidates: base first, then the open data."""
    wanted = {cnpj for case in cases for cnpj in case.missing}
    if not wanted:
        return list(cases)
    oldest = _registry_limit(now or timezone.now())
    records = {
        cnpj: record
        for cnpj, record in list_own_records(wanted).items()
        if record.as_of is not None and record.as_of >= oldest.date()
    }
    fresh = LeadCompany.objects.filter(cnpj__in=wanted, registry_fetched_at__gte=oldest).select_related(
        "city"
    )
    records |= {company.cnpj: _record_of(company, records.get(company.cnpj)) for company in fresh}
    return [
        case.with_records({cnpj: records[cnpj] for cnpj in case.missing if cnpj in records}) for case in cases
    ]


def save_resolution(*, resolution: Resolution, now: datetime) -> LeadCompany | None:
    """Save what a case came to, for all accounts; return the company when it is linked.

    `now` is when the case was prepared. A company that somebody confirmed since then is kept. UNSURE saves
    nothing. Inside or outside of the caller's transaction; rows are locked place first, company second.
    Raises CompanyOutsideCatalog.
    """
    if resolution.outcome == Outcome.UNSURE:
        return None
    with transaction.atomic():
        if resolution.case.place is None:
            return _refresh(resolution, now)
        place = Place.objects.select_for_update().get(pk=resolution.case.place.id)
        if resolution.outcome == Outcome.LINKED:
            return _link(place, resolution, now)
        return _deny(place, resolution, now)


def _settle(prepared: Prepared, place: Place, now: datetime) -> bool:
    """Whether the place's own link answers already."""
    company = place.company
    if place.link == Place.Link.LINKED and company and company.registry_fetched_at >= _registry_limit(now):
        if company.status != RegistryStatus.ACTIVE:
            prepared.dropped[place.pk] = INACTIVE
        elif company.city_id != place.city_id:
            prepared.dropped[place.pk] = OTHER_CITY
        else:
            prepared.linked[place.pk] = company.pk
        return True
    limit = now - timedelta(days=settings.LEADS_NEGATIVE_LINK_DAYS)
    checked = place.link_checked_at
    if place.link == Place.Link.NEGATIVE and checked and checked >= limit:
        prepared.dropped[place.pk] = place.drop_reason or NO_CNPJ
        return True
    return False


def _cases(places: Sequence[Place], now: datetime, niche_cnaes: frozenset[str]) -> list[Case]:
    """Cases with candidates: the old link, companies of the base with the same phone, then the open data."""
    values = mark_shared_contacts([_place_value(place, niche_cnaes) for place in places])
    own = list_own_candidates(values)
    in_base = _base_candidates(values)
    cases = []
    for place, value in zip(places, values, strict=True):
        linked = [place.company.cnpj] if place.company else []
        case = Case(city=value.city, place=value, company_id=place.company_id)
        cases.append(case.with_candidates([*linked, *in_base.get(value.id, []), *own.get(value.id, [])]))
    return mark_common_phones(lend_records(cases, now=now))


def _base_candidates(places: Sequence[PlaceValue]) -> dict[int, list[str]]:
    """Active companies of the base, in the place's city, with the place's phone."""
    phones = {place.phone for place in places if place.phone.startswith("+") and not place.phone_is_shared}
    if not phones:
        return {}
    same_phone = Q(registry_phones__overlap=sorted(phones)) | Q(place_phone__in=phones)
    companies = LeadCompany.objects.filter(
        same_phone, status=RegistryStatus.ACTIVE, city_id__in={place.city.ibge_code for place in places}
    ).order_by("pk")
    rows = list(companies.values_list("cnpj", "city_id", "place_phone", "registry_phones"))
    return {
        place.id: [
            cnpj
            for cnpj, city_id, place_phone, registry_phones in rows
            if city_id == place.city.ibge_code and place.phone in {place_phone, *registry_phones}
        ]
        for place in places
        if place.phone in phones
    }


def _refresh(resolution: Resolution, now: datetime) -> LeadCompany | None:
    if resolution.record is None:
        return None
    company = save_company(record=resolution.record, place=None, now=now)
    return company if resolution.outcome == Outcome.LINKED else None


def _link(place: Place, resolution: Resolution, now: datetime) -> LeadCompany | None:
    if resolution.record is None:
        raise ValueError("a linked resolution has a record")
    company = save_company(record=resolution.record, place=place, now=now)
    _save_link(place, Place.Link.LINKED, company, resolution, now)
    return company


def _deny(place: Place, resolution: Resolution, now: datetime) -> LeadCompany | None:
    """Keep the negative link, unless somebody confirmed a company since this case was prepared."""
    if place.link == Place.Link.LINKED and place.company_id != resolution.case.company_id:
        return place.company
    if resolution.record:
        save_company(record=resolution.record, place=None, now=now)
    _save_link(place, Place.Link.NEGATIVE, None, resolution, now)
    return None


def _save_link(
    place: Place, link: Place.Link, company: LeadCompany | None, resolution: Resolution, now: datetime
) -> None:
    score = resolution.score
    place.link, place.company = link, company
    place.score, place.reasons = (score.points, list(score.told)) if score else (None, [])
    place.drop_reason, place.link_checked_at = resolution.drop_reason, now
    place.save(update_fields=["link", "company", "score", "reasons", "drop_reason", "link_checked_at"])


def _registry_limit(now: datetime) -> datetime:
    return now - timedelta(days=settings.LEADS_REGISTRY_MAX_AGE_DAYS)


def _place_value(place: Place, niche_cnaes: frozenset[str]) -> PlaceValue:
    address = read_address(place.address)
    return PlaceValue(
        id=place.pk,
        name=place.name,
        city=identify_city(place.city),
        city_name=place.city.name,
        phone=place.phone,
        street=address.street,
        street_number=place.street_number or address.street_number,
        complement=address.complement,
        district=place.district,
        postal_code=place.postal_code,
        website=place.website,
        categories=tuple(place.categories),
        niche_cnaes=niche_cnaes,
    )


def _record_of(company: LeadCompany, own: RegistryRecord | None) -> RegistryRecord:
    """The record that the base keeps, as of its own date; so that saving it again changes nothing.

    The open data (`own`) add what the base does not keep.
    """
    return RegistryRecord(
        cnpj=company.cnpj,
        source=company.registry_source,
        as_of=timezone.localdate(company.registry_fetched_at),
        legal_name=company.legal_name,
        trade_name=company.trade_name,
        status=company.status,
        status_date=company.status_date,
        opening_date=company.opening_date,
        main_cnae=company.main_cnae,
        main_cnae_description=company.main_cnae_description,
        legal_nature=company.legal_nature,
        size=company.size,
        is_individual=company.is_individual,
        ibge_code=company.city_id,
        uf=company.city.uf,
        city_name=company.city.name,
        street=company.street,
        number=company.number,
        complement=company.complement,
        district=company.district,
        postal_code=company.postal_code,
        phones=tuple(company.registry_phones),
        email=company.registry_email,
        is_headquarters=own.is_headquarters if own else company.cnpj[8:12] == "0001",
        other_cnaes=own.other_cnaes if own else (),
    )
