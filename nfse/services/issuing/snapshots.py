"""The frozen content of a note, from the company's own data and what the person gave (R85, R87, R100).

Nothing fiscal is guessed: what the profile does not say blocks the note (`gates`).
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fiscal.documents.rates import rate_for_document
from fiscal.documents.retentions import withhold, withholding_base
from fiscal.enumerations import (
    Environment,
    Gateway,
    IssTreatment,
    SimplesApportionment,
    SpecialRegime,
    TaxRegime,
    TotalTaxMode,
)
from fiscal.values import (
    Address,
    FederalRates,
    IbsCbs,
    Issuer,
    NoteSnapshot,
    ReplacedNote,
    Service,
    Substitution,
    TotalTax,
)
from fiscal.values import Taker as NoteTaker
from nfse.models import Company, Invoice, ServiceProfile, Taker, TaxProfile
from nfse.services.retentions import rates_of
from registry.models import City


@dataclass(frozen=True)
class SubstitutionInput:
    """The note to replace, cMotivo (01-05, 99) and its text."""

    invoice_id: int
    reason: str
    text: str = ""


@dataclass(frozen=True)
class NoteInput:
    """What a person says of a note. `amount` in reais; `withheld` is of the ISS, None takes the profile's
    default; `federal` None takes the retentions of the service; `place_city_code` is where the service was
    done, needed when the service's rule asks for it. `taker_postal_code` and `taker_number` take the place of
    the taker's own in this note alone: who may ask for a note may not change the firm's takers.
    """

    company_id: int
    taker_id: int | None
    service_id: int
    amount: Decimal
    description: str
    competence_date: date
    withheld: bool | None = None
    federal: FederalRates | None = None
    place_city_code: str = ""
    substitutes: SubstitutionInput | None = None
    taker_postal_code: str = ""
    taker_number: str = ""


@dataclass(frozen=True)
class Parts:
    """The rows that a note is made of, all of one firm."""

    company: Company
    profile: TaxProfile
    service: ServiceProfile
    taker: Taker | None
    place: City
    replaced: Invoice | None = None


def build_snapshot(
    parts: Parts, note: NoteInput, *, incidence_agreement_active: bool | None = None
) -> NoteSnapshot:
    """Return the content of a note; equal rows and input give an equal content hash.

    Args:
        incidence_agreement_active: whether the city that receives the ISS has an agreement; None: not known.
    """
    withheld = note.withheld
    if withheld is None:
        withheld = parts.service.withheld_default or parts.profile.default_withheld
    snapshot = NoteSnapshot(
        environment=Environment(parts.company.environment),
        issuer=build_issuer(parts.company, parts.profile),
        taker=_taker(parts.taker, note),
        service=_service(parts, note.description),
        amount=note.amount.quantize(Decimal("0.01")),
        competence_date=note.competence_date,
        withheld=withheld,
        iss_rate=_rate(parts, incidence_agreement_active, withheld=withheld),
        total_tax=_total_tax(parts.profile),
        ibs_cbs=IbsCbs.from_dict(parts.profile.ibs_cbs) if parts.profile.ibs_cbs else None,
        substitutes=_substitution(parts.replaced, note.substitutes),
    )
    rates = rates_of(parts.company, parts.service, note.federal)
    return replace(snapshot, federal=withhold(rates, withholding_base(snapshot)))


def build_issuer(company: Company, profile: TaxProfile) -> Issuer:
    """Return what notes, and the registration at a gateway, say of the company; its city must be loaded."""
    regime = TaxRegime(company.tax_regime)
    apportionment = profile.simples_apportionment if regime.is_simples else None
    return Issuer(
        document=company.document,
        legal_name=company.legal_name,
        tax_regime=regime,
        city_code=company.city_id,
        city_name=company.city.name,
        uf=company.city.uf,
        trade_name=company.trade_name,
        simples_apportionment=SimplesApportionment(apportionment) if apportionment else None,
        special_regime=SpecialRegime(company.special_regime),
        municipal_registration=company.municipal_registration if profile.send_municipal_registration else "",
        state_registration=company.state_registration,
        main_cnae=company.main_cnae,
        fiscal_incentive=company.fiscal_incentive,
        cultural_incentive=company.cultural_incentive,
        opening_date=company.opening_date,
        address=_address(company),
        phone=company.phone,
        email=company.email,
    )


def _taker(taker: Taker | None, note: NoteInput) -> NoteTaker | None:
    if taker is None:
        return None
    return NoteTaker(
        document=taker.document,
        name=taker.name,
        address=_address(taker, note.taker_postal_code, note.taker_number),
        phone=taker.phone,
        email=taker.email,
        municipal_registration=taker.municipal_registration,
    )


def _address(row: Company | Taker, postal_code: str = "", number: str = "") -> Address | None:
    """Return the address of a row, in which what is given takes the place of its own."""
    postal_code = postal_code or row.postal_code
    if row.city is None or not row.street or not postal_code:
        return None
    return Address(
        street=row.street,
        number=number or row.number,
        complement=row.complement,
        district=row.district,
        city_code=row.city.ibge_code,
        city_name=row.city.name,
        uf=row.city.uf,
        postal_code=postal_code,
    )


def _service(parts: Parts, description: str) -> Service:
    profile = parts.service
    return Service(
        ctribnac=profile.ctribnac,
        description=" ".join(description.split()),
        place_city_code=parts.place.ibge_code,
        place_city_name=parts.place.name,
        place_uf=parts.place.uf,
        ctribmun=profile.ctribmun,
        cnbs=profile.cnbs,
        cnae=profile.cnae,
        nickname=profile.nickname,
    )


def _rate(parts: Parts, incidence_agreement_active: bool | None, *, withheld: bool) -> Decimal | None:
    """The national document may state the rate in few cases only; PlugNotas takes the profile's."""
    if parts.company.gateway == Gateway.PLUGNOTAS:
        return parts.service.iss_rate
    return rate_for_document(
        tax_regime=TaxRegime(parts.company.tax_regime),
        simples_apportionment=parts.profile.simples_apportionment,
        special_regime=SpecialRegime(parts.company.special_regime),
        iss_treatment=IssTreatment.TAXABLE,
        withheld=withheld,
        profile_rate=parts.service.iss_rate,
        incidence_agreement_active=incidence_agreement_active,
    )


def _total_tax(profile: TaxProfile) -> TotalTax:
    return TotalTax(
        mode=TotalTaxMode(profile.total_tax_mode or TotalTaxMode.NOT_INFORMED),
        simples_percent=profile.total_tax_percent,
        federal=profile.total_tax_federal,
        state=profile.total_tax_state,
        municipal=profile.total_tax_municipal,
    )


def _substitution(replaced: Invoice | None, given: SubstitutionInput | None) -> Substitution | None:
    if replaced is None or given is None:
        return None
    old = replaced.request.snapshot
    return Substitution(
        access_key=replaced.access_key,
        reason=given.reason,
        text=given.text,
        original=ReplacedNote(
            taker_document=old.taker.document if old.taker else "",
            amount=old.amount,
            competence_date=old.competence_date,
            ctribnac=old.service.ctribnac,
            ctribmun=old.service.ctribmun,
            place_city_code=old.service.place_city_code,
        ),
    )
