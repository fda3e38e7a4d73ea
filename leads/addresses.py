"""Brazilian addresses of maps, read from their end (contracts/leads/places.md §1.6). Pure.

"<street>, <number> - <room> - <district>, <city> - <UF>, <postal code>, Brasil", and what people make of it.
Parts that cannot be told stay empty; a district is never guessed.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from core.text import fold, word_set
from registry.tables import read_rows

_POSTAL_CODE = re.compile(r"(?:\bcep\b[\s.:]*)?\b([0-9]{2})\.?([0-9]{3})-?([0-9]{3})\b", re.IGNORECASE)
_COUNTRY = re.compile(r"[\s,.-]*\b(?:brasil|brazil)\s*$", re.IGNORECASE)
_PIECES = re.compile(r"\s*,\s*|\s+[-–—]\s*|\s*[-–—]\s+")
_STATE = re.compile(r"^(.*?)\s*[-/(]\s*([A-Z]{2})\s*\)?$")
_NUMBER = re.compile(
    r"(?:n(?:[º°o.]|úmero|umero)*\s*\.?\s*|#\s*)?"
    r"(?P<number>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?P<letter>\s?-?[A-Za-z](?![A-Za-zº°]))?(?P<rest>\b.*)",
    re.IGNORECASE,
)
_NO_NUMBER = re.compile(r"s\s*[/.]?\s*n(?:[º°o.]|úmero|umero)*\.?", re.IGNORECASE)
_MARKED = re.compile(r"^(?P<street>.+?)[\s,]+n(?:[º°]|o\.|\.|úmero|umero)\s*(?=[0-9])", re.IGNORECASE)
_LONE_NUMBER = re.compile(r"[0-9]+[A-Za-z]?")
_TRAILING = re.compile(r"^(?P<street>\S+\s+\S.*?)\s+(?P<number>[0-9]+[A-Za-z]?)$")

_STREET_KINDS = word_set("""
    acesso al alameda anel av avenida beco boulevard bulevar calcada caminho cln cls clsw crs est estr
    estrada lad ladeira largo lg marginal parque pass passagem pc pca praca qd qn qs quadra r rod rodovia
    rotula rua scs sds servidao sgas shn shs srtvn srtvs travessa trv tv via viela vila
""")
_ROOM_KINDS = word_set("""
    andar anexo ap apartamento apto bl bloco box bx casa cj cobertura cond condominio conj conjunto cs ed
    edificio fundos galeria galpao gp km lj ljs loja lojas lote lt mall mezanino modulo pav pavimento piso
    predio qd quadra quiosque sala salas shopping sl slj sls sobreloja stand subsolo terreo torre unidade
""")
_ROOM_WORDS = word_set("""
    ap apartamento apto box bx cj conj conjunto lj loja lojas quiosque sala salas sl stand unidade
""")
_NAMES_A_ROAD = word_set("""
    av avenida ba bl bloco br de es go km lote lt mg ms mt pr qd quadra r rj rs rua sala sc sp
""")
_DROPPED_IN_STREETS = (_STREET_KINDS - {"vila", "parque"}) | word_set("""
    a alm almirante bar barao bispo brig brigadeiro cap capitao cel com comendador conde cons conselheiro
    coronel d da das de dep deputado des desembargador do dom dona dos doutor doutora dr dra duque e eng
    engenheiro frei gal gen general gov governador maj major mal marechal min ministro mons monsenhor o
    padre pe pref prefeito pres presidente principe prof profa professor professora s santa santo sao
    sargento sd sen senador sgto soldado sta sto ten tenente ver vereador visc visconde
""")
_NUMERALS = {
    "primeiro": "1",
    "dois": "2",
    "tres": "3",
    "sete": "7",
    "vii": "7",
    "nove": "9",
    "onze": "11",
    "doze": "12",
    "treze": "13",
    "xiii": "13",
    "quatorze": "14",
    "quinze": "15",
    "xv": "15",
    "dezoito": "18",
    "vinte": "20",
}


@dataclass(frozen=True)
class Address:
    """The parts of an address, as written; `postal_code` is eight digits."""

    street: str = ""
    street_number: str = ""
    complement: str = ""
    district: str = ""
    city: str = ""
    uf: str = ""
    postal_code: str = ""


def read_address(text: str) -> Address:
    """Return the parts of an address of a map; what is not there stays empty."""
    rest = _COUNTRY.sub("", text)
    postal_code = ""
    if codes := list(_POSTAL_CODE.finditer(rest)):
        postal_code = "".join(codes[-1].groups())
        rest = rest[: codes[-1].start()] + rest[codes[-1].end() :]
    pieces = [piece.strip() for piece in _PIECES.split(rest.strip(" ,.-")) if piece.strip(" .-")]
    city, uf = _take_city(pieces)
    if not uf:
        return Address(postal_code=postal_code, **_read_line(pieces, ends_in_district=False))
    return Address(city=city, uf=uf, postal_code=postal_code, **_read_line(pieces, ends_in_district=True))


def street_key(street: str) -> str:
    """What the spellings of one street share: "Av. Pres. Vargas" and "PRESIDENTE VARGAS" are "vargas".

    Kind of street, titles and connectors are dropped; empty for nothing.
    """
    words = [word for word in fold(street).split() if word not in _DROPPED_IN_STREETS]
    return " ".join(_NUMERALS.get(word, word) for word in words)


def split_number(text: str) -> tuple[str, str]:
    """Split a number as typed into number and room: "1000 sala 12" → ("1000", "sala 12")."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return ("", text.strip()) if text.strip() and not _NO_NUMBER.fullmatch(text.strip()) else ("", "")
    return (found["number"].replace(".", "") + (found["letter"] or "")).strip(), found["rest"].strip(" ,-")


def room_key(complement: str) -> str:
    """The room inside a building, to compare: "SALA 0012" and "sl. 12" are "12"; empty when none is named."""
    words = fold(complement).split()
    for kind, value in pairwise(words):
        if kind in _ROOM_WORDS:
            return value.lstrip("0") or "0"
    return ""


def _take_city(pieces: list[str]) -> tuple[str, str]:
    """Take city and UF off the end of the pieces; empty when they do not end in a state."""
    if not pieces:
        return "", ""
    joined = _STATE.fullmatch(pieces[-1])
    if joined and joined[2] in _ufs().values():
        pieces.pop()
        return joined[1].strip(), joined[2]
    uf = _ufs().get(fold(pieces[-1]).removeprefix("state of ").removeprefix("estado de "), "")
    if uf and len(pieces) > 1:
        pieces.pop()
        return pieces.pop(), uf
    return "", ""


def _ufs() -> dict[str, str]:
    """UF by folded UF and folded state name."""
    found = {}
    for row in read_rows("states"):
        found[fold(row["uf"])] = found[fold(row["name"])] = row["uf"]
    return found


def _read_line(pieces: list[str], *, ends_in_district: bool) -> dict[str, str]:
    """Street, number, room and district of what stands before the city."""
    if not pieces:
        return {}
    start = next((n for n, piece in enumerate(pieces) if _is_street(piece)), 0)
    street, rooms, rest = pieces[start], pieces[:start], pieces[start + 1 :]
    number, room = "", ""
    if marked := _MARKED.match(street):
        number, room = split_number(street[marked.end() :])
        street = marked["street"]
    elif rest and (_NUMBER.fullmatch(rest[0]) or _NO_NUMBER.fullmatch(rest[0])):
        written = rest.pop(0)
        number, room = (written, "") if _NO_NUMBER.fullmatch(written) else split_number(written)
    elif lone := next((piece for piece in rest if _LONE_NUMBER.fullmatch(piece)), ""):
        rest.remove(lone)
        number = lone
    elif (tail := _TRAILING.match(street)) and fold(tail["street"]).split()[-1] not in _NAMES_A_ROAD:
        street, number = tail["street"], tail["number"]
    if not number and not _is_street(street):
        street = ""
    rooms += [room] if room else []
    rooms += [piece for piece in rest if _is_room(piece)]
    others = [piece for piece in rest if not _is_room(piece)]
    return {
        "street": street.strip(),
        "street_number": number,
        "complement": ", ".join(rooms),
        "district": others[-1] if others and ends_in_district else "",
    }


def _is_street(piece: str) -> bool:
    return (fold(piece).split() or [""])[0] in _STREET_KINDS


def _is_room(piece: str) -> bool:
    words = fold(piece).split() or [""]
    return words[0] in _ROOM_KINDS or bool(re.fullmatch(r"[0-9]+o?", words[0]))
