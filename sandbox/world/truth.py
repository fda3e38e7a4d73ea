"""What tests may ask: which companies are right for a search, and which are traps."""

from typing import Any

from sandbox.world import Place, World
from sandbox.world.catalog import City


def describe(world: World, niche_text: str, city: City) -> dict[str, Any]:
    """List the places of a search with the company behind each, and sum up by CNPJ.

    `right`: the CNPJs that may be delivered for this city. `wrong`: every other CNPJ that the emulators
    show on the way (namesakes, closed companies, other cities, misprints). No CNPJ is in both.
    """
    places = world.search(niche_text, city)
    right = {place.company.cnpj for place in places if place.company and place.is_right_for(city)}
    wrong = {company.cnpj for place in places for company in (place.company, place.homonym) if company}
    wrong |= {place.wrong_cnpj for place in places if place.wrong_cnpj}
    return {
        "niche": niche_text,
        "city": {"label": city.label, "ibge_code": city.ibge_code},
        "count": len({place.key for place in places}),
        "right": sorted(right),
        "wrong": sorted(wrong - right),
        "places": [place_json(place, city) for place in places],
    }


def place_json(place: Place, asked: City) -> dict[str, Any]:
    return {
        "title": place.title,
        "place_id": place.place_id if place.has_place_id else None,
        "cid": place.cid,
        "city": place.city.label,
        "cnpj": place.company.cnpj if place.company else None,
        "right": place.is_right_for(asked),
        "evidence": sorted(place.evidence),
        "trap": place.trap or ("" if place.city is asked else "neighbour"),
        "has_phone": bool(place.phone),
        "homonym": place.homonym.cnpj if place.homonym else None,
        "wrong_cnpj": place.wrong_cnpj or None,
    }
