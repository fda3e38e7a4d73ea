"""Which CNPJ belongs to which seat, and back: arithmetic, so that nothing has to be remembered.

A seat is (city, pool, place): the place-th establishment of a niche in a city. The common seats own the
million numeric roots that begin with 99; all others have a letter in the root.
"""

from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from sandbox.world.catalog import Catalog
from sandbox.world.numbers import ALPHABET, cnpj_digits, digest
from sandbox.world.sizes import FREE_POOLS, MAX_SEATS, NOWHERE, NUMERIC, Size, Sizes

ROOTS = 10**6
STRIDE = 367_879  # coprime with ROOTS: neighbours in a pool get roots that look unrelated
LETTER_ROOTS = 26 * 36**5
LETTER_STRIDE = 577_215_667  # coprime with 2, 3 and 13
ORDER = "0001"


class Seat(NamedTuple):
    city: int
    pool: int
    place: int


class Seats:
    """The numbering of all seats."""

    def __init__(self, catalog: Catalog, sizes: Sizes, taken: frozenset[str]) -> None:
        self._sizes = sizes
        self._taken = taken  # roots of the sample files
        self._pools = len(catalog.niches) + FREE_POOLS
        self._all_seats = len(catalog.cities) * self._pools * MAX_SEATS
        self._offsets = {
            size: [0, *accumulate(0 if kind == NOWHERE else NUMERIC[size][kind] for kind in sizes.of_niche)]
            for size in Size
        }
        self._starts = [0, *accumulate(self._offsets[size][-1] for size in sizes.of_city)]
        if self._starts[-1] > ROOTS or self._all_seats > LETTER_ROOTS:
            raise ValueError("more seats than roots")
        self._back = pow(STRIDE, -1, ROOTS)
        self._letters_back = pow(LETTER_STRIDE, -1, LETTER_ROOTS)

    def is_taken(self, seat: Seat) -> bool:
        """Whether the city has this many establishments of the pool."""
        return seat.place < self._sizes.seats(seat.city, seat.pool)

    def local_number(self, seat: Seat) -> int:
        """Return a number that no other seat of the city has."""
        return self._sizes.local_number(*seat)

    def cnpj(self, seat: Seat) -> str:
        base = self._root(seat) + ORDER
        return base + cnpj_digits(base)

    def find(self, cnpj: str) -> Seat | None:
        """Return the seat of a CNPJ with right check digits, or None when no seat has it."""
        root, order = cnpj[:8], cnpj[8:12]
        if not root.startswith("99") or order != ORDER or root in self._taken:
            return None
        seat = self._by_digits(root) if root.isdigit() else self._by_letters(root)
        return seat if seat and self._root(seat) == root else None

    def _root(self, seat: Seat) -> str:
        number = self._numeric(seat)
        if number is not None:
            root = f"99{(number * STRIDE + 271_828) % ROOTS:06d}"
            if root not in self._taken:
                return root
        return f"99{_letters(self._number(seat) * LETTER_STRIDE % LETTER_ROOTS)}"

    def _numeric(self, seat: Seat) -> int | None:
        """Return the place of the seat among those with numeric roots; one in forty has letters anyway."""
        offsets = self._offsets[self._sizes.of_city[seat.city]]
        if seat.pool >= len(offsets) - 1 or digest("letters", *seat) % 40 == 0:
            return None
        room = offsets[seat.pool + 1] - offsets[seat.pool]
        if seat.place >= room:
            return None
        return self._starts[seat.city] + offsets[seat.pool] + seat.place

    def _by_digits(self, root: str) -> Seat | None:
        number = (int(root[2:]) - 271_828) * self._back % ROOTS
        if number >= self._starts[-1]:
            return None
        city = bisect_right(self._starts, number) - 1
        offsets = self._offsets[self._sizes.of_city[city]]
        rest = number - self._starts[city]
        pool = bisect_right(offsets, rest) - 1
        return Seat(city, pool, rest - offsets[pool])

    def _number(self, seat: Seat) -> int:
        return (seat.city * self._pools + seat.pool) * MAX_SEATS + seat.place

    def _by_letters(self, root: str) -> Seat | None:
        number = _from_letters(root[2:])
        if number is None:
            return None
        number = number * self._letters_back % LETTER_ROOTS
        if number >= self._all_seats:
            return None
        rest, place = divmod(number, MAX_SEATS)
        city, pool = divmod(rest, self._pools)
        return Seat(city, pool, place)


def _letters(number: int) -> str:
    """Write a number as a letter and five characters."""
    text = ""
    for _ in range(5):
        number, char = divmod(number, 36)
        text = ALPHABET[char] + text
    return ALPHABET[10 + number] + text


def _from_letters(text: str) -> int | None:
    if not text[0].isalpha():
        return None
    number = ALPHABET.index(text[0]) - 10
    for char in text[1:]:
        number = number * 36 + ALPHABET.index(char)
    return number
