"""What the database tells of places before they are judged (L10)."""

from collections.abc import Sequence
from dataclasses import replace

from leads.matching import CityIdentity, PlaceValue, website_domain
from leads.selectors.contacts import list_shared_domains, list_shared_phones
from registry.models import City


def mark_shared_contacts(places: Sequence[PlaceValue]) -> list[PlaceValue]:
    """Say of each place whether its phone and its site's domain are of many companies."""
    phones = list_shared_phones({place.phone for place in places if place.phone})
    domains = list_shared_domains({website_domain(place.website) for place in places} - {""})
    return [
        replace(
            place,
            phone_is_shared=place.phone in phones,
            domain_is_shared=website_domain(place.website) in domains,
        )
        for place in places
    ]


def identify_city(city: City) -> CityIdentity:
    """The city in every way that a source may name it."""
    names = (city.folded_name, *city.other_folded_names)
    return CityIdentity(city.ibge_code, city.siafi_code, city.uf, names)
