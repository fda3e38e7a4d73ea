"""Say which company of the loaded registry each place of a file is, and why."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.phones import parse_phone
from leads.addresses import read_address, split_number
from leads.matching import PlaceValue
from leads.resolution import Resolution
from leads.selectors.places import identify_city
from leads.services.judgement import resolve_in_registry
from registry.models import City
from registry.normalize import read_postal_code
from registry.selectors.cities import find_city_by_label

UNKNOWN_CITY = "unknown_city"
CHUNK = 200


class Command(BaseCommand):
    help = (
        "Reads FILE, a JSON list of places {id, name, city, ibge, phone, postal_code, street_number, "
        "address?, website, categories?}, asks the loaded registry alone, and says which company each is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="JSON file with a list of places")
        parser.add_argument("--json", action="store_true", help="print the answers as a JSON list")

    def handle(self, *_args: Any, **options: Any) -> None:
        places = read_places(options["file"])
        answers = [
            answer
            for start in range(0, len(places), CHUNK)
            for answer in resolve(places[start : start + CHUNK])
        ]
        if options["json"]:
            self.stdout.write(json.dumps(answers, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(map(as_text, answers)))


def read_places(path: Path) -> list[Mapping[str, Any]]:
    """The objects of the file. Raises CommandError with a sentence for a file that is none such."""
    try:
        places = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(f"O arquivo {path} não pôde ser lido: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError(f"O arquivo {path} não é um JSON válido: {error}.") from error
    if not isinstance(places, list) or not all(isinstance(place, dict) for place in places):
        raise CommandError(f"O arquivo {path} deve ter uma lista de lugares: [{{…}}, …].")
    return places


def resolve(places: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One answer for each place, in order."""
    values = [value for number, place in enumerate(places) if (value := read_place(number, place))]
    resolutions = {value.id: it for value, it in zip(values, resolve_in_registry(values), strict=True)}
    return [_answer(place.get("id"), resolutions.get(number)) for number, place in enumerate(places)]


def as_text(answer: Mapping[str, Any]) -> str:
    """One line for people."""
    outcome = answer["cnpj"] or f"nenhuma ({answer['dropped_because']})"
    reasons = ", ".join(answer["reasons"]) or "nada a favor"
    return f"{answer['id']}: {outcome}, {answer['score']} pontos: {reasons}"


def _answer(place_id: Any, resolution: Resolution | None) -> dict[str, Any]:
    if resolution is None:
        dropped, score, record = UNKNOWN_CITY, None, None
    else:
        dropped, score, record = resolution.drop_reason, resolution.score, resolution.record
    return {
        "id": place_id,
        "cnpj": record.cnpj if record and not dropped else None,
        "score": score.points if score else 0,
        "reasons": list(score.told) if score else [],
        "dropped_because": dropped or None,
    }


def _find_city(place: Mapping[str, Any]) -> City | None:
    code = _text(place, "ibge", "ibge_code")
    known = City.objects.filter(ibge_code=code).first() if code else None
    return known or find_city_by_label(_text(place, "city"))


def read_place(number: int, place: Mapping[str, Any]) -> PlaceValue | None:
    """The place as a search would know it; the address fills what fields lack. None without a known city."""
    city = _find_city(place)
    if city is None:
        return None
    address = read_address(_text(place, "address"))
    street_number, room = split_number(_text(place, "street_number"))
    phone = parse_phone(_text(place, "phone"), city.area_code)
    categories = place.get("categories") or ()
    return PlaceValue(
        id=number,
        name=_text(place, "name"),
        city=identify_city(city),
        city_name=city.name,
        phone=phone.e164 if phone else "",
        street=address.street,
        street_number=street_number or address.street_number,
        complement=", ".join(filter(None, (room, address.complement))),
        district=address.district,
        postal_code=read_postal_code(_text(place, "postal_code")) or address.postal_code,
        website=_text(place, "website"),
        categories=tuple(map(str, [categories] if isinstance(categories, str) else categories)),
    )


def _text(place: Mapping[str, Any], *names: str) -> str:
    """The first of the fields that has something, as text."""
    return next((str(place[name]).strip() for name in names if place.get(name) not in (None, "")), "")
