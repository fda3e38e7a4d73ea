"""Coined names. A brand is a number in disguise, so that a name leads back to its seats."""

from sandbox.world.catalog import City
from sandbox.world.numbers import cpf_digits, digest, pick
from sandbox.world.seats import Seat
from sandbox.world.text import phrases, words

BRANDS_PER_POOL = 256
HEADS = words("""
    Tupi Jacu Mara Vale Sera Bela Nore Tima Acai Aroe Jati Itai Uira Zimo Lume Dora Alva Mona Cora Ramo
    Gari Hori Este Vera Sole Ribe Lago Nasa Pira Bora Cene Dila Edra Faro Gema Iria Juna Kari Lira Nivo
""")
MIDDLES = [
    f"{consonant}{vowel}"
    for consonant in "bcdfglmnprstvz"
    for vowel in "aeiou"
    if consonant + vowel not in ("bu", "cu", "ga", "gu", "pu", "to")
]
TAILS = words("""
    nova ndra nara ndar lva lmar lina rena rosa relva tana tara tiba tuba tinga dora dara denza veira
    vedra vimar zara zenda zilva branca brava mirim guassu poti jara pora cena celma drela drica dromo
    flora fiora gama gandra lares landa lenta marca menda mora nelva nirva pedra penha quara queli rinda
    rambo sanga selva silma tambra tilva trama ulva umbra verna ximba zelma
""")
FIRST_NAMES = words("""
    ADRIANA ALINE ANDRE BEATRIZ BRUNO CAMILA CARLOS CLAUDIA DANIEL DIEGO EDUARDO ELAINE FABIO FERNANDA
    GABRIEL HELENA IGOR ISABELA JOANA JOAO JULIANA KARINA LEANDRO LUCIANA MARCOS MARIANA NATALIA OTAVIO
    PATRICIA PAULO RAFAEL RENATA RICARDO ROSANGELA SANDRA SERGIO TATIANE THIAGO VANESSA WAGNER
""")
MIDDLE_NAMES = phrases("""
    ALVES | DA SILVA | DE LIMA | DE OLIVEIRA | DE SOUZA | DOS SANTOS | PEREIRA | RODRIGUES | FERREIRA |
    COSTA
""")
SURNAMES = words("""
    BELMONTEZINO CARDEALINO ENSEADINHO FALCONERINO HORTENSIANO LAVRADIANO MONTESSERRINO NASCENTINO
    PEDRANOVENSE QUARESMEIRO SERRANEGRINO TIMBAUVANO VALVERDINO XAXINEIRO ZIMBROSO ALAMBARINO BRISOLANO
    CORREGANO DUNASIO ESPELHANO FIGUEIRANTE GAROANO JATOBANO MARESIANO NEBLINARO
""")
_HEAD, _MIDDLE, _TAIL = len(HEADS), len(MIDDLES), len(TAILS)
BRANDS = _HEAD * _MIDDLE * _TAIL
_STRIDE = 104_729  # prime and no divisor of BRANDS: brands of one pool look unrelated
_BACK = pow(_STRIDE, -1, BRANDS)


def brand_of(seat: Seat, city: City) -> str:
    """Return the coined word of a seat. Cities share words: hence namesakes."""
    word = (seat.place + _shift(city)) % BRANDS_PER_POOL
    return coin(seat.pool * BRANDS_PER_POOL + word)


def seat_of(brand: str, city: City) -> Seat | None:
    """Return the seat that would have the word in the city; whether it is taken is another question."""
    number = read(brand)
    if number is None:
        return None
    pool, word = divmod(number, BRANDS_PER_POOL)
    return Seat(city.index, pool, (word - _shift(city)) % BRANDS_PER_POOL)


def coin(number: int) -> str:
    """Turn a number into a coined word."""
    number = (number * _STRIDE + 31_337) % BRANDS
    number, tail = divmod(number, _TAIL)
    head, middle = divmod(number, _MIDDLE)
    return HEADS[head] + MIDDLES[middle] + TAILS[tail]


def read(word: str) -> int | None:
    """Turn a coined word, in any case, back into its number."""
    word = word.lower()
    head, middle, tail = word[:4].capitalize(), word[4:6], word[6:]
    if head not in _HEADS or middle not in _MIDDLES or tail not in _TAILS:
        return None
    number = (_HEADS[head] * _MIDDLE + _MIDDLES[middle]) * _TAIL + _TAILS[tail]
    return (number - 31_337) * _BACK % BRANDS


def person_cpf(*parts: object) -> str:
    """Return a CPF that begins with 999, as all of the sandbox do."""
    base = f"999{digest('cpf', *parts) % 10**6:06d}"
    return base + cpf_digits(base)


def is_cpf(text: str) -> bool:
    return len(text) == 11 and text.isascii() and text.isdigit() and cpf_digits(text[:9]) == text[9:]


def person_name(cpf: str) -> str:
    """Return the one name that the sandbox gives to a CPF."""
    names = (pick(FIRST_NAMES, "first", cpf), pick(MIDDLE_NAMES, "middle", cpf), pick(SURNAMES, "last", cpf))
    return " ".join(names)


def _shift(city: City) -> int:
    return digest("brand shift", city.ibge_code) % BRANDS_PER_POOL


_HEADS = {word: place for place, word in enumerate(HEADS)}
_MIDDLES = {word: place for place, word in enumerate(MIDDLES)}
_TAILS = {word: place for place, word in enumerate(TAILS)}
