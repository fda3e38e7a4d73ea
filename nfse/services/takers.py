"""Takers of a firm: create, change, merge (N9, A19, R90, R101)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import CharField

from core.database import violates
from core.documents import strip_owner_cpf
from core.errors import NitroError
from core.phones import parse_phone
from nfse.actors import Actor
from nfse.models import ChangeRecord, Taker
from nfse.permissions import NotFound, Right
from nfse.selectors.registry import StatusFacts, find_status, read_registry
from nfse.services.companies import clean_document
from nfse.services.places import check_city, clean_address, clean_phone
from nfse.services.stale import refuse_stale
from nfse.services.trail import describe, record_change
from registry.selectors.cities import find_city_of
from registry.values import (
    ADDRESS_LINES,
    BLOCKING_STATUSES,
    DOUBTFUL_STATUSES,
    AddressLines,
    RegistryRecord,
)

Action = ChangeRecord.Action


class TakerTaken(NitroError):
    """The firm has a taker with this document already."""

    message = "Já existe um tomador com este documento na sua contabilidade."


class NameMissing(NitroError):
    message = "Informe o nome do tomador."


class TakerClosed(NitroError):
    """The registry says BAIXADA or NULA: no note can be made out to it (N9)."""

    message = "Este CNPJ está baixado ou nulo na Receita. Não é possível emitir notas para ele."


class StatusNotAccepted(NitroError):
    """The registry says SUSPENSA or INAPTA: the person must accept it (N9)."""

    message = "Este CNPJ está suspenso ou inapto na Receita. Confirme se quer continuar."


class NotLookedUp(NitroError):
    """Nobody asked the registry about this CNPJ, or it had no answer."""

    message = "Consulte o CNPJ de novo: não há mais dados dele."


class CannotMerge(NitroError):
    message = "Escolha dois tomadores diferentes para juntar."


class DifferentDocuments(NitroError):
    """Two documents are two legal persons, unless they are branches of one CNPJ."""

    message = "Só dá para juntar tomadores da mesma empresa (mesma raiz de CNPJ)."


@dataclass(frozen=True)
class TakerData(AddressLines):
    """What people say of a taker. `city_code` is the IBGE code."""

    name: str
    nickname: str = ""
    municipal_registration: str = ""
    email: str = ""
    phone: str = ""
    city_code: str = ""
    remark: str = ""


def data_of_record(record: RegistryRecord) -> TakerData:
    """Return the data of a taker as the Receita fills it. What does not fit a field is cut or left out."""
    city = find_city_of(record)
    phone = next(iter(record.phones), "")
    return TakerData(
        name=_fit("name", record.legal_name or record.trade_name),
        email=_fit("email", record.email) if _is_email(record.email) else "",
        phone=phone if parse_phone(phone) else "",
        **{name: _fit(name, getattr(record, name)) for name in ADDRESS_LINES if name != "postal_code"},
        postal_code=record.postal_code if len(record.postal_code) == 8 else "",
        city_code=city.ibge_code if city else "",
    )


def _fit(name: str, text: str) -> str:
    field = cast("CharField[str, str]", Taker._meta.get_field(name))
    return text[: field.max_length]


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def create_taker(*, actor: Actor, document: str, data: TakerData, accept_status: bool = False) -> Taker:
    """Add a taker to the firm. `document` is a CNPJ or CPF, masked or not.

    The status of a CNPJ is what the registry last said; no source is asked here.
    `accept_status`: the person knows that it is suspended or unfit (N9).

    Raises NotFound, NotAllowed, InvalidDocument, NameMissing, TakerTaken, TakerClosed, StatusNotAccepted,
    UnknownCity, InvalidPhone, InvalidPostalCode.
    """
    with transaction.atomic(durable=True):
        return create_taker_in_transaction(
            actor=actor, document=document, data=data, accept_status=accept_status
        )


def create_taker_in_transaction(
    *, actor: Actor, document: str, data: TakerData, accept_status: bool = False
) -> Taker:
    """Add a taker in the caller's transaction, which goes on after TakerTaken; see `create_taker`."""
    actor.require(Right.ADD_TAKERS)
    number = clean_document(document)
    known = find_status(number) or StatusFacts()
    check_status(known.status, accepted=accept_status)
    values = _clean(data) | _registry_columns(known)
    taker = Taker(firm_id=actor.firm_id, **values)
    taker.document = number
    try:
        with transaction.atomic():
            taker.save()
            _record(taker, actor, Action.CREATED, after=describe(taker, ("cnpj", "cpf", *values)))
    except IntegrityError as error:
        if violates(error, "nfse_taker_document_unique"):
            raise TakerTaken from error
        raise
    return taker


def create_taker_from_registry(*, actor: Actor, cnpj: str, accept_status: bool = False) -> Taker:
    """Add a taker with what the registry says of a CNPJ, masked or not. What does not fit is left out.

    Raises NotLookedUp, InvalidCnpj, and what `create_taker` raises.
    """
    answer = read_registry(cnpj)
    if answer is None or answer.record is None:
        raise NotLookedUp
    return create_taker(
        actor=actor,
        document=answer.cnpj,
        data=data_of_record(answer.record),
        accept_status=accept_status,
    )


def update_taker(*, actor: Actor, taker_id: int, data: TakerData, seen: int | None = None) -> Taker:
    """Replace what the form holds; the document never changes, and neither do notes made before.

    `seen`: see `stale.refuse_stale`. Raises NotFound, NotAllowed, NameMissing, UnknownCity, InvalidPhone,
    InvalidPostalCode, ChangedMeanwhile.
    """
    values = typed = _clean(data)
    with transaction.atomic(durable=True):
        taker = _lock(actor, taker_id)[0]
        if (known := find_status(taker.document)) is not None:
            values = typed | _registry_columns(known)
        before = describe(taker, values)
        for name, value in values.items():
            setattr(taker, name, value)
        after = describe(taker, values)
        refuse_stale(
            firm_id=actor.firm_id,
            subject="taker",
            subject_id=taker_id,
            seen=seen,
            stored=before,
            typed={name: after[name] for name in typed},
        )
        taker.save(update_fields=[*values, "updated_at"])
        _record(taker, actor, Action.CHANGED, before=before, after=after)
    return taker


def merge_takers(*, actor: Actor, kept_id: int, merged_id: int) -> Taker:
    """Put one taker away under another of the same CNPJ root; what the kept one lacks comes from it.

    Notes keep the taker that they were made out to (R100); lists count them under the kept one.
    Raises NotFound, NotAllowed, CannotMerge, DifferentDocuments.
    """
    if kept_id == merged_id:
        raise CannotMerge
    with transaction.atomic(durable=True):
        takers = {taker.pk: taker for taker in _lock(actor, kept_id, merged_id)}
        kept, merged = takers[kept_id], takers[merged_id]
        check_merge(kept, merged)
        before = describe(kept, _FILLED_BY_MERGE)
        for name in _FILLED_BY_MERGE:
            setattr(kept, name, getattr(kept, name) or getattr(merged, name))
        kept.save(update_fields=[*_FILLED_BY_MERGE, "updated_at"])
        merged.merged_into = kept
        merged.save(update_fields=["merged_into", "updated_at"])
        Taker.objects.filter(firm_id=actor.firm_id, merged_into=merged).update(merged_into=kept)
        _record(kept, actor, Action.CHANGED, before=before, after=describe(kept, _FILLED_BY_MERGE))
        _record(merged, actor, Action.REMOVED, before={"merged_into": None}, after={"merged_into": kept.pk})
    return kept


def update_registry_status(*, cnpj: str, status: str, fetched_at: datetime) -> None:
    """Note what the Receita says now of every firm's taker with this CNPJ (N9, R90); older news is no news.

    Inside the caller's transaction.
    """
    takers = Taker.objects.filter(cnpj=cnpj).exclude(registry_fetched_at__gte=fetched_at)
    takers.update(registry_status=status, registry_fetched_at=fetched_at)


_FILLED_BY_MERGE = ("nickname", "municipal_registration", "email", "phone", "remark")


def check_merge(kept: Taker, merged: Taker) -> None:
    """Raise CannotMerge or DifferentDocuments when these two are not one and the same."""
    if kept.pk == merged.pk:
        raise CannotMerge
    if not (kept.cnpj and kept.cnpj[:8] == merged.cnpj[:8]):
        raise DifferentDocuments


@dataclass(frozen=True)
class MergedField:
    """One field before and after a merge. `is_taken`: the kept taker gets the other one's value."""

    name: str
    kept: str
    merged: str
    after: str
    is_taken: bool


def compare_takers(kept: Taker, merged: Taker) -> list[MergedField]:
    """Return what `merge_takers` would leave of each field that it may fill."""
    pairs = [(name, getattr(kept, name), getattr(merged, name)) for name in _FILLED_BY_MERGE]
    return [
        MergedField(name, own, other, own or other, is_taken=bool(not own and other))
        for name, own, other in pairs
    ]


def check_status(status: str, *, accepted: bool) -> None:
    """Raise TakerClosed or StatusNotAccepted by the registry's status code of a CNPJ (N9, R90)."""
    if status in BLOCKING_STATUSES:
        raise TakerClosed
    if status in DOUBTFUL_STATUSES and not accepted:
        raise StatusNotAccepted


def _clean(data: TakerData) -> dict[str, Any]:
    name = strip_owner_cpf(data.name)
    if not name:
        raise NameMissing
    return {
        "name": name,
        "nickname": strip_owner_cpf(data.nickname),
        "municipal_registration": data.municipal_registration.strip(),
        "email": data.email.strip(),
        "phone": clean_phone(data.phone),
        **clean_address(data),
        "city_id": check_city(data.city_code, required=False),
        "remark": data.remark.strip(),
    }


def _registry_columns(known: StatusFacts) -> dict[str, Any]:
    return {"registry_status": known.status, "registry_fetched_at": known.fetched_at}


def _lock(actor: Actor, *taker_ids: int) -> list[Taker]:
    """Lock the firm's takers in the order of their ids, and ask the right to change them.

    Raises NotAllowed, and NotFound when one is not there.
    """
    open_takers = Taker.objects.filter(firm_id=actor.firm_id, pk__in=taker_ids, merged_into=None)
    takers = list(open_takers.select_for_update().order_by("pk"))
    actor.require(Right.EDIT_TAKERS)
    if len(takers) != len(set(taker_ids)):
        raise NotFound
    return takers


def _record(taker: Taker, actor: Actor, action: ChangeRecord.Action, **what: Any) -> None:
    record_change(
        firm_id=taker.firm_id,
        actor_id=actor.user_id,
        phone_id=actor.phone_id,
        action=action,
        subject="taker",
        subject_id=taker.pk,
        label=taker.name,
        **what,
    )
