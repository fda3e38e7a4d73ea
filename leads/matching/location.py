"""Addresses: a door, its street, or another street (registry.md §8). A door may be an office building's."""

import re

from rapidfuzz import fuzz

from leads.addresses import room_key, street_key
from leads.matching.values import PlaceValue, Weight
from registry.values import RegistryRecord

SAME_ROOM = Weight(50, "room")
SAME_DOOR = Weight(35, "address")
SAME_BUILDING = Weight(25, "building")
SAME_NUMBER_IN_TOWN = Weight(15, "number")
SAME_STREET = Weight(5, "street")
OTHER_ROOM = Weight(-10, "other_room")
OTHER_STREET = Weight(-20, "other_street")
DOORS = frozenset({SAME_ROOM, SAME_DOOR, SAME_BUILDING})

_NUMBER = re.compile(r"[0-9]+")
_THOUSANDS = re.compile(r"(?<=[0-9])\.(?=[0-9]{3}(?![0-9]))")
_ALIKE = 91


def compare_addresses(place: PlaceValue, record: RegistryRecord) -> Weight:
    """Street and number decide; a postal code stands for the street where one of them is not known.

    A wrong postal code beside the right street and number is no contradiction. In towns with one postal code
    it says nothing.
    """
    streets = _are_one_street(place.street, record.street)
    codes = _are_equal(place.postal_code, record.postal_code)
    numbers = _are_equal(plain_number(place.street_number), plain_number(record.number))
    if numbers and (streets or (codes and streets is None)):
        return _compare_doors(place, record) if streets or not _is_of_town(record) else SAME_NUMBER_IN_TOWN
    if streets or (codes and streets is None and not _is_of_town(record)):
        return SAME_STREET
    if streets is False:
        return Weight() if codes and numbers and not _is_of_town(record) else OTHER_STREET
    return OTHER_STREET if codes is False and numbers is not True else Weight()


def plain_number(number: str) -> str:
    """The digits of a street number; empty for "S/N". A room behind it is not part of it."""
    found = _NUMBER.search(_THOUSANDS.sub("", number))
    return found[0].lstrip("0") if found else ""


def _compare_doors(place: PlaceValue, record: RegistryRecord) -> Weight:
    ours, theirs = room_key(place.complement), room_key(record.complement)
    if ours and theirs:
        return SAME_ROOM if ours == theirs else OTHER_ROOM
    return SAME_BUILDING if place.complement or record.complement else SAME_DOOR


def _are_one_street(one: str, other: str) -> bool | None:
    """Whether both name one street; None when one of them is not known."""
    ours, theirs = street_key(one), street_key(other)
    if not ours or not theirs:
        return None
    if ours == theirs or fuzz.ratio(ours, theirs) >= _ALIKE:
        return True
    fewer, more = sorted((ours.split(), theirs.split()), key=len)
    return fewer[-1] == more[-1] and set(fewer) <= set(more)


def _are_equal(one: str, other: str) -> bool | None:
    return one == other if one and other else None


def _is_of_town(record: RegistryRecord) -> bool:
    """Whether the postal code is a whole town's."""
    return record.postal_code.endswith("000")
