"""Values that the layers of nfse pass to each other: frozen, without models, JSON both ways where stored.

Documents (CNPJ, CPF) are upper-case text without mask, money is Decimal in reais, codes are text (R91).
"""

import hashlib
import json
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Self, Union, get_args, get_origin, get_type_hints

from fiscal.enumerations import (
    Environment,
    IssTreatment,
    NoteStatus,
    SimplesApportionment,
    SpecialRegime,
    TaxRegime,
    TotalTaxMode,
    WhoFixes,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate


class Serializable:
    """A frozen dataclass that goes to JSON-ready primitives and back without losing a digit."""

    def to_dict(self) -> dict[str, Any]:
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from `to_dict()`; keys it does not know (of a later version) are ignored."""
        hints = _hints(cls)  # type: ignore[arg-type]
        known = {item.name for item in fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: _typed(hints[name], value) for name, value in data.items() if name in known})


# --- What a person confirmed -----------------------------------------------------------------------
@dataclass(frozen=True)
class Address(Serializable):
    """A Brazilian address; with `country` other than BR the city is a name and the code stays empty."""

    street: str = ""
    number: str = ""
    complement: str = ""
    district: str = ""
    city_code: str = ""
    city_name: str = ""
    uf: str = ""
    postal_code: str = ""
    country: str = "BR"


@dataclass(frozen=True)
class Issuer(Serializable):
    """The company that provides the service and signs. `municipal_registration` is empty when not sent."""

    document: str
    legal_name: str
    tax_regime: TaxRegime
    city_code: str
    city_name: str = ""
    uf: str = ""
    trade_name: str = ""
    simples_apportionment: SimplesApportionment | None = None
    special_regime: SpecialRegime = SpecialRegime.NONE
    municipal_registration: str = ""
    state_registration: str = ""
    main_cnae: str = ""
    fiscal_incentive: bool = False
    cultural_incentive: bool = False
    opening_date: date | None = None
    address: Address | None = None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Taker(Serializable):
    """The client of the note. A foreign one has no document and an address outside Brazil."""

    document: str
    name: str
    address: Address | None = None
    phone: str = ""
    email: str = ""
    municipal_registration: str = ""


@dataclass(frozen=True)
class EventActivity(Serializable):
    """The event of a service of item 12: name, dates, and its code or its address."""

    name: str
    starts_on: date
    ends_on: date
    code: str = ""
    address: Address | None = None


@dataclass(frozen=True)
class Service(Serializable):
    """What was done, with the codes of the company's service profile and the place (IBGE code)."""

    ctribnac: str
    description: str
    place_city_code: str
    place_city_name: str = ""
    place_uf: str = ""
    place_country: str = "BR"
    ctribmun: str = ""
    cnbs: str = ""
    cnae: str = ""
    nickname: str = ""
    construction_code: str = ""
    event: EventActivity | None = None
    extra_information: str = ""


@dataclass(frozen=True)
class TotalTax(Serializable):
    """Approximate taxes: one percent for the Simples, or federal, state and municipal parts."""

    mode: TotalTaxMode
    simples_percent: Decimal | None = None
    federal: Decimal | None = None
    state: Decimal | None = None
    municipal: Decimal | None = None


@dataclass(frozen=True)
class FederalRates(Serializable):
    """What the taker withholds of federal taxes, in percent (1.50 = 1.5%); None: it is not withheld.

    `pis_cofins_cst` is the CST of the group that says which contributions are withheld (national.md 5.1).
    """

    irrf_rate: Decimal | None = None
    inss_rate: Decimal | None = None
    csll_rate: Decimal | None = None
    pis_rate: Decimal | None = None
    cofins_rate: Decimal | None = None
    pis_cofins_cst: str = ""


@dataclass(frozen=True)
class FederalTaxes(Serializable):
    """tribFed. `withholding` is tpRetPisCofins; withheld PIS, COFINS and CSLL sum in `csll_withheld`.

    `pis_cofins_base`, `pis_rate` and `cofins_rate` are the company's own debt, which nobody withholds;
    `rates` is what the withheld amounts were reckoned with.
    """

    pis_cofins_cst: str = ""
    pis_cofins_base: Decimal | None = None
    pis_rate: Decimal | None = None
    cofins_rate: Decimal | None = None
    withholding: int | None = None
    inss_withheld: Decimal | None = None
    irrf_withheld: Decimal | None = None
    csll_withheld: Decimal | None = None
    rates: FederalRates | None = None


@dataclass(frozen=True)
class IbsCbs(Serializable):
    """The IBSCBS group of layout 1.01; the receiver is the taker (indDest 0)."""

    cindop: str
    cst: str
    cclasstrib: str
    personal_use: bool | None = None
    operation_type: int | None = None


@dataclass(frozen=True)
class Substitution(Serializable):
    """The note that this one replaces: its key, cMotivo (01-05, 99) and text (required for 99).

    The `original_…` fields, when known, let the rules E0060 and E0061 be checked before sending.
    """

    access_key: str
    reason: str
    text: str = ""
    original: "ReplacedNote | None" = None


@dataclass(frozen=True)
class ReplacedNote(Serializable):
    """What may not change in a substitution."""

    taker_document: str
    amount: Decimal
    competence_date: date
    ctribnac: str
    ctribmun: str
    place_city_code: str


@dataclass(frozen=True)
class NoteSnapshot(Serializable):
    """The frozen content of one note, as confirmed: nothing else enters the document (R85, R87).

    `amount` and discounts are reais with two decimals, `iss_rate` a percentage (2.00 = 2%). `withheld` is ISS
    withheld by the taker.
    """

    environment: Environment
    issuer: Issuer
    taker: Taker | None
    service: Service
    amount: Decimal
    competence_date: date
    withheld: bool = False
    iss_rate: Decimal | None = None
    iss_treatment: IssTreatment = IssTreatment.TAXABLE
    immunity_kind: int | None = None
    discount_unconditional: Decimal | None = None
    discount_conditional: Decimal | None = None
    total_tax: TotalTax = TotalTax(TotalTaxMode.NOT_INFORMED)
    federal: FederalTaxes | None = None
    ibs_cbs: IbsCbs | None = None
    substitutes: Substitution | None = None

    def content_hash(self) -> str:
        """SHA-256 in hex of the canonical JSON: equal content gives an equal hash, 1500 and 1500.00 alike."""
        canonical = _canonical(self)
        text = json.dumps(canonical, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


# --- What a check found ----------------------------------------------------------------------------
@dataclass(frozen=True)
class SchemaProblem(Serializable):
    """One complaint of the XSD. A warning does not stop the document."""

    field: str
    line: int
    message: str
    warning: bool = False


@dataclass(frozen=True)
class RuleProblem(Serializable):
    """A rule of rules.csv that a document breaks, or a refusal of the authority in the same words."""

    code: str
    field: str
    message_pt: str
    who_fixes: WhoFixes
    blocking: bool = True
    next_step: str = ""
    action: str = "none"
    transient: bool = False
    original: str = ""


@dataclass(frozen=True)
class CityParameters:
    """What the ADN says of a city and service on a date; None where it was not asked or did not answer.

    `incidence_…` belong to the city that receives the ISS, the others to the city of the issuer.
    """

    agreement_exists: bool | None = None
    agreement_active: bool | None = None
    uses_national_issuer: bool | None = None
    agreement_since: date | None = None
    incidence_agreement_active: bool | None = None
    service_administered: bool | None = None
    municipal_code_administered: bool | None = None
    special_regimes: frozenset[int] | None = None
    special_regime_granted: bool | None = None
    deductions_admitted: bool | None = None
    service_taxed: bool | None = None
    cpf_may_withhold: bool | None = None
    classification_for_services: bool | None = None
    classification_needs_regular: bool | None = None
    rate: Decimal | None = None


# --- Certificates ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class LoadedCertificate:
    """An opened A1: the private key lives only here and is never printed."""

    private_key: "RSAPrivateKey" = field(repr=False)
    certificate: "Certificate" = field(repr=False)
    chain: tuple["Certificate", ...] = field(repr=False)
    holder: str
    document: str
    serial: str
    valid_from: datetime
    valid_until: datetime
    fingerprint: str


# --- What the authority returned -------------------------------------------------------------------
@dataclass(frozen=True)
class ReturnedNote(Serializable):
    """The facts of an NFS-e as read from its XML; the bytes themselves are kept beside it, untouched."""

    access_key: str
    number: str
    issued_at: datetime | None
    status_code: str
    environment: Environment
    dps_id: str
    series: str
    dps_number: str
    issuer_document: str
    taker_document: str
    taker_name: str
    ctribnac: str
    ctribmun: str
    description: str
    place_city_code: str
    competence_date: date
    amount: Decimal
    net_amount: Decimal | None = None
    iss_base: Decimal | None = None
    iss_rate: Decimal | None = None
    iss_amount: Decimal | None = None
    withheld_total: Decimal | None = None
    iss_withheld: bool = False
    incidence_city_code: str = ""
    incidence_city_name: str = ""
    ibs_total: Decimal | None = None
    cbs_total: Decimal | None = None
    replaces_key: str = ""
    dps_digest: str = ""


@dataclass(frozen=True)
class NoteEventFact(Serializable):
    """One registered event of a note. Order: `nsu` when known, else `processed_at` and `sequence`."""

    code: str
    access_key: str = ""
    event_id: str = ""
    sequence: int = 1
    nsu: int | None = None
    processed_at: datetime | None = None
    reason_code: str = ""
    reason_text: str = ""
    replacement_key: str = ""
    locked_event: str = ""
    unlocked_id: str = ""
    annulled_id: str = ""


@dataclass(frozen=True)
class Lock(Serializable):
    """The city forbids one kind of event (101101, 105102…) until the lock `lock_id` is lifted."""

    event: str
    lock_id: str


@dataclass(frozen=True)
class Manifestation(Serializable):
    """Someone confirmed or rejected the note: provider, taker, intermediary or the law by silence."""

    author: str
    kind: str
    event_id: str


@dataclass(frozen=True)
class NoteState(Serializable):
    """What the events of a note add up to (contract 9.5), and what may still be asked for (9.4)."""

    status: NoteStatus = NoteStatus.AUTHORIZED
    replaced_by: str = ""
    cancellation_denied: bool = False
    locks: tuple[Lock, ...] = ()
    manifestations: tuple[Manifestation, ...] = ()
    rejection_annulled: bool = False
    unknown_events: tuple[NoteEventFact, ...] = ()


# --- JSON ------------------------------------------------------------------------------------------
@cache
def _hints(cls: type) -> dict[str, Any]:
    """The types of a class's fields, resolved once: it costs more than all the rest of from_dict."""
    return get_type_hints(cls)


def _plain(value: Any) -> Any:
    if isinstance(value, Serializable):
        return value.to_dict()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum | IntEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _canonical(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _canonical(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return _plain(value)


def _typed(hint: Any, value: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        if value is None:
            return None
        return _typed(next(arm for arm in get_args(hint) if arm is not NoneType), value)
    if origin is tuple:
        return tuple(_typed(get_args(hint)[0], item) for item in value)
    if isinstance(hint, type):
        if is_dataclass(hint) and issubclass(hint, Serializable):
            return hint.from_dict(value)
        if hint is datetime or hint is date:
            return hint.fromisoformat(value)
        if issubclass(hint, Decimal | StrEnum | IntEnum):
            return hint(value)
    return value
