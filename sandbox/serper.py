"""Emulator of Serper: POST /maps and POST /search (contracts: places.md §1)."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.answers import answer
from sandbox.world import PAGE, City, Company, Place, World
from sandbox.world.numbers import digest, mask_cnpj
from sandbox.world.places import postal_code_text
from sandbox.world.text import shout, title_case

KEY = "sandbox"
PAGES = 50
ECHOED = ("q", "gl", "hl", "ll", "autocorrect")
LL_REQUIRED = "Parameter ll (GPS location) is required for paginated maps search"
RENAMED = {
    "title": "name",
    "address": "formattedAddress",
    "phoneNumber": "phone",
    "ratingCount": "reviews",
    "type": "category",
    "website": "site",
}


def refuse(status: int, message: str) -> Response:
    return answer({"message": message, "statusCode": status}, status)


async def maps(request: Request, world: World) -> Response:
    """Answer one page of places for "<niche> em <city> - <UF>"."""
    query = await _query(request)
    if isinstance(query, Response):
        return query
    page = query.get("page", 1)
    if not isinstance(page, int) or not 1 <= page <= PAGES:
        return refuse(400, "Parameter page must be a positive integer")
    if page > 1 and not query.get("ll"):
        return refuse(400, LL_REQUIRED)
    niche_text, city = split_query(world, query["q"])
    found = world.search(niche_text, city) if city else ()
    shown, style = page_of(found, page), digest("style", niche_text, city) % 100
    ll = query.get("ll") or (f"@{city.latitude},{city.longitude},13z" if city else None)
    rows = [map_row(place, position, style) for position, place in enumerate(shown, 1)]
    if rows and style >= 97:
        return answer(rows)
    body: dict[str, Any] = {"searchParameters": _echo(query, "maps", page), "ll": ll}
    if rows:
        body["results" if style >= 90 else "places"] = rows
    return answer({**body, "credits": 2 if len(rows) > 10 else 1})


async def search(request: Request, world: World) -> Response:
    """Answer web results for "CNPJ <name> <city> - <UF>"."""
    query = await _query(request)
    if isinstance(query, Response):
        return query
    num = query.get("num", 10)
    text = re.sub(r"(?i)\bcnpj\b", " ", query["q"])
    name, city = world.catalog.split_tail(text)
    found = world.find_by_name(name, city)
    organic = [row for place in found[:3] for row in web_rows(place)] + noise_rows(name, city)
    body: dict[str, Any] = {
        "searchParameters": {**_echo(query, "search", query.get("page", 1)), "num": num},
        "organic": [{**row, "position": position} for position, row in enumerate(organic[:num], 1)],
        "peopleAlsoAsk": [],
        "relatedSearches": [{"query": f"{name} telefone"}],
        "credits": 2 if num > 10 else 1,
    }
    if found:
        local = [
            {"position": 1, "title": found[0].title, "address": found[0].city.label, "cid": found[0].cid}
        ]
        body.update({"localPack": {"places": local}} if digest("pack", name) % 4 == 0 else {"places": local})
    return answer(body)


def split_query(world: World, text: str) -> tuple[str, City | None]:
    """Split "dentista em Campinas - SP" into the niche and the city."""
    for separator in re.finditer(r"\s+(em|in)\s+", text, re.IGNORECASE):
        city = world.catalog.find_city(text[separator.end() :])
        if city is not None:
            return text[: separator.start()].strip(), city
    return world.catalog.split_tail(text)


def page_of(found: tuple[Place, ...], page: int) -> tuple[Place, ...]:
    """Return one page. Past the end some searches repeat page 1 and others are empty."""
    shown = found[(page - 1) * PAGE : page * PAGE]
    if shown or not found or digest("past the end", found[0].key) % 2:
        return shown
    return found[:PAGE]


def map_row(place: Place, position: int, style: int) -> dict[str, Any]:
    """Write a place as /maps does. Only the title and one identifier are certain."""
    row: dict[str, Any] = {
        "position": position,
        "title": place.title,
        "address": place.address,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "rating": place.rating,
        "ratingCount": place.rating_count,
        "type": place.category,
        "types": [place.category],
        "website": place.website,
        "phoneNumber": place.phone,
        "priceLevel": None,
        "cid": place.cid,
    }
    if place.has_place_id:
        row |= {"fid": place.fid, "placeId": place.place_id}
    row = {name: value for name, value in row.items() if value not in ("", None) or name == "priceLevel"}
    if 75 <= style < 90:
        row.pop("types")
        row = {RENAMED.get(name, name): value for name, value in row.items()}
    return row


def web_rows(place: Place) -> list[dict[str, Any]]:
    """Write what the web says about a place: the namesake of another state comes first."""
    rows = []
    if place.homonym is not None:
        rows.append(registry_row(place.homonym))
    if place.wrong_cnpj:
        text = f"{place.title}, {place.city.label}. CNPJ {mask_cnpj(place.wrong_cnpj)}."
        rows.append(
            {"title": f"{place.title} - Guia local", "link": "https://guia.example/l", "snippet": text}
        )
    if place.footer is not None and place.website:
        accountant = f"{shout(place.footer.legal_name)}, CNPJ {mask_cnpj(place.footer.cnpj)}"
        text = f"{place.title}. Contabilidade: {accountant}."
        rows.append({"title": f"Sobre - {place.title}", "link": f"{place.website}sobre", "snippet": text})
    if place.company is not None and place.trap != "misprint":
        rows.append(registry_row(place.company))
        if place.website:
            text = f"{place.title}. {place.address}. CNPJ: {mask_cnpj(place.company.cnpj)}"
            link = f"{place.website}contato"
            rows.append(
                {
                    "title": f"Contato - {place.title}",
                    "link": link,
                    "snippet": text,
                    "date": "12 de mar. de 2026",
                }
            )
    return rows


def registry_row(company: Company) -> dict[str, Any]:
    """Write the page of a CNPJ look-up site."""
    city = company.city.label if company.city else company.uf
    state = "situação ativa" if company.is_active else "situação baixada"
    name, number = shout(company.legal_name), mask_cnpj(company.cnpj)
    where = ", ".join(
        filter(None, (title_case(company.district), postal_code_text(company.postal_code), city))
    )
    return {
        "title": f"{title_case(name)} - {number} - {city.replace(' - ', ' ')}",
        "link": f"https://consultas.example/{company.cnpj}",
        "snippet": f"Empresa {name}, CNPJ {number}, {state}, {where}.",
    }


def noise_rows(name: str, city: City | None) -> list[dict[str, Any]]:
    where = city.label if city else "Brasil"
    return [
        {
            "title": f"Empresas em {where}",
            "link": "https://guia.example/empresas",
            "snippet": f"Veja telefones, endereços e avaliações de empresas em {where}.",
        },
        {
            "title": "Como consultar um CNPJ",
            "link": "https://ajuda.example/cnpj",
            "snippet": "São 14 caracteres, por exemplo 00.000.000/0000-00. Protocolo 12345678901234.",
        },
    ]


async def _query(request: Request) -> dict[str, Any] | Response:
    if request.headers.get("x-api-key") != KEY:
        return refuse(403, "Unauthorized.")
    try:
        query = await request.json()
    except ValueError:
        return refuse(400, "Invalid JSON body")
    if not isinstance(query, dict) or not isinstance(query.get("q"), str) or not query["q"].strip():
        return refuse(400, "Missing query parameter q")
    return query


def _echo(query: dict[str, Any], kind: str, page: int) -> dict[str, Any]:
    known: dict[str, Any] = {name: query[name] for name in ECHOED if name in query}
    return {"gl": "us", "hl": "en", **known, "type": kind, "page": page, "engine": "google"}
