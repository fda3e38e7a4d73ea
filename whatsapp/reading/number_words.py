"""Numbers as Brazilians say them: the words, their values, and the slips of typing that are no other word."""

from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

UNITS = {
    "um": 1, "uma": 1, "hum": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6,
    "sete": 7, "oito": 8, "nove": 9,
}  # fmt: skip
TEENS = {
    "dez": 10, "onze": 11, "doze": 12, "treze": 13, "quatorze": 14, "catorze": 14, "quinze": 15,
    "dezesseis": 16, "dezasseis": 16, "dezessete": 17, "dezoito": 18, "dezenove": 19,
}  # fmt: skip
TENS = {
    "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50, "cincoenta": 50, "cinqenta": 50,
    "sessenta": 60, "setenta": 70, "oitenta": 80, "noventa": 90,
}  # fmt: skip
HUNDREDS = {
    "cem": 100, "cento": 100, "duzentos": 200, "duzentas": 200, "trezentos": 300, "trezentas": 300,
    "quatrocentos": 400, "quatrocentas": 400, "quinhentos": 500, "quinhentas": 500, "seiscentos": 600,
    "seiscentas": 600, "seicentos": 600, "setecentos": 700, "setecentas": 700, "oitocentos": 800,
    "oitocentas": 800, "novecentos": 900, "novecentas": 900, "duzento": 200, "trezento": 300,
    "quatrocento": 400, "quinhento": 500, "setecento": 700, "oitocento": 800, "novecento": 900,
}  # fmt: skip
ROUND_SLANG = {
    "cinquentao": 50, "cenzao": 100, "duzentao": 200, "trezentao": 300, "quatrocentao": 400,
    "quinhentao": 500, "seiscentao": 600, "setecentao": 700, "oitocentao": 800, "novecentao": 900,
    "milao": 1000, "cinquentinha": 50, "cenzinho": 100, "duzentinho": 200, "trezentinho": 300,
    "quinhentinho": 500, "milzinho": 1000, "milzao": 1000,
}  # fmt: skip
DIGITS = {"zero": "0", "meia": "6", **{word: str(value) for word, value in UNITS.items()}}
THOUSAND = frozenset({"mil"})
MILLION = frozenset({"milhao", "milhoes", "milhaos"})
SMALL = {**UNITS, **TEENS, **TENS, **HUNDREDS, **ROUND_SLANG}

_SHORTEST_WITH_A_SLIP = 7
_LONG_WORDS = [word for word in (*TEENS, *TENS, *HUNDREDS) if len(word) >= _SHORTEST_WITH_A_SLIP]
_OTHER_WORDS = frozenset({"quarentena", "centros", "sentenca", "noventena", "oitavos", "quintos"})


@lru_cache(maxsize=4096)
def spell(word: str) -> str:
    """Return the number word meant by `word` (folded): itself, or a long one with one letter wrong."""
    if word in SMALL or word in THOUSAND or word in MILLION or word in DIGITS:
        return word
    if len(word) < _SHORTEST_WITH_A_SLIP or word in _OTHER_WORDS:
        return word
    near = [known for known in _LONG_WORDS if DamerauLevenshtein.distance(word, known, score_cutoff=1) <= 1]
    values = {SMALL[known] for known in near}
    return near[0] if len(values) == 1 else word
