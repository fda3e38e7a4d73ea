"""What SEFIN knows of cities and taxpayers. Tests and the demo change it through the control API."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Any

from sandbox.world.catalog import Catalog, City
from sandbox.world.numbers import chance, pick

# Cities with an issuer of their own: their notes go through PlugNotas (national.md §3).
OWN_ISSUER = frozenset({"3552502", "3550308"})
NO_AGREEMENT = frozenset({"5108402"})  # Várzea Grande is missing from produção restrita
OWN_ISSUER_PERCENT = 15
SPELLINGS: dict[str, tuple[Any, ...]] = {
    "item_keys": ("camel", "pascal", "mixed"),
    "single_error": ("object", "list", "mixed"),
    "event_shape": ("list", "single"),
    "omit_dps_id": (True, False),
    "adn_twice": (True, False),
}
RATES = ("2.00", "2.50", "3.00", "4.00", "5.00")


class BadEntry(ValueError):
    """What was asked of the book makes no sense."""


@dataclass(frozen=True)
class CityEntry:
    """A city's agreement and its rules; None means no limit."""

    has_agreement: bool = True
    is_member: bool = True  # aderenteAmbienteNacional
    uses_national_issuer: bool = True  # aderenteEmissorNacional
    since: str = "2023-09-01"
    cancel_days: int | None = None
    cancel_limit: str | None = None  # reais
    cancels_without_taker: bool = True
    replace_days: int | None = None
    replaces_without_taker: bool = True
    replaces_other_taker: bool = True
    services_off: tuple[str, ...] = ()
    rate: str | None = None  # of every service, in percent
    special_regimes: tuple[str, ...] = ("0",)


@dataclass(frozen=True)
class TaxpayerEntry:
    """What the federal and municipal registries say of a CNPJ or CPF; None: SEFIN does not check."""

    exists: bool = True
    municipal_registration: str | None = None  # "" = the CNC has no record
    simples: str | None = None  # opSimpNac
    city: str | None = None
    opened: str | None = None
    taxes_collected: bool = False  # E0827 for its notes


@dataclass
class Answers:
    """Which of the real service's spellings to use: "mixed" changes from answer to answer."""

    item_keys: str = "camel"  # camel, pascal, mixed
    single_error: str = "object"  # object, list, mixed
    event_shape: str = "list"  # GET of an event: list as in production, single as in the swagger
    omit_dps_id: bool = False  # GET /dps without idDps
    adn_twice: bool = False  # ArquivoXml of the ADN in base64 twice
    _turns: Iterator[int] = field(default_factory=count)

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SPELLINGS}

    def is_pascal(self) -> bool:
        return self._turn(self.item_keys, "pascal")

    def is_list(self) -> bool:
        return self._turn(self.single_error, "list")

    def _turn(self, setting: str, wanted: str) -> bool:
        if setting != "mixed":
            return setting == wanted
        return next(self._turns) % 2 == 1


@dataclass
class Book:
    """Entries by IBGE code and by document; what has no entry follows a stable rule."""

    catalog: Catalog
    cities: dict[str, CityEntry] = field(default_factory=dict)
    taxpayers: dict[str, TaxpayerEntry] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)

    def clear(self) -> None:
        self.cities.clear()
        self.taxpayers.clear()
        self.answers = Answers()

    def city(self, code: str) -> CityEntry:
        entry = self.cities.get(code)
        if entry is not None:
            return entry
        if code in NO_AGREEMENT or code not in self.catalog.cities_by_ibge:
            return CityEntry(has_agreement=False, is_member=False, uses_national_issuer=False)
        return CityEntry(uses_national_issuer=self._uses_national_issuer(self.catalog.cities_by_ibge[code]))

    def _uses_national_issuer(self, city: City) -> bool:
        if city.ibge_code in OWN_ISSUER:
            return False
        return city.is_capital or not chance(OWN_ISSUER_PERCENT, "own issuer", city.ibge_code)

    def taxpayer(self, document: str) -> TaxpayerEntry:
        return self.taxpayers.get(document, TaxpayerEntry())

    def rate(self, city: str, service: str) -> Decimal:
        """Return the ISS rate of a service in a city, in percent."""
        return Decimal(self.city(city).rate or pick(RATES, "rate", city, service))

    def set_city(self, code: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Change some fields of a city. Raises BadEntry."""
        if code not in self.catalog.cities_by_ibge:
            raise BadEntry(f"no city {code}")
        self.cities[code] = _change(self.city(code), changes)
        return asdict(self.cities[code])

    def set_taxpayer(self, document: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Change some fields of a taxpayer. Raises BadEntry."""
        self.taxpayers[document] = _change(self.taxpayer(document), changes)
        return asdict(self.taxpayers[document])

    def set_answers(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Choose spellings. Raises BadEntry."""
        for name, value in changes.items():
            if value not in SPELLINGS.get(name, ()):
                raise BadEntry(f"{name}={value!r} is not possible")
            setattr(self.answers, name, value)
        return self.answers.as_json()

    def as_json(self) -> dict[str, Any]:
        return {
            "cities": {code: asdict(entry) for code, entry in self.cities.items()},
            "taxpayers": {document: asdict(entry) for document, entry in self.taxpayers.items()},
            "answers": self.answers.as_json(),
        }


def _change(entry: Any, changes: dict[str, Any]) -> Any:
    if unknown := set(changes) - {known.name for known in fields(entry)}:
        raise BadEntry(f"unknown fields: {', '.join(sorted(unknown))}")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
    for name in {"rate", "cancel_limit"} & set(values):
        try:
            values[name] = None if values[name] is None else str(Decimal(str(values[name])))
        except InvalidOperation as error:
            raise BadEntry(f"{name} must be a number") from error
    return replace(entry, **values)
