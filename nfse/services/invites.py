"""How people enter a firm: invitations by e-mail, for seven days, accepted once (A8, R102)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.managers import normalize_email
from accounts.models import Membership, User
from accounts.services import EmailTaken
from core.database import violates
from core.errors import NitroError
from nfse.models import ChangeRecord, Invite
from nfse.permissions import NotFound, Right, require_right
from nfse.services.firms import AlreadyInFirm, NewOwner
from nfse.services.invite_letters import read_invite_token, request_letter
from nfse.services.team import check_role, lock_account
from nfse.services.trail import record_change

Action = ChangeRecord.Action
INVITE_LASTS = timedelta(days=7)


class AlreadyMember(NitroError):
    message = "Esta pessoa já faz parte da equipe."


class AlreadyInvited(NitroError):
    message = "Já existe um convite aberto para este e-mail. Reenvie ou retire o que está na lista."


class InviteInvalid(NitroError):
    """Invented, used, withdrawn, ended, or of another address."""

    message = "Este convite não vale mais. Peça outro ao dono da contabilidade."


def invite_member(
    *, firm_id: int, user_id: int, email: str, role: str, now: datetime | None = None
) -> Invite:
    """Invite an address to a role for seven days, by a letter. An ended invitation to it is withdrawn.

    Raises NotFound, NotAllowed, NotARole, AlreadyMember, AlreadyInvited.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    now = now or timezone.now()
    address, role = normalize_email(email), check_role(role)
    try:
        with transaction.atomic(durable=True):
            account = lock_account(firm_id)
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
                letter_asked_at=now,
            )
            request_letter(invite)
            _record(invite, user_id, Action.CREATED, after={"role": role})
    except IntegrityError as error:
        if violates(error, "nfse_invite_one_open_per_email"):
            raise AlreadyInvited from error
        raise
    return invite


def resend_invite(*, firm_id: int, user_id: int, invite_id: int, now: datetime | None = None) -> Invite:
    """Send the letter again and give the invitation, ended or not, another seven days.

    Raises NotFound, NotAllowed, LetterTooSoon.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    now = now or timezone.now()
    with transaction.atomic(durable=True):
        invite = Invite.objects.select_for_update().filter(firm_id=firm_id, pk=invite_id).first()
        if invite is None or not invite.is_open:
            raise NotFound
        before = {"expires_at": invite.expires_at.isoformat()}
        request_letter(invite, again_at=now)
        invite.expires_at = now + INVITE_LASTS
        invite.save(update_fields=["expires_at"])
        _record(invite, user_id, Action.CHANGED, before, {"expires_at": invite.expires_at.isoformat()})
    return invite


def revoke_invite(*, firm_id: int, user_id: int, invite_id: int, now: datetime | None = None) -> None:
    """Withdraw an open invitation; its link stops working. Raises NotFound, NotAllowed."""
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    with transaction.atomic(durable=True):
        invite = Invite.objects.select_for_update().filter(firm_id=firm_id, pk=invite_id).first()
        if invite is None or not invite.is_open:
            raise NotFound
        invite.revoked_at = now or timezone.now()
        invite.save(update_fields=["revoked_at"])
        _record(invite, user_id, Action.REMOVED, before={"role": invite.role})


def read_invite(*, token: str, now: datetime | None = None) -> Invite:
    """Return the open invitation of a link, with its firm; changes nothing. Raises InviteInvalid."""
    invite = _find(token)
    if not _may_be_used(invite, now or timezone.now()):
        raise InviteInvalid
    return invite


def accept_invite(*, token: str, user_id: int, now: datetime | None = None) -> Membership:
    """Enter the firm in the invited role: within seven days, by the user of the invited address.

    Once: asked again while the person is in, the answer is the same membership. The letter proved the
    address, so it counts as confirmed. Raises InviteInvalid, AlreadyInFirm.
    """
    now = now or timezone.now()
    try:
        with transaction.atomic(durable=True):
            invite = _lock(token)
            user = User.objects.select_for_update().get(pk=user_id, is_active=True)
            if user.email != invite.email:
                raise InviteInvalid
            entered = _find_entered(invite, user)
            if entered is not None:
                return entered
            if not _may_be_used(invite, now):
                raise InviteInvalid
            if user.email_confirmed_at is None:
                user.email_confirmed_at = now
                user.save(update_fields=["email_confirmed_at"])
            membership = _enter(invite, user, now)
    except IntegrityError as error:
        raise _explain(error) from error
    return membership


def join_by_invite(*, token: str, person: NewOwner, now: datetime | None = None) -> User:
    """Make the invited person's user, its address confirmed by the letter, and enter the firm with it.

    `person.email` does not count: the invitation's does. Raises InviteInvalid, and EmailTaken when the
    address has a user already, who should sign in.
    """
    now = now or timezone.now()
    password_hash = make_password(person.password)  # slow on purpose, so before the transaction
    try:
        with transaction.atomic(durable=True):
            invite = _lock(token)
            if not _may_be_used(invite, now):
                raise InviteInvalid
            user = User.objects.create(
                email=invite.email,
                password=password_hash,
                full_name=person.full_name,
                terms_accepted_at=person.terms_accepted_at,
                email_confirmed_at=now,
            )
            _enter(invite, user, now)
    except IntegrityError as error:
        raise _explain(error) from error
    return user


def _find(token: str) -> Invite:
    invite = Invite.objects.select_related("firm__account", "invited_by").filter(pk=_read(token)).first()
    if invite is None:
        raise InviteInvalid
    return invite


def _lock(token: str) -> Invite:
    """The invitation and the firm's account, locked: entering and changes of the team come in turns."""
    invite = _find(token)
    lock_account(invite.firm_id)
    return (
        Invite.objects.select_for_update(of=("self",))
        .select_related("firm__account", "invited_by")
        .get(pk=invite.pk)
    )


def _read(token: str) -> int:
    try:
        return read_invite_token(token)
    except signing.BadSignature as error:
        raise InviteInvalid from error


def _may_be_used(invite: Invite, now: datetime) -> bool:
    """Open, in time, for an active firm that is not blocked."""
    firm = invite.firm
    return invite.is_open and invite.expires_at > now and firm.is_active and firm.account.blocked_at is None


def _find_entered(invite: Invite, user: User) -> Membership | None:
    if invite.accepted_at is None:
        return None
    return Membership.objects.filter(user=user, account_id=invite.firm.account_id, is_active=True).first()


def _enter(invite: Invite, user: User, now: datetime) -> Membership:
    membership, _ = Membership.objects.update_or_create(
        user=user,
        account_id=invite.firm.account_id,
        defaults={"role": invite.role, "is_active": True},
    )
    invite.accepted_at = now
    invite.save(update_fields=["accepted_at"])
    record_change(
        firm_id=invite.firm_id,
        actor_id=user.pk,
        action=Action.CREATED,
        subject="member",
        subject_id=user.pk,
        label=user.full_name,
        after={"role": invite.role, "is_active": True},
    )
    return membership


def _explain(error: IntegrityError) -> Exception:
    if violates(error, "accounts_membership_one_firm"):
        return AlreadyInFirm()
    if violates(error, "accounts_user_email_unique"):
        return EmailTaken()
    return error


def _record(
    invite: Invite,
    user_id: int,
    action: ChangeRecord.Action,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    record_change(
        firm_id=invite.firm_id,
        actor_id=user_id,
        action=action,
        subject="invite",
        subject_id=invite.pk,
        label=invite.email,
        before=before,
        after=after,
    )
