"""The tax profile and the services of a company (N2, N3, A18)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from core.database import violates
from core.errors import NitroError
from core.text import fold
from fiscal.documents.tables import get_nbs, get_services
from fiscal.enumerations import SimplesApportionment, TaxRegime, TotalTaxMode
from fiscal.values import FederalRates, IbsCbs
from nfse.models import ChangeRecord, Company, ServiceProfile, TaxProfile
from nfse.permissions import NotFound, Right, require_right
from nfse.services.companies import clean_cnae, lock_company
from nfse.services.retentions import NOTHING, check_rates
from nfse.services.setup_requests import request_city_check, request_setup
from nfse.services.stale import refuse_stale
from nfse.services.trail import describe, record_change

Action = ChangeRecord.Action
Incidence = ServiceProfile.Incidence
MAX_SERIES = 49_999
_INCIDENCE = {"EP": Incidence.PROVIDER, "LP": Incidence.PLACE, "ET": Incidence.TAKER}


class WrongForRegime(NitroError):
    """The choice is one that the company's regime forbids or lacks (contract national.md 5.5)."""

    message = "Esta escolha não combina com o regime tributário da empresa."


class InvalidPercent(NitroError):
    message = "O percentual vai de 0 a 100, com até duas casas."


class InvalidSeries(NitroError):
    message = "A série da DPS vai de 1 a 49999."


class InvalidLimit(NitroError):
    message = "O limite por nota precisa ser maior que zero."


class UnknownService(NitroError):
    message = "O código de tributação nacional não está na lista oficial. Escolha um código da lista."


class UnknownNbs(NitroError):
    message = "O código NBS não está na lista oficial. Escolha um código da lista ou deixe vazio."


class InvalidRate(NitroError):
    message = "A alíquota do ISS vai de 0 a 5%, com até duas casas."


class InvalidMunicipalCode(NitroError):
    message = "O código de tributação municipal tem 3 números."


class NicknameTaken(NitroError):
    message = "Esta empresa já tem um serviço com este apelido."


@dataclass(frozen=True)
class TaxData:
    """The form of the tax profile. Percents are in percent (6.00 = 6%), the limit in centavos."""

    total_tax_mode: TotalTaxMode
    simples_apportionment: SimplesApportionment | None = None
    total_tax_percent: Decimal | None = None
    total_tax_federal: Decimal | None = None
    total_tax_state: Decimal | None = None
    total_tax_municipal: Decimal | None = None
    default_withheld: bool = False
    ibs_cbs: IbsCbs | None = None
    send_municipal_registration: bool = False
    limit_cents: int = 10_000_000
    allow_unidentified_taker: bool = False
    email_to_taker: bool = False
    series: int = 900


@dataclass(frozen=True)
class ServiceData:
    """The form of a service. `ctribnac` (6 digits) has no default, nor has any rate (R87).

    `federal` is what takers withhold of federal taxes, for companies of the regime normal.
    """

    nickname: str
    ctribnac: str
    incidence_rule: ServiceProfile.Incidence
    keywords: tuple[str, ...] = ()
    ctribmun: str = ""
    cnbs: str = ""
    cnae: str = ""
    iss_rate: Decimal | None = None
    withheld_default: bool = False
    federal: FederalRates = NOTHING
    description_template: str = ""


def suggest_incidence(ctribnac: str) -> ServiceProfile.Incidence | None:
    """Return what the official table says of a code, to fill the form with; None when it says nothing."""
    service = get_services().get(ctribnac)
    return _INCIDENCE.get(service.incidence) if service else None


def save_tax_profile(
    *, firm_id: int, user_id: int, company_id: int, data: TaxData, seen: int | None = None
) -> TaxProfile:
    """Create or replace the company's tax profile. `seen`: see `stale.refuse_stale`.

    Raises NotFound, NotAllowed, WrongForRegime, InvalidPercent, InvalidSeries, InvalidLimit,
    ChangedMeanwhile.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    with transaction.atomic(durable=True):
        company = lock_company(firm_id, company_id)
        values = _tax_values(TaxRegime(company.tax_regime), data)
        profile = TaxProfile.objects.filter(firm_id=firm_id, company=company).first()
        is_new = profile is None
        before = describe(profile, values) if profile else {}
        profile = profile or TaxProfile(firm_id=firm_id, company=company)
        for name, value in values.items():
            setattr(profile, name, value)
        after = describe(profile, values)
        if not is_new:
            refuse_stale(
                firm_id=firm_id,
                subject="tax_profile",
                subject_id=profile.pk,
                seen=seen,
                stored=before,
                typed=after,
            )
        profile.save()
        if before != after:
            request_setup(company)
            company.save(update_fields=["plugnotas_state", "plugnotas_error", "updated_at"])
        record_change(
            firm_id=firm_id,
            actor_id=user_id,
            action=Action.CREATED if is_new else Action.CHANGED,
            subject="tax_profile",
            subject_id=profile.pk,
            label=company.legal_name,
            company_id=company.pk,
            before=before,
            after=after,
        )
    return profile


def create_service(*, firm_id: int, user_id: int, company_id: int, data: ServiceData) -> ServiceProfile:
    """Add a service; the first one of a company becomes its default.

    Raises NotFound, NotAllowed, UnknownService, UnknownNbs, InvalidCnae, InvalidRate, InvalidMunicipalCode,
    WrongForRegime, NicknameTaken, and what `retentions.check_rates` raises.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    try:
        with transaction.atomic(durable=True):
            company = lock_company(firm_id, company_id)
            values = _service_values(company, data)
            is_first = not company.services.filter(is_default=True).exists()
            service = ServiceProfile.objects.create(
                firm_id=firm_id, company=company, is_default=is_first, **values
            )
            request_city_check(company)
            _record(service, user_id, Action.CREATED, after=describe(service, values))
    except IntegrityError as error:
        raise _explain(error) from error
    return service


def update_service(
    *, firm_id: int, user_id: int, service_id: int, data: ServiceData, seen: int | None = None
) -> ServiceProfile:
    """Replace what the form holds. Notes already confirmed keep what they were confirmed with (R85).

    `seen`: see `stale.refuse_stale`. Raises what `create_service` raises, and ChangedMeanwhile.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    try:
        with transaction.atomic(durable=True):
            service = _lock_service(firm_id, service_id)
            values = _service_values(service.company, data)
            before = describe(service, values)
            for name, value in values.items():
                setattr(service, name, value)
            after = describe(service, values)
            refuse_stale(
                firm_id=firm_id,
                subject="service",
                subject_id=service_id,
                seen=seen,
                stored=before,
                typed=after,
            )
            service.save(update_fields=list(values))
            request_city_check(service.company)
            _record(service, user_id, Action.CHANGED, before=before, after=after)
    except IntegrityError as error:
        raise _explain(error) from error
    return service


def set_default_service(*, firm_id: int, user_id: int, service_id: int) -> ServiceProfile:
    """Make an active service the default of its company; the former default stays active."""
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    with transaction.atomic(durable=True):
        service = _lock_service(firm_id, service_id)
        if not service.is_default:
            service.company.services.filter(is_default=True).update(is_default=False)
            service.is_default = True
            service.save(update_fields=["is_default"])
            _record(
                service, user_id, Action.CHANGED, before={"is_default": False}, after={"is_default": True}
            )
    return service


def remove_service(*, firm_id: int, user_id: int, service_id: int) -> None:
    """Retire a service: old notes still name it, new ones cannot. Another one becomes the default by hand."""
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    with transaction.atomic(durable=True):
        service = _lock_service(firm_id, service_id)
        service.is_active = service.is_default = False
        service.save(update_fields=["is_active", "is_default"])
        _record(service, user_id, Action.REMOVED, before=describe(service, ("nickname", "ctribnac")))


def _tax_values(regime: TaxRegime, data: TaxData) -> dict[str, Any]:
    _check_apportionment(regime, data)
    _check_total_tax(regime, data)
    if not 1 <= data.series <= MAX_SERIES:
        raise InvalidSeries
    if data.limit_cents <= 0:
        raise InvalidLimit
    return {
        "simples_apportionment": data.simples_apportionment.value if data.simples_apportionment else None,
        "total_tax_mode": data.total_tax_mode.value,
        "total_tax_percent": data.total_tax_percent,
        "total_tax_federal": data.total_tax_federal,
        "total_tax_state": data.total_tax_state,
        "total_tax_municipal": data.total_tax_municipal,
        "default_withheld": data.default_withheld,
        "ibs_cbs": data.ibs_cbs.to_dict() if data.ibs_cbs else None,
        "send_municipal_registration": data.send_municipal_registration,
        "limit_cents": data.limit_cents,
        "allow_unidentified_taker": data.allow_unidentified_taker,
        "email_to_taker": data.email_to_taker,
        "series": data.series,
    }


def _check_apportionment(regime: TaxRegime, data: TaxData) -> None:
    if regime.is_simples and data.simples_apportionment is None:
        raise WrongForRegime("Escolha como os tributos são apurados no Simples Nacional.")
    if not regime.is_simples and data.simples_apportionment is not None:
        raise WrongForRegime("A forma de apuração é só do Simples Nacional (ME/EPP). Deixe vazia.")
    if regime == TaxRegime.MEI and data.default_withheld:
        raise WrongForRegime("O ISS do MEI não pode ser retido pelo tomador.")


def _check_total_tax(regime: TaxRegime, data: TaxData) -> None:
    expected = total_tax_mode_of(regime)
    if data.total_tax_mode != expected:
        raise WrongForRegime(_TOTAL_TAX_ADVICE[expected])
    parts = (data.total_tax_federal, data.total_tax_state, data.total_tax_municipal)
    needed = {
        TotalTaxMode.SIMPLES_PERCENT: (data.total_tax_percent,),
        TotalTaxMode.PERCENTS: parts,
    }.get(expected, ())
    if any(percent is None for percent in needed):
        raise WrongForRegime(_TOTAL_TAX_ADVICE[expected])
    for percent in (data.total_tax_percent, *parts):
        if percent is not None and not _is_percent(percent, Decimal(100)):
            raise InvalidPercent


def total_tax_mode_of(regime: TaxRegime) -> TotalTaxMode:
    """Return the one statement of approximate taxes that SEFIN takes of a regime (E0710, E0712, E0713)."""
    if regime == TaxRegime.MEI:
        return TotalTaxMode.NOT_INFORMED
    return TotalTaxMode.SIMPLES_PERCENT if regime.is_simples else TotalTaxMode.PERCENTS


_TOTAL_TAX_ADVICE = {
    TotalTaxMode.NOT_INFORMED: "O MEI não informa tributos aproximados. Escolha “Não informar”.",
    TotalTaxMode.SIMPLES_PERCENT: "No Simples Nacional, informe o percentual do Simples.",
    TotalTaxMode.PERCENTS: "No regime normal, informe os percentuais federal, estadual e municipal.",
}


def _service_values(company: Company, data: ServiceData) -> dict[str, Any]:
    ctribnac = data.ctribnac.translate(str.maketrans("", "", " ."))
    if ctribnac not in get_services() and not _may_be_newer(ctribnac):
        raise UnknownService
    cnbs = data.cnbs.translate(str.maketrans("", "", " ."))
    if cnbs and cnbs not in get_nbs():
        raise UnknownNbs
    if data.ctribmun and not (
        len(data.ctribmun) == 3 and data.ctribmun.isascii() and data.ctribmun.isdigit()
    ):
        raise InvalidMunicipalCode
    _check_rate(TaxRegime(company.tax_regime), data)
    check_rates(company, data.federal)
    return {
        "nickname": data.nickname.strip(),
        "keywords": list(dict.fromkeys(word for text in data.keywords if (word := fold(text)))),
        "ctribnac": ctribnac,
        "ctribmun": data.ctribmun,
        "cnbs": cnbs,
        "cnae": clean_cnae(data.cnae),
        "iss_rate": data.iss_rate,
        "withheld_default": data.withheld_default,
        **vars(data.federal),
        "incidence_rule": data.incidence_rule.value,
        "description_template": data.description_template.strip(),
    }


def _may_be_newer(ctribnac: str) -> bool:
    """Six digits that our table lacks may be of a newer one, as 990401 is: E0310 then warns at the mirror."""
    return len(ctribnac) == 6 and ctribnac.isascii() and ctribnac.isdigit()


def _check_rate(regime: TaxRegime, data: ServiceData) -> None:
    if regime == TaxRegime.MEI and data.iss_rate is not None:
        raise WrongForRegime("O MEI não informa alíquota de ISS. Deixe o campo vazio.")
    if regime == TaxRegime.MEI and data.withheld_default:
        raise WrongForRegime("O ISS do MEI não pode ser retido pelo tomador.")
    if data.iss_rate is not None and not _is_percent(data.iss_rate, Decimal(5)):
        raise InvalidRate


def _is_percent(value: Decimal, maximum: Decimal) -> bool:
    return value.is_finite() and 0 <= value <= maximum and value == round(value, 2)


def _lock_service(firm_id: int, service_id: int) -> ServiceProfile:
    """Lock the company first: two changes of the default must not meet."""
    found = ServiceProfile.objects.filter(firm_id=firm_id, pk=service_id, is_active=True)
    company_id = found.values_list("company_id", flat=True).first()
    if company_id is None:
        raise NotFound
    company = lock_company(firm_id, company_id)
    service = found.select_for_update().first()
    if service is None:
        raise NotFound
    service.company = company
    return service


def _explain(error: IntegrityError) -> Exception:
    return NicknameTaken() if violates(error, "nfse_service_nickname_unique") else error


def _record(service: ServiceProfile, user_id: int, action: ChangeRecord.Action, **what: Any) -> None:
    record_change(
        firm_id=service.firm_id,
        actor_id=user_id,
        action=action,
        subject="service",
        subject_id=service.pk,
        label=service.nickname,
        company_id=service.company_id,
        **what,
    )
