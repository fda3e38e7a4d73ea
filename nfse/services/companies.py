"""Companies of a firm: create, change, switch off, remove, and put in production (A13, A15, N1, N7)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError

from core.database import violates
from core.documents import InvalidCnpj, InvalidCpf, normalize_cnpj, normalize_cpf, strip_owner_cpf
from core.errors import NitroError
from core.text import fold
from fiscal.enumerations import Environment, Gateway, SpecialRegime, TaxRegime
from nfse.models import Certificate, ChangeRecord, Company
from nfse.permissions import NotFound, Right, require_right
from nfse.services.places import check_city, clean_address, clean_phone
from nfse.services.setup_requests import request_city_check, request_setup
from nfse.services.stale import refuse_stale
from nfse.services.trail import describe, record_change
from registry.values import AddressLines

Action = ChangeRecord.Action


class CompanyTaken(NitroError):
    """The firm has this company already. That another firm has it is never told."""

    message = "Esta empresa já está cadastrada na sua contabilidade."


class InvalidDocument(NitroError):
    message = "Documento inválido. Confira os 14 caracteres do CNPJ ou os 11 números do CPF."


class LegalNameMissing(NitroError):
    """Nothing is left of the name without the CPF and the CNPJ root that the Receita writes into it."""

    message = "Informe a razão social: o nome, sem o CPF."


class InvalidCnae(NitroError):
    message = "CNAE inválido. Use os 7 números, como 6201501."


class CompanyInUse(NitroError):
    """A company with notes, requests or sessions stays for good (A15)."""

    message = "Esta empresa já tem notas ou pedidos e não pode ser removida. Use “Desativar”."


class NameDoesNotMatch(NitroError):
    """The name typed to confirm is not the company's (N7)."""

    message = "O nome digitado não é o da empresa. Digite a razão social como está no cadastro."


@dataclass(frozen=True)
class CompanyData(AddressLines):
    """The form of a company (A13). `city_code` is the IBGE code; regime and city have no default (R87)."""

    legal_name: str
    tax_regime: TaxRegime
    city_code: str
    gateway: Gateway
    trade_name: str = ""
    special_regime: SpecialRegime = SpecialRegime.NONE
    fiscal_incentive: bool = False
    cultural_incentive: bool = False
    municipal_registration: str = ""
    state_registration: str = ""
    main_cnae: str = ""
    secondary_cnaes: tuple[str, ...] = ()
    opening_date: date | None = None
    phone: str = ""
    email: str = ""
    nfse_enabled: bool = True


def suggest_gateway(regime: TaxRegime) -> Gateway:
    """Return the gateway that the law asks of a regime: MEI and Simples issue on the national one (N6)."""
    return Gateway.PLUGNOTAS if regime == TaxRegime.NORMAL else Gateway.NATIONAL


def create_company(*, firm_id: int, user_id: int, document: str, data: CompanyData) -> Company:
    """Add a company to the firm, in homologação (N7). `document` is a CNPJ or CPF, masked or not.

    Raises NotFound, NotAllowed, InvalidDocument, CompanyTaken, LegalNameMissing, UnknownCity, InvalidPhone,
    InvalidCnae, InvalidPostalCode.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    values = _clean(data)
    company = Company(firm_id=firm_id, document=clean_document(document), **values)
    try:
        with transaction.atomic(durable=True):
            company.save()
            request_setup(company)
            company.save()
            _record(company, user_id, Action.CREATED, after=describe(company, ("document", *values)))
    except IntegrityError as error:
        if violates(error, "nfse_company_document_unique"):
            raise CompanyTaken from error
        raise
    return company


def update_company(
    *, firm_id: int, user_id: int, company_id: int, data: CompanyData, seen: int | None = None
) -> Company:
    """Replace what the form holds; the document never changes. `seen`: see `stale.refuse_stale`.

    Raises NotFound, NotAllowed, LegalNameMissing, UnknownCity, InvalidPhone, InvalidCnae, InvalidPostalCode,
    ChangedMeanwhile.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    values = _clean(data)
    with transaction.atomic(durable=True):
        company = lock_company(firm_id, company_id)
        before = describe(company, values)
        is_elsewhere = company.city_id != values["city_id"]
        for name, value in values.items():
            setattr(company, name, value)
        after = describe(company, values)
        refuse_stale(
            firm_id=firm_id, subject="company", subject_id=company_id, seen=seen, stored=before, typed=after
        )
        if before != after:
            request_setup(company)
        if is_elsewhere:
            _forget_city(company)
        company.save()
        _record(company, user_id, Action.CHANGED, before=before, after=after)
    return company


def deactivate_company(*, firm_id: int, user_id: int, company_id: int) -> Company:
    """Switch a company off: it keeps everything and issues nothing; again is the same."""
    return _set(firm_id, user_id, company_id, is_active=False)


def activate_company(*, firm_id: int, user_id: int, company_id: int) -> Company:
    """Switch a company on again."""
    return _set(firm_id, user_id, company_id, is_active=True)


def switch_environment(
    *, firm_id: int, user_id: int, company_id: int, environment: Environment, typed_name: str = ""
) -> Company:
    """Move one company between homologação and produção (N7).

    Going to produção needs the company's legal name, as typed by the person; accents and case do not count.
    Raises NotFound, NotAllowed, NameDoesNotMatch.
    """
    company = _get(firm_id, user_id, company_id)
    if environment == Environment.PRODUCTION and fold(typed_name) != fold(company.legal_name):
        raise NameDoesNotMatch
    return _set(firm_id, user_id, company_id, environment=environment.value)


def remove_company(*, firm_id: int, user_id: int, company_id: int) -> None:
    """Delete a company that nothing was ever asked of, with its profile, services and certificates (A15).

    Raises NotFound, NotAllowed, CompanyInUse.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    try:
        with transaction.atomic(durable=True):
            company = lock_company(firm_id, company_id)
            kept = describe(company, ("document", "legal_name"))
            _record(company, user_id, Action.REMOVED, before=kept)
            Certificate.objects.filter(firm_id=firm_id, company=company).delete()
            company.delete()
    except (ProtectedError, RestrictedError) as error:
        raise CompanyInUse from error


def lock_company(firm_id: int, company_id: int) -> Company:
    """Return the firm's company locked, inside the caller's transaction. Raises NotFound.

    Rows about the company may still be added by others: a worker that holds a request and tells of it would
    otherwise wait for who holds the company and waits for the request.
    """
    company = Company.objects.select_for_update(no_key=True).filter(firm_id=firm_id, pk=company_id).first()
    if company is None:
        raise NotFound
    return company


def clean_document(text: str) -> str:
    """Return a CNPJ or CPF without mask. Raises InvalidDocument."""
    try:
        return normalize_cnpj(text)
    except InvalidCnpj:
        try:
            return normalize_cpf(text)
        except InvalidCpf:
            raise InvalidDocument from None


def clean_cnae(text: str) -> str:
    """Return the seven digits of a CNAE; empty stays empty. Raises InvalidCnae."""
    digits = text.translate(str.maketrans("", "", " ./-"))
    if digits and not (len(digits) == 7 and digits.isascii() and digits.isdigit()):
        raise InvalidCnae
    return digits


def _clean(data: CompanyData) -> dict[str, Any]:
    legal_name = strip_owner_cpf(data.legal_name)
    if not legal_name:
        raise LegalNameMissing
    return {
        "legal_name": legal_name,
        "trade_name": strip_owner_cpf(data.trade_name),
        "tax_regime": data.tax_regime.value,
        "special_regime": data.special_regime.value,
        "fiscal_incentive": data.fiscal_incentive,
        "cultural_incentive": data.cultural_incentive,
        "municipal_registration": data.municipal_registration.strip(),
        "state_registration": data.state_registration.strip(),
        "main_cnae": clean_cnae(data.main_cnae),
        "secondary_cnaes": [clean_cnae(code) for code in data.secondary_cnaes],
        "opening_date": data.opening_date,
        "city_id": check_city(data.city_code),
        **clean_address(data),
        "phone": clean_phone(data.phone),
        "email": data.email.strip(),
        "nfse_enabled": data.nfse_enabled,
        "gateway": data.gateway.value,
    }


def _forget_city(company: Company) -> None:
    """What was known is of another city, or of another environment: ask again."""
    company.city_uses_national = company.city_checked_at = None
    request_city_check(company)


def _get(firm_id: int, user_id: int, company_id: int) -> Company:
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    company = Company.objects.filter(firm_id=firm_id, pk=company_id).first()
    if company is None:
        raise NotFound
    return company


def _set(firm_id: int, user_id: int, company_id: int, **values: Any) -> Company:
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    with transaction.atomic(durable=True):
        company = lock_company(firm_id, company_id)
        before = describe(company, values)
        for name, value in values.items():
            setattr(company, name, value)
        if "environment" in values and before != values:
            request_setup(company)
            _forget_city(company)
        company.save()
        _record(company, user_id, Action.CHANGED, before=before, after=describe(company, values))
    return company


def _record(company: Company, user_id: int, action: ChangeRecord.Action, **what: Any) -> None:
    record_change(
        firm_id=company.firm_id,
        actor_id=user_id,
        action=action,
        subject="company",
        subject_id=company.pk,
        label=company.legal_name,
        company_id=company.pk,
        **what,
    )
