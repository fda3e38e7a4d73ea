"""The people of a firm: invitations, roles, leaving (A8, R102)."""

from datetime import datetime, timedelta

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.managers import normalize_email
from accounts.models import Account, Membership, User
from accounts.services.constraints import violates
from core.errors import NitroError
from nfse.models import ChangeRecord, Firm, Invite
from nfse.permissions import FIRM_ROLES, NotFound, Right, require_right
from nfse.services.firms import AlreadyInFirm
from nfse.services.trail import record_change

Action = ChangeRecord.Action
Role = Membership.Role
INVITE_LASTS = timedelta(days=7)
_SALT = "nfse.invite"


class NotARole(NitroError):
    message = "Escolha um papel: dono, contador ou atendente."


class OwnRole(NitroError):
    """Nobody changes the own role, nor leaves by the own hand (A8)."""

    message = "Você não pode mudar o seu próprio papel. Peça a outro dono da contabilidade."


class LastOwner(NitroError):
    """A firm without owner could never be managed again."""

    message = "A contabilidade precisa de ao menos um dono ativo."


class AlreadyMember(NitroError):
    message = "Esta pessoa já faz parte da equipe."


class AlreadyInvited(NitroError):
    message = "Já existe um convite aberto para este e-mail. Retire-o para convidar de novo."


class InviteInvalid(NitroError):
    """Invented, used, withdrawn, ended, or of another address."""

    message = "Este convite não vale mais. Peça outro ao dono da contabilidade."


def invite_member(
    *, firm_id: int, user_id: int, email: str, role: str, now: datetime | None = None
) -> Invite:
    """Invite an address to a role for seven days. An ended invitation to it is withdrawn.

    Raises NotFound, NotAllowed, NotARole, AlreadyMember, AlreadyInvited.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    now = now or timezone.now()
    address, role = normalize_email(email), _check_role(role)
    try:
        with transaction.atomic(durable=True):
            account = _lock_account(firm_id)
            if account.memberships.filter(user__email=address, is_active=True).exists():
                raise AlreadyMember
            ended = Invite.objects.filter(firm_id=firm_id, email=address, accepted_at=None, revoked_at=None)
            ended.filter(expires_at__lte=now).update(revoked_at=now)
            invite = Invite.objects.create(
                firm_id=firm_id,
                email=address,
                role=role,
                invited_by_id=user_id,
                expires_at=now + INVITE_LASTS,
            )
            _record(firm_id, user_id, Action.CREATED, "invite", invite.pk, after={"role": role})
    except IntegrityError as error:
        if violates(error, "nfse_invite_one_open_per_email"):
            raise AlreadyInvited from error
        raise
    return invite


def revoke_invite(*, firm_id: int, user_id: int, invite_id: int, now: datetime | None = None) -> None:
    """Withdraw an open invitation; its link stops working. Raises NotFound, NotAllowed."""
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    with transaction.atomic(durable=True):
        opened = Invite.objects.filter(firm_id=firm_id, pk=invite_id, accepted_at=None, revoked_at=None)
        if not opened.update(revoked_at=now or timezone.now()):
            raise NotFound
        _record(firm_id, user_id, Action.REMOVED, "invite", invite_id)


def make_invite_token(invite: Invite) -> str:
    """The token of the invitation's link: made when the e-mail is written, never stored; holds no address."""
    return signing.dumps(invite.pk, salt=_SALT)


def accept_invite(*, token: str, user_id: int, now: datetime | None = None) -> Membership:
    """Enter the firm in the invited role: once, within seven days, by the user of the invited address.

    Raises InviteInvalid, AlreadyInFirm.
    """
    now = now or timezone.now()
    try:
        with transaction.atomic(durable=True):
            invite = _lock_invite(token, now)
            user = User.objects.select_for_update().get(pk=user_id, is_active=True)
            if user.email != invite.email:
                raise InviteInvalid
            membership, _ = Membership.objects.update_or_create(
                user=user,
                account_id=invite.firm.account_id,
                defaults={"role": invite.role, "is_active": True},
            )
            invite.accepted_at = now
            invite.save(update_fields=["accepted_at"])
            after = {"role": invite.role, "is_active": True}
            _record(invite.firm_id, user_id, Action.CREATED, "member", user_id, user.full_name, after=after)
    except IntegrityError as error:
        if violates(error, "accounts_membership_one_firm"):
            raise AlreadyInFirm from error
        raise
    return membership


def change_role(*, firm_id: int, user_id: int, member_id: int, role: str) -> Membership:
    """Give a member (User id) another role. Raises NotFound, NotAllowed, NotARole, OwnRole, LastOwner."""
    return _change(firm_id, user_id, member_id, "role", _check_role(role))


def deactivate_member(*, firm_id: int, user_id: int, member_id: int) -> Membership:
    """Take a member (User id) out; what they did keeps their name. Raises what `change_role` raises."""
    return _change(firm_id, user_id, member_id, "is_active", False)


def _change(firm_id: int, user_id: int, member_id: int, field: str, value: object) -> Membership:
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    if user_id == member_id:
        raise OwnRole
    with transaction.atomic(durable=True):
        account = _lock_account(firm_id)
        # Asked again under the lock: two owners may be lowering each other at once.
        require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
        members = account.memberships.select_related("user").filter(role__in=FIRM_ROLES, is_active=True)
        member = members.filter(user_id=member_id).first()
        if member is None:
            raise NotFound
        before = {field: getattr(member, field)}
        setattr(member, field, value)
        member.save(update_fields=[field])
        if not members.filter(role=Role.OWNER).exists():
            raise LastOwner
        name = member.user.full_name
        _record(
            firm_id, user_id, Action.CHANGED, "member", member_id, name, before=before, after={field: value}
        )
    return member


def _check_role(role: str) -> str:
    if role not in FIRM_ROLES:
        raise NotARole
    return Role(role).value


def _lock_account(firm_id: int) -> Account:
    """Changes of one team come one after the other."""
    return Account.objects.select_for_update().get(firm=firm_id)


def _lock_invite(token: str, now: datetime) -> Invite:
    try:
        invite_id = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise InviteInvalid from error
    invite = (
        Invite.objects.select_for_update(of=("self",))
        .select_related("firm")
        .filter(pk=invite_id, accepted_at=None, revoked_at=None, expires_at__gt=now)
        .first()
    )
    if invite is None or not Firm.objects.filter(pk=invite.firm_id, is_active=True).exists():
        raise InviteInvalid
    return invite


def _record(
    firm_id: int,
    user_id: int,
    action: ChangeRecord.Action,
    subject: str,
    subject_id: int,
    label: str = "",
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record_change(
        firm_id=firm_id,
        actor_id=user_id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        label=label,
        before=before,
        after=after,
    )
