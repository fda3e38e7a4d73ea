"""Accounting firms: registration and settings (A7, A27)."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts.managers import normalize_email
from accounts.models import Account, AccountEmail, Membership, User
from accounts.services import EmailTaken, request_email, tell_owner
from accounts.signals import account_created
from core.database import violates
from core.documents import normalize_cnpj
from core.errors import NitroError
from nfse.models import ChangeRecord, Firm
from nfse.permissions import Right, require_right
from nfse.services.operators import TELL_FIRM_TAKEN, tell_operators
from nfse.services.places import check_city, clean_address, clean_phone
from nfse.services.stale import refuse_stale
from nfse.services.trail import describe, record_change
from registry.values import AddressLines

log = structlog.get_logger(__name__)
ACCOUNT_NAME_LENGTH = 120


class FirmNotRegistered(NitroError):
    """The CNPJ has a firm already. The sentence does not say so: it would tell who is a customer (A7)."""

    message = (
        "Não foi possível concluir o cadastro agora. Já avisamos a nossa equipe, que vai falar com você."
    )


class AlreadyInFirm(NitroError):
    """A user belongs to one firm at most (A6)."""

    message = "Você já faz parte de uma contabilidade. Saia dela antes de entrar em outra."


@dataclass(frozen=True)
class NewOwner:
    """Who registers a firm without having a user. The password was validated by the form."""

    email: str
    full_name: str
    terms_accepted_at: datetime
    password: str = field(repr=False)


@dataclass(frozen=True)
class FirmData(AddressLines):
    """What the owner may change (A27); the CNPJ is fixed. `city_code` is the IBGE code, or empty."""

    legal_name: str
    trade_name: str = ""
    email: str = ""
    phone: str = ""
    city_code: str = ""
    chat_cancellation: Firm.ChatCancellation = Firm.ChatCancellation.ASK_FIRM
    warn_clients_of_expiry: bool = False
    daily_digest: bool = False
    business_hours: dict[str, Any] = field(default_factory=dict)


def register_firm(*, user_id: int, document: str, legal_name: str, trade_name: str = "") -> Firm:
    """Open a firm for a signed-in user: account, wallet, firm and owner in one transaction (A7).

    `document` is the CNPJ, masked or not. Raises InvalidCnpj, AlreadyInFirm and FirmNotRegistered (the CNPJ
    is taken: operators are told).
    """
    cnpj = normalize_cnpj(document)
    try:
        with transaction.atomic(durable=True):
            owner = User.objects.select_for_update().get(pk=user_id, is_active=True)
            firm = _create(owner, cnpj, legal_name, trade_name)
    except IntegrityError as error:
        raise _explain(error, cnpj) from error
    return firm


def register_firm_with_owner(
    *, owner: NewOwner, document: str, legal_name: str, trade_name: str = ""
) -> Firm:
    """Open a firm together with its owner's user, and send the confirmation e-mail, in one transaction (A7).

    Raises InvalidCnpj, FirmNotRegistered, and accounts' EmailTaken: the view answers it with neutral words
    and `accounts.services.tell_owner`.
    """
    cnpj = normalize_cnpj(document)
    password_hash = make_password(owner.password)  # slow on purpose, so before the transaction
    try:
        with transaction.atomic(durable=True):
            user = User.objects.create(
                email=normalize_email(owner.email),
                password=password_hash,
                full_name=owner.full_name,
                terms_accepted_at=owner.terms_accepted_at,
            )
            request_email(user_id=user.pk, template=AccountEmail.Template.CONFIRM_EMAIL)
            firm = _create(user, cnpj, legal_name, trade_name)
    except IntegrityError as error:
        raise _explain(error, cnpj) from error
    return firm


def register_firm_or_tell_owner(
    *, owner: NewOwner, document: str, legal_name: str, trade_name: str = ""
) -> Firm | None:
    """Register, or tell the owner of a taken address by e-mail and return None.

    The caller answers both with the same words. A taken CNPJ is refused the same whether the address is
    taken or new: else a CNPJ known to be here would tell who has a user. Raises InvalidCnpj,
    FirmNotRegistered.
    """
    try:
        return register_firm_with_owner(
            owner=owner, document=document, legal_name=legal_name, trade_name=trade_name
        )
    except EmailTaken:
        cnpj = normalize_cnpj(document)
        if Firm.objects.filter(document=cnpj).exists():
            raise _tell_of_taken(cnpj) from None
        tell_owner(email=owner.email)
        return None


def update_firm(*, firm_id: int, user_id: int, data: FirmData, seen: int | None = None) -> Firm:
    """Replace the firm's settings. `seen`: see `stale.refuse_stale`.

    Raises NotFound, NotAllowed, UnknownCity, InvalidPhone, InvalidPostalCode, ChangedMeanwhile.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    values = asdict(data) | clean_address(data)
    values["phone"] = clean_phone(data.phone)
    values["city_id"] = check_city(values.pop("city_code"), required=False)
    with transaction.atomic(durable=True):
        firm = Firm.objects.select_for_update().get(pk=firm_id)
        before = describe(firm, values)
        for name, value in values.items():
            setattr(firm, name, value)
        after = describe(firm, values)
        refuse_stale(
            firm_id=firm_id, subject="firm", subject_id=firm_id, seen=seen, stored=before, typed=after
        )
        firm.save(update_fields=list(values))
        Account.objects.filter(pk=firm.account_id).update(name=firm.display_name[:ACCOUNT_NAME_LENGTH])
        record_change(
            firm_id=firm_id,
            actor_id=user_id,
            action=ChangeRecord.Action.CHANGED,
            subject="firm",
            subject_id=firm_id,
            label=firm.legal_name,
            before=before,
            after=after,
        )
    return firm


def _create(owner: User, cnpj: str, legal_name: str, trade_name: str) -> Firm:
    account = Account.objects.create(
        kind=Account.Kind.FIRM, name=(trade_name or legal_name)[:ACCOUNT_NAME_LENGTH]
    )
    Membership.objects.create(user=owner, account=account, role=Membership.Role.OWNER)
    firm = Firm.objects.create(
        account=account, document=cnpj, legal_name=legal_name, trade_name=trade_name, email=owner.email
    )
    account_created.send(Account, account_id=account.pk)
    record_change(
        firm_id=firm.pk,
        actor_id=owner.pk,
        action=ChangeRecord.Action.CREATED,
        subject="firm",
        subject_id=firm.pk,
        label=legal_name,
        after=describe(firm, ("document", "legal_name", "trade_name")),
    )
    return firm


def _explain(error: IntegrityError, cnpj: str) -> Exception:
    if violates(error, "nfse_firm_document_unique"):
        return _tell_of_taken(cnpj)
    if violates(error, "accounts_membership_one_firm"):
        return AlreadyInFirm()
    if violates(error, "accounts_user_email_unique"):
        return EmailTaken()
    return error


def _tell_of_taken(cnpj: str) -> FirmNotRegistered:
    log.warning("firm_registered_twice")
    firm_id = Firm.objects.values_list("pk", flat=True).get(document=cnpj)
    tell_operators(kind=TELL_FIRM_TAKEN, key=f"firm:{firm_id}", firm_id=firm_id)
    return FirmNotRegistered()
