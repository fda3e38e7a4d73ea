"""What tests may ask: which companies are right for a search, and which are traps."""

from collections import Counter
from typing import Any

from sandbox.world import Niche, Place, World
from sandbox.world.catalog import City
from sandbox.world.registry import Company
from sandbox.world.text import fold

PROOFS = ({"phone"}, {"name", "address"}, {"name"})
"""What proves a company, each by itself: a door may be an office building's, a name needs a known trade."""

WRONG_TRAPS = {"inactive", "registered elsewhere"}


def describe(world: World, niche_text: str, city: City) -> dict[str, Any]:
    """List the places of a search with the company behind each, and sum up by CNPJ.

    `right`: can be found and proved, and lies in the city: to be delivered when all goes well.
    `maybe`: true, but hard to find or to prove, or of a kindred niche: may be delivered or not.
    `wrong`: must never be delivered here: namesakes, closed companies, other cities, misprints, the
    accountant in the footer. No CNPJ is in two of them.
    """
    niche = world.niche(niche_text)
    places = list({place.key: place for place in (world.results(niche, city) if niche else ())}.values())
    signs = Counter(fold(place.title) for place in places)
    judged = [(place, judge(place, niche, city, signs)) for place in places if niche]
    right = {place.company.cnpj for place, verdict in judged if place.company and verdict == "right"}
    maybe = {place.company.cnpj for place, verdict in judged if place.company and verdict == "maybe"} - right
    wrong = {place.company.cnpj for place, verdict in judged if place.company and verdict == "wrong"}
    others = [company for place in places for company in (place.homonym, place.footer) if company]
    wrong |= {company.cnpj for company in others} | {place.wrong_cnpj for place in places if place.wrong_cnpj}
    return {
        "niche": niche.name if niche else niche_text,
        "city": {"label": city.label, "ibge_code": city.ibge_code},
        "count": len(places),
        "right": sorted(right),
        "maybe": sorted(maybe),
        "wrong": sorted(wrong - right - maybe),
        "places": [place_json(place, verdict) for place, verdict in judged],
    }


def judge(place: Place, niche: Niche, asked: City, signs: Counter[str]) -> str:
    """Say right, maybe or wrong of the company behind a place; nothing when nobody is behind it.

    Where several branches hang out the same sign, which of them is meant cannot be told: maybe.
    """
    if place.company is None:
        return ""
    if place.city is not asked or place.trap in WRONG_TRAPS:
        return "wrong"
    kindred = niche.slug and place.niche_slug != niche.slug
    doubtful = place.trap or kindred or not is_proved(place) or signs[fold(place.title)] > 1
    return "maybe" if doubtful else "right"


def is_proved(place: Place) -> bool:
    """Whether registry and map have enough in common. Of free text nobody knows the trade."""
    proofs = PROOFS if place.niche_slug else PROOFS[:2]
    return any(proof <= place.evidence for proof in proofs)


def place_json(place: Place, verdict: str) -> dict[str, Any]:
    return {
        "title": place.title,
        "place_id": place.place_id if place.has_place_id else None,
        "cid": place.cid,
        "city": place.city.label,
        "cnpj": _cnpj(place.company),
        "verdict": verdict,
        "evidence": sorted(place.evidence),
        "trap": place.trap,
        "has_phone": bool(place.phone),
        "homonym": _cnpj(place.homonym),
        "footer": _cnpj(place.footer),
        "wrong_cnpj": place.wrong_cnpj or None,
    }


def _cnpj(company: Company | None) -> str | None:
    return company.cnpj if company else None
