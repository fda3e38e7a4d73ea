"""What is compared, and what a comparison says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CityIdentity:
    """A city in every way that a source may name it. `folded_names` includes older spellings."""

    ibge_code: str
    siafi_code: str
    uf: str
    folded_names: tuple[str, ...]


@dataclass(frozen=True)
class PlaceValue:
    """What is known of a place when its CNPJ is looked for.

    `id` is the row's; `phone` is E.164 or empty; `niche_cnaes` are the activities of the niche in which the
    place was found. `common_phones` are phones, of the place or of a candidate, that several companies of the
    registry share: an accountant's.
    """

    id: int
    name: str
    city: CityIdentity
    city_name: str
    phone: str = ""
    street: str = ""
    street_number: str = ""
    complement: str = ""
    district: str = ""
    postal_code: str = ""
    website: str = ""
    categories: tuple[str, ...] = ()
    niche_cnaes: frozenset[str] = frozenset()
    phone_is_shared: bool = False
    domain_is_shared: bool = False
    common_phones: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Weight:
    """One thing that speaks for a record (points above zero) or against it, and its name."""

    points: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Score:
    """Points and reasons, also of a record that is not accepted.

    `reasons` speak for it, strongest first; `objections` against it, strongest first. `drop_reason` is empty
    when accepted, else the gate that closed: invalid_cnpj, other_city, inactive or no_evidence.
    `is_same_door` tells between branches of a company.
    """

    points: int
    reasons: tuple[str, ...]
    accepted: bool
    drop_reason: str
    objections: tuple[str, ...] = ()
    is_same_door: bool = False

    @property
    def told(self) -> tuple[str, ...]:
        """Reasons, then objections behind a minus: "phone", "-other_street"."""
        return (*self.reasons, *(f"-{objection}" for objection in self.objections))
