"""Authorised phones of a company: add, change, make main, switch off and on (A16)."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from core.database import violates
from core.documents import mask_cpf, normalize_cpf
from core.errors import NitroError
from core.masking import mask_phone
from core.phones import Phone, parse_phone
from nfse.actors import Actor
from nfse.models import AuthorizedPhone, ChangeRecord, Company, InvoiceRequest, RequestEvent
from nfse.permissions import NotFound, Right
from nfse.services.companies import lock_company
from nfse.services.stale import refuse_stale
from nfse.services.trail import describe, mask, record_change

Action = ChangeRecord.Action
_SHOWN = ("name", "email", "can_issue", "can_cancel", "is_main", "is_active")


class NumberTaken(NitroError):
    """The company has this number, in either spelling of the ninth digit."""

    message = "Este número já está cadastrado nesta empresa. Se está desativado, ative-o de novo."


class InvalidWhatsApp(NitroError):
    """No Brazilian mobile or landline: nothing that a person writes from."""

    message = "Número inválido. Informe o WhatsApp com DDD, como (55) 99912-3456."


class PhoneNameMissing(NitroError):
    message = "Informe o nome de quem usa este telefone."


class NumberInUse(NitroError):
    """What was asked from a number stays with it (R100)."""

    message = "Este telefone já pediu algo, e o histórico é dele. Cadastre o número novo e desative este."


@dataclass(frozen=True)
class PhoneData:
    """The form of a phone. `number` and `cpf` as typed; `cpf` and `email` may be empty."""

    name: str
    number: str
    cpf: str = ""
    email: str = ""
    can_issue: bool = True
    can_cancel: bool = False
    is_main: bool = False


def read_number(text: str) -> Phone:
    """Return the phone that is stored for a typed number: a mobile or a landline with its area code.

    Raises InvalidWhatsApp.
    """
    phone = parse_phone(text)
    if phone is None or not phone.is_direct:
        raise InvalidWhatsApp
    return phone


def add_phone(*, actor: Actor, company_id: int, data: PhoneData) -> AuthorizedPhone:
    """Let a number ask for a company's notes. The first one of a company is its main phone.

    Raises NotFound, NotAllowed, PhoneNameMissing, InvalidWhatsApp, InvalidCpf, NumberTaken.
    """
    values = _clean(data)
    with transaction.atomic(durable=True):
        company = _lock(actor, company_id)
        phone = AuthorizedPhone(firm_id=actor.firm_id, company=company, **values)
        phone.is_main = data.is_main or not _has_main(company)
        _save(phone, actor)
        _record(phone, actor, Action.CREATED, after=_describe(phone))
    return phone


def update_phone(*, actor: Actor, phone_id: int, data: PhoneData, seen: int | None = None) -> AuthorizedPhone:
    """Replace what the form holds. The number changes only while nothing was asked from it.

    `seen`: see `stale.refuse_stale`. Raises NotFound, NotAllowed, PhoneNameMissing, InvalidWhatsApp,
    InvalidCpf, NumberTaken, NumberInUse, ChangedMeanwhile.
    """
    values = _clean(data)
    with transaction.atomic(durable=True):
        phone = _lock_phone(actor, phone_id)
        if values["number"] != phone.number and _has_acted(phone):
            raise NumberInUse
        before = _describe(phone)
        for name, value in values.items():
            setattr(phone, name, value)
        phone.is_main = data.is_main and phone.is_active
        after = _describe(phone)
        refuse_stale(
            firm_id=actor.firm_id, subject="phone", subject_id=phone_id, seen=seen, stored=before, typed=after
        )
        _save(phone, actor)
        _record(phone, actor, Action.CHANGED, before=before, after=after)
    return phone


def set_main_phone(*, actor: Actor, phone_id: int) -> AuthorizedPhone:
    """Make a phone the main one of its company, in place of another; of one that is off nothing changes.

    Raises NotFound, NotAllowed.
    """
    return _switch(actor, phone_id, is_main=True)


def deactivate_phone(*, actor: Actor, phone_id: int) -> AuthorizedPhone:
    """Switch a phone off: from now on it may do nothing, and what it asked for stays its own.

    Raises NotFound, NotAllowed.
    """
    return _switch(actor, phone_id, is_active=False, is_main=False)


def activate_phone(*, actor: Actor, phone_id: int) -> AuthorizedPhone:
    """Switch a phone on again, with the rights that it had. Raises NotFound, NotAllowed."""
    return _switch(actor, phone_id, is_active=True)


def _switch(actor: Actor, phone_id: int, **values: bool) -> AuthorizedPhone:
    with transaction.atomic(durable=True):
        phone = _lock_phone(actor, phone_id)
        before = _describe(phone)
        for name, value in values.items():
            setattr(phone, name, value)
        phone.is_main = phone.is_main and phone.is_active
        _save(phone, actor)
        _record(phone, actor, Action.CHANGED, before=before, after=_describe(phone))
    return phone


def _lock(actor: Actor, company_id: int) -> Company:
    """The company locked, for who may change its phones: one change of them at a time."""
    company = lock_company(actor.firm_id, company_id)
    actor.require(Right.EDIT_TAKERS, company_id=company_id)
    return company


def _lock_phone(actor: Actor, phone_id: int) -> AuthorizedPhone:
    own = AuthorizedPhone.objects.filter(firm_id=actor.firm_id, pk=phone_id)
    company_id = own.values_list("company_id", flat=True).first()
    if company_id is None:
        raise NotFound
    _lock(actor, company_id)
    return own.select_for_update(no_key=True).get()


def _save(phone: AuthorizedPhone, actor: Actor) -> None:
    """Store a phone; the main one takes the place of the one before. Raises NumberTaken."""
    if phone.is_main:
        _replace_main(phone, actor)
    try:
        with transaction.atomic():
            phone.save()
    except IntegrityError as error:
        if violates(error, "nfse_phone_number_unique"):
            raise NumberTaken from error
        raise


def _replace_main(phone: AuthorizedPhone, actor: Actor) -> None:
    for other in AuthorizedPhone.objects.filter(company=phone.company, is_main=True).exclude(pk=phone.pk):
        before = _describe(other)
        other.is_main = False
        other.save(update_fields=["is_main", "updated_at"])
        _record(other, actor, Action.CHANGED, before=before, after=_describe(other))


def _has_main(company: Company) -> bool:
    return AuthorizedPhone.objects.filter(company=company, is_main=True).exists()


def _has_acted(phone: AuthorizedPhone) -> bool:
    return (
        InvoiceRequest.objects.filter(confirmed_by_phone=phone).exists()
        or RequestEvent.objects.filter(actor_phone=phone).exists()
        or ChangeRecord.objects.filter(actor_phone=phone).exists()
    )


def _clean(data: PhoneData) -> dict[str, Any]:
    name = " ".join(data.name.split())
    if not name:
        raise PhoneNameMissing
    return {
        "name": name,
        "number": read_number(data.number).e164,
        "cpf": normalize_cpf(data.cpf) if data.cpf.strip() else "",
        "email": data.email.strip(),
        "can_issue": data.can_issue,
        "can_cancel": data.can_cancel,
    }


def _describe(phone: AuthorizedPhone) -> dict[str, Any]:
    """What the trail keeps, where nothing is encrypted: enough of number and CPF to know them by."""
    number = mask(phone.number, mask_phone(phone.number))
    return {"whatsapp": number, "cpf": mask(phone.cpf, mask_cpf(phone.cpf)), **describe(phone, _SHOWN)}


def _record(phone: AuthorizedPhone, actor: Actor, action: ChangeRecord.Action, **what: Any) -> None:
    record_change(
        firm_id=phone.firm_id,
        actor_id=actor.user_id,
        phone_id=actor.phone_id,
        action=action,
        subject="phone",
        subject_id=phone.pk,
        label=phone.name,
        company_id=phone.company_id,
        **what,
    )
