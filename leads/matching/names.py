"""Names: whether two of them are one, part of one another, or of two companies.

A name is compared by the words that tell companies apart: without company forms, trade and city. One letter
makes another company (Gaúcho, Gauchão), and very many are called "São João": alike, such names tell little.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from core.text import fold, fold_singular
from leads.matching.contacts import email_name, website_domain
from leads.matching.values import CityIdentity, PlaceValue, Weight
from leads.matching.wording import plain_words, split_title
from leads.trades import find_trades
from leads.vocabulary import BUSINESS_WORDS, FIRST_NAMES, GIVEN_WORDS, SURNAMES, common_words, trade_words
from registry.values import RegistryRecord

SAME_NAME = Weight(55, "name")
SAME_SIGN = Weight(45, "sign")
"""The trade name alone: a franchise hangs out the same one in every unit."""

SAME_PLAIN_NAME = Weight(40, "plain_name")
NAME_IN_EMAIL = Weight(35, "name_in_email")
PART_OF_NAME = Weight(35, "part_of_name")
PERSON = Weight(40, "person")
PART_OF_PLAIN_NAME = Weight(15, "part_of_plain_name")
NOTHING = Weight()
OTHER_OWNER = Weight(-10, "other_owner")
"""The legal name is its partners' names, and there is no other."""

OTHER_LEGAL_NAME = Weight(-20, "other_legal_name")
OTHER_NAME = Weight(-35, "other_name")

SHORTEST_JOINED = 5
_LONG_JOINED = 8
_RARE_LETTERS = 4


@dataclass(frozen=True)
class Name:
    """A name taken apart: `words` without company forms and connectors, `core` what tells companies apart.

    `is_local`: nothing does but the city's name.
    """

    words: tuple[str, ...]
    core: tuple[str, ...]
    is_local: bool = False

    @property
    def spellings(self) -> frozenset[str]:
        """The name without spaces, with and without its trade: "petmania"."""
        joined = {"".join(self.words), "".join(self.core)}
        return frozenset(text for text in joined if len(text) >= SHORTEST_JOINED)


def compare_names(place: PlaceValue, record: RegistryRecord) -> Weight:
    """The best that any piece of the place's name says of any of the record's names."""
    ours = [name for piece in split_title(place.name) if (name := _read(piece, place)).words]
    found = list(_compare_each(ours, place, record))
    best = max((weight for weight in found if weight.points > 0), key=lambda w: w.points, default=None)
    if best is not None:
        return best
    return min(found, key=lambda weight: weight.points, default=NOTHING)


def telling_words(place: PlaceValue) -> list[str]:
    """The words by which to look for the place's company: its name without those of trades and of the city.

    Initials are one word: "A.B.C." is "abc".
    """
    name = _read(place.name, place)
    common = common_words()
    words = name.core if not name.is_local else name.words
    return [word for word in dict.fromkeys(words) if len(word) > 1 and word not in common]


def glued_words(place: PlaceValue) -> list[str]:
    """What the words of the name may be glued to, and come apart into: "pet mania", "petmania"."""
    name = _read(place.name, place)
    glued = ["".join(pair) for pair in pairwise(name.words)]
    apart = [
        rest
        for word in name.core
        for rest in (*map(word.removeprefix, trade_words()), *map(word.removesuffix, trade_words()))
        if _RARE_LETTERS <= len(rest) < len(word)
    ]
    return [word for word in dict.fromkeys([*glued, *apart]) if len(word) >= _RARE_LETTERS]


def _compare_each(ours: Sequence[Name], place: PlaceValue, record: RegistryRecord) -> Iterator[Weight]:
    sign = _read(record.trade_name, place)
    legal = _read(record.legal_name, place)
    is_person = record.is_individual and not _names_a_business(legal)
    for name in ours:
        if sign.words and sign.words != legal.words:
            yield _compare_sign(name, sign, legal, is_person=is_person)
        if legal.words:
            yield _compare_person(name, legal) if is_person else _compare_legal(name, legal)
        if _is_in(name, email_name(record.email)):
            yield NAME_IN_EMAIL
    if not is_person and _is_in(legal, website_domain(place.website).split(".")[0]):
        yield NAME_IN_EMAIL


def _compare_sign(ours: Name, sign: Name, legal: Name, *, is_person: bool) -> Weight:
    weight = _compare(ours, sign)
    has_other_owner = not is_person and bool(legal.core) and not set(legal.core) <= FIRST_NAMES | SURNAMES
    return SAME_SIGN if weight is SAME_NAME and has_other_owner else weight


def _compare_legal(ours: Name, legal: Name) -> Weight:
    weight = _compare(ours, legal)
    if weight is not OTHER_NAME:
        return weight
    return OTHER_OWNER if all(_is_owners(word) for word in legal.core) else OTHER_LEGAL_NAME


def _compare_person(ours: Name, person: Name) -> Weight:
    """A sole owner trades under any name: only a person's name can be another's."""
    known = [word for word in ours.core if word in person.words]
    if len(known) >= 2 and len(known) == len(ours.core):
        return PERSON
    names = [word for word in ours.core if word in FIRST_NAMES | SURNAMES]
    is_full_name = len(ours.core) >= 2 and ours.core[0] in FIRST_NAMES and len(names) == len(ours.core)
    if is_full_name and len(known) < 2:
        return OTHER_NAME
    alone = len(ours.core) == 1 and ours.core[0] in FIRST_NAMES
    return OTHER_OWNER if alone and not known else NOTHING


def _compare(ours: Name, theirs: Name) -> Weight:
    if not ours.core or not theirs.core:
        return NOTHING
    if _are_one(ours, theirs):
        return SAME_NAME if _is_rare(ours.core) and not ours.is_local else SAME_PLAIN_NAME
    shared = [word for word in ours.core if word in theirs.core]
    if shared and len(shared) in {len(ours.core), len(theirs.core)}:
        return PART_OF_NAME if _is_rare(shared) else PART_OF_PLAIN_NAME
    if _is_rare(shared) or _are_nearly_one(ours.core, theirs.core) or _are_initials(ours, theirs):
        return NOTHING
    return OTHER_NAME


def _are_one(ours: Name, theirs: Name) -> bool:
    return sorted(ours.core) == sorted(theirs.core) or bool(ours.spellings & theirs.spellings)


def _are_nearly_one(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether only single letters differ: a misspelling, or another company; it cannot be told."""
    if len(ours) != len(theirs):
        return False
    pairs = zip(sorted(ours), sorted(theirs), strict=True)
    return all(Levenshtein.distance(one, other) <= (2 if len(one) > 7 else 1) for one, other in pairs)


def _are_initials(ours: Name, theirs: Name) -> bool:
    """Whether one is the initials of the other: "JR", "JOSE RIBEIRO"."""
    return _abbreviates(ours.core, theirs.words) or _abbreviates(theirs.core, ours.words)


def _abbreviates(short: Sequence[str], words: Sequence[str]) -> bool:
    return (
        len(short) == 1
        and 2 <= len(short[0]) <= 4
        and "".join(word[0] for word in words).startswith(short[0])
    )


def _is_rare(words: Sequence[str]) -> bool:
    """Whether the words can hardly be two companies' of one city by chance."""
    return len(words) > 2 or any(len(word) >= _RARE_LETTERS and word not in GIVEN_WORDS for word in words)


def _is_owners(word: str) -> bool:
    return len(word) <= 3 or word in FIRST_NAMES | SURNAMES


def _is_in(name: Name, text: str) -> bool:
    """Whether an e-mail or site is made of the name: "padariasaojoanino@…"."""
    letters = fold(text).replace(" ", "")
    return any(
        spelling in letters
        for spelling in name.spellings
        if not name.is_local and (_is_rare(name.core) or len(spelling) >= _LONG_JOINED)
    )


def _names_a_business(name: Name) -> bool:
    return len(name.words) > len(name.core)


def _read(text: str, place: PlaceValue) -> Name:
    dropped = _city_words(place.city) | frozenset(fold(place.district).split()) - GIVEN_WORDS
    return _take_apart(text, dropped)


@lru_cache(maxsize=1 << 14)
def _take_apart(text: str, dropped: frozenset[str]) -> Name:
    words = tuple(plain_words(text))
    singular = [fold_singular(word) for word in words]
    of_trade = {place for span, _ in find_trades(singular) for place in span}
    core = tuple(
        word
        for place, word in enumerate(words)
        if place not in of_trade and not {word, singular[place]} & BUSINESS_WORDS
    )
    elsewhere = tuple(word for word in core if word not in dropped)
    return Name(words, elsewhere or core, is_local=bool(core) and not elsewhere)


@lru_cache(maxsize=256)
def _city_words(city: CityIdentity) -> frozenset[str]:
    return frozenset(" ".join((*city.folded_names, city.uf.lower())).split())
