"""Invitations, roles and leaving a firm (A8, R102)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from accounts.tests.factories import make_user
from nfse.models import ChangeRecord, Invite
from nfse.permissions import NotAllowed, NotFound, Role
from nfse.services.firms import AlreadyInFirm
from nfse.services.invite_letters import make_invite_token
from nfse.services.invites import (
    AlreadyInvited,
    AlreadyMember,
    InviteInvalid,
    accept_invite,
    invite_member,
    revoke_invite,
)
from nfse.services.team import LastOwner, NotARole, OwnRole, change_role, deactivate_member

pytestmark = pytest.mark.django_db
EMAIL = "novato@nitro.example"


def by(office, role="owner"):
    return {"firm_id": office.firm.pk, "user_id": getattr(office, role).pk}


def role_of(user):
    return Membership.objects.get(user=user, is_active=True).role


def test_an_invited_person_enters_in_the_invited_role(office):
    invite = invite_member(**by(office), email="Novato@Nitro.example", role="attendant")
    user = make_user(EMAIL)
    membership = accept_invite(token=make_invite_token(invite), user_id=user.pk)
    assert (membership.account.firm, membership.role) == (office.firm, Role.ATTENDANT)
    assert (
        ChangeRecord.objects.filter(firm=office.firm, subject="member").get().subject_label == user.full_name
    )


def test_an_invitation_works_once(office):
    invite = invite_member(**by(office), email=EMAIL, role="attendant")
    user = make_user(EMAIL)
    accept_invite(token=make_invite_token(invite), user_id=user.pk)
    deactivate_member(**by(office), member_id=user.pk)
    with pytest.raises(InviteInvalid):
        accept_invite(token=make_invite_token(invite), user_id=user.pk)


def test_an_invitation_is_no_good_late_withdrawn_invented_or_in_other_hands(office):
    invite = invite_member(**by(office), email=EMAIL, role="owner")
    token, user, thief = make_invite_token(invite), make_user(EMAIL), make_user("ladra@nitro.example")
    late = timezone.now() + timedelta(days=7, seconds=1)
    for how in (
        {"token": token, "user_id": thief.pk},
        {"token": token + "x", "user_id": user.pk},
        {"token": "", "user_id": user.pk},
        {"token": token, "user_id": user.pk, "now": late},
    ):
        with pytest.raises(InviteInvalid):
            accept_invite(**how)
    revoke_invite(**by(office), invite_id=invite.pk)
    with pytest.raises(InviteInvalid):
        accept_invite(token=token, user_id=user.pk)
    assert not Membership.objects.filter(user__in=[user, thief]).exists()


def test_one_open_invitation_per_address_and_none_for_members(office, other_office):
    invite_member(**by(office), email=EMAIL, role="attendant")
    with pytest.raises(AlreadyInvited):
        invite_member(**by(office), email=EMAIL, role="owner")
    with pytest.raises(AlreadyMember):
        invite_member(**by(office), email=office.attendant.email, role="owner")
    with pytest.raises(NotARole):
        invite_member(**by(office), email="x@nitro.example", role="buyer")
    assert invite_member(**by(other_office), email=EMAIL, role="owner")
    later = timezone.now() + timedelta(days=8)
    assert invite_member(**by(office), email=EMAIL, role="owner", now=later)
    assert Invite.objects.filter(firm=office.firm, revoked_at=None).count() == 1


def test_who_works_in_another_firm_must_leave_it_first(office, other_office):
    invite = invite_member(**by(office), email=other_office.attendant.email, role="attendant")
    accept = {"token": make_invite_token(invite), "user_id": other_office.attendant.pk}
    with pytest.raises(AlreadyInFirm):
        accept_invite(**accept)
    deactivate_member(**by(other_office), member_id=other_office.attendant.pk)
    assert accept_invite(**accept).account.firm == office.firm


def test_who_left_comes_back_by_invitation(office):
    deactivate_member(**by(office), member_id=office.attendant.pk)
    invite = invite_member(**by(office), email=office.attendant.email, role="accountant")
    accept_invite(token=make_invite_token(invite), user_id=office.attendant.pk)
    assert role_of(office.attendant) == Role.ACCOUNTANT


def test_roles_change_with_their_trail(office):
    change_role(**by(office), member_id=office.attendant.pk, role="accountant")
    assert role_of(office.attendant) == Role.ACCOUNTANT
    change = ChangeRecord.objects.get()
    assert (change.before, change.after) == ({"role": "attendant"}, {"role": "accountant"})


def test_nobody_changes_the_own_role(office):
    for change in (
        lambda: change_role(**by(office), member_id=office.owner.pk, role="accountant"),
        lambda: deactivate_member(**by(office), member_id=office.owner.pk),
    ):
        with pytest.raises(OwnRole):
            change()
    assert role_of(office.owner) == Role.OWNER


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_lower_each_other_leave_one(office):
    change_role(**by(office), member_id=office.accountant.pk, role="owner")
    pairs = [(office.owner, office.accountant), (office.accountant, office.owner)]

    def lower(pair):
        try:
            change_role(firm_id=office.firm.pk, user_id=pair[0].pk, member_id=pair[1].pk, role="attendant")
        except (NotAllowed, LastOwner):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lower, pairs)) == [False, True]
    assert Membership.objects.filter(account=office.firm.account, role=Role.OWNER).count() == 1


def test_only_the_own_owner_manages_the_team(office, other_office):
    invite = invite_member(**by(office), email=EMAIL, role="attendant")
    for who, error in (
        (by(office, "accountant"), NotAllowed),
        (by(office, "attendant"), NotAllowed),
        ({"firm_id": office.firm.pk, "user_id": other_office.owner.pk}, NotFound),
        (by(other_office), NotFound),
    ):
        for change in (
            lambda who: change_role(**who, member_id=office.attendant.pk, role="owner"),
            lambda who: deactivate_member(**who, member_id=office.attendant.pk),
            lambda who: revoke_invite(**who, invite_id=invite.pk),
        ):
            with pytest.raises(error):
                change(who)
    with pytest.raises(NotAllowed):
        invite_member(**by(office, "accountant"), email="y@nitro.example", role="owner")
    assert role_of(office.attendant) == Role.ATTENDANT
