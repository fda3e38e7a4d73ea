"""The people of a firm: roles and leaving (A8, R102). How they come in is nfse.services.invites."""

from collections.abc import Callable

from django.db import transaction

from accounts.models import Account, Membership
from core.errors import NitroError
from nfse.models import ChangeRecord
from nfse.permissions import FIRM_ROLES, NotFound, Right, require_right
from nfse.services.trail import record_change

Action = ChangeRecord.Action
Role = Membership.Role


class NotARole(NitroError):
    message = "Escolha um papel: dono, contador ou atendente."


class OwnRole(NitroError):
    """Members neither change their own role nor remove themselves (A8)."""

    message = "Você não pode mudar o seu próprio papel. Peça a outro dono da contabilidade."


class LastOwner(NitroError):
    """A firm without owner could never be managed again."""

    message = "A contabilidade precisa de ao menos um dono ativo."


def change_role(*, firm_id: int, user_id: int, member_id: int, role: str) -> Membership:
    """Give a member (User id) another role. Raises NotFound, NotAllowed, NotARole, OwnRole, LastOwner."""
    return _change(firm_id, user_id, member_id, "role", lambda: check_role(role))


def deactivate_member(*, firm_id: int, user_id: int, member_id: int) -> Membership:
    """Take a member (User id) out; what they did keeps their name. Raises what `change_role` raises."""
    return _change(firm_id, user_id, member_id, "is_active", lambda: False)


def check_role(role: str) -> str:
    """Return a role of firms. Raises NotARole."""
    if role not in FIRM_ROLES:
        raise NotARole
    return Role(role).value


def lock_account(firm_id: int) -> Account:
    """Changes of one team come one after the other."""
    return Account.objects.select_for_update().get(firm=firm_id)


def _change(
    firm_id: int, user_id: int, member_id: int, field: str, read_value: Callable[[], object]
) -> Membership:
    """`read_value` is called last: who is no member is not found, whatever value was sent (R99)."""
    require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
    if user_id == member_id:
        raise OwnRole
    with transaction.atomic(durable=True):
        account = lock_account(firm_id)
        # Asked again under the lock: two owners may be lowering each other at once.
        require_right(user_id=user_id, firm_id=firm_id, right=Right.MANAGE_FIRM)
        members = account.memberships.select_related("user").filter(role__in=FIRM_ROLES, is_active=True)
        member = members.filter(user_id=member_id).first()
        if member is None:
            raise NotFound
        before, value = {field: getattr(member, field)}, read_value()
        setattr(member, field, value)
        member.save(update_fields=[field])
        if not members.filter(role=Role.OWNER).exists():
            raise LastOwner
        record_change(
            firm_id=firm_id,
            actor_id=user_id,
            action=Action.CHANGED,
            subject="member",
            subject_id=member_id,
            label=member.user.full_name,
            before=before,
            after={field: value},
        )
    return member
